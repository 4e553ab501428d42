package journal

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"ship-it.example/shipit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// limit bounds what a test waits for.
const limit = 30 * time.Second

// notebook is a log that can be read while it is written.
type notebook struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (n *notebook) Write(p []byte) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.buf.Write(p)
}

func (n *notebook) String() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.buf.String()
}

// bench is a journal in a folder of its own.
type bench struct {
	*Journal
	t    *testing.T
	log  *notebook
	mine []shipit.Record // what Open gave
	err  error           // of Open
}

// path is where the journal of a test lies.
func path(t *testing.T) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "box", "journal.jsonl")
}

// open opens the journal at path; a run of the box.
func open(t *testing.T, path string, change ...func(*Settings)) *bench {
	t.Helper()
	b := &bench{t: t, log: &notebook{}}
	s := Settings{
		Path: path, Box: "box", Boot: "1", Log: slog.New(slog.NewTextHandler(b.log, nil)),
		Fault: func(err error) { t.Errorf("fault: %v", err) },
	}
	for _, f := range change {
		f(&s)
	}
	b.Journal = New(s)
	b.mine, b.err = b.Open()
	t.Cleanup(b.end)
	return b
}

func (b *bench) end() { b.End(limit) }

// crash ends a run as a kill does: what was written stays, and nothing else
// happens.
func (b *bench) crash() {
	b.t.Helper()
	b.jobs.wait(limit)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ended = true
	if b.ahead != nil {
		if err := b.ahead.Close(); err != nil {
			b.t.Error(err)
		}
	}
	b.ahead = nil
}

// reserve is the id of the next launch.
func (b *bench) reserve() string {
	b.t.Helper()
	id, err := b.Reserve(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	return id
}

// begin is a launch that was pressed.
func (b *bench) begin(target string) shipit.Record {
	b.t.Helper()
	r := shipit.Record{Time: time.Now(), Kind: shipit.KindLaunch, ID: b.reserve(), Target: target}
	if err := b.Begin(r); err != nil {
		b.t.Fatal(err)
	}
	return r
}

// started is what is known of a launch whose build was started.
func started(r shipit.Record) shipit.Record {
	r.Answer, r.Build, r.URL = "started", "7", "https://ci.example.com/7"
	return r
}

func passed(r shipit.Record) shipit.Record {
	r = started(r)
	r.Outcome = "passed"
	return r
}

// launches are records in short, in their order.
func launches(records []shipit.Record) string {
	var b strings.Builder
	for _, r := range records {
		fmt.Fprintf(&b, "[%s %s]", r.Target, r.Answer)
	}
	return b.String()
}

// read is what the journal at path tells, in short.
func read(t *testing.T, path string) string {
	t.Helper()
	log, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	say := func(prefix string, line Line) {
		if line.Drill {
			prefix += "drill "
		}
		fmt.Fprintf(&b, "%s%s %s: %s\n", prefix, line.Kind, line.Target, strings.Trim(line.Answer+", "+line.Outcome+line.Refusal, ", "))
	}
	for _, line := range log.Lines {
		say("", line)
	}
	for _, line := range log.Open {
		say("open ", line)
	}
	if log.Bad > 0 {
		fmt.Fprintf(&b, "bad %d\n", log.Bad)
	}
	return b.String()
}

func checkJournal(t *testing.T, path, want string) {
	t.Helper()
	if got := read(t, path); got != want {
		t.Errorf("the journal has\n%swant\n%s", got, want)
	}
}

// size is how long a file is, -1 if there is none.
func size(t *testing.T, path string) int64 {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		return -1
	}
	return info.Size()
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o640); err != nil {
		t.Fatal(err)
	}
}
