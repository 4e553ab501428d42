package sound

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// TestMain plays the part of a program that is killed, if it is told so by its
// first argument, and looks for goroutines left behind otherwise.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == victimRole {
		victim(os.Args[2:])
		return
	}
	goleak.VerifyTestMain(m)
}

// logged collects log lines, "LEVEL text" each.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
	*slog.Logger
}

func newLog() *logged {
	l := &logged{}
	l.Logger = slog.New(slog.NewTextHandler(l, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	}))
	return l
}

// Write takes a line from the handler.
func (l *logged) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

// lines are the messages so far, each with its level.
func (l *logged) lines(t *testing.T) []string {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	var lines []string
	for line := range strings.Lines(l.text.String()) {
		level, msg, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "level="), " msg=")
		text, err := strconv.Unquote(msg)
		if err != nil {
			text = msg
		}
		lines = append(lines, level+" "+text)
	}
	return lines
}

// open makes a Player that is closed when the test ends and must not panic. A
// busy machine may take its time to close it.
func open(t *testing.T, log *logged, s Settings) *Player {
	t.Helper()
	p := New(s, log.Logger, func(err error) { t.Errorf("fault: %v", err) })
	p.closing = time.Minute
	t.Cleanup(func() { closed(t, p) })
	return p
}

// closed closes p, which must work.
func closed(t *testing.T, p *Player) {
	t.Helper()
	if err := p.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
}

// rest blocks until nothing plays any more.
func rest(p *Player) {
	p.mu.Lock()
	done := p.done
	p.mu.Unlock()
	if done != nil {
		<-done
	}
}

// shell is a player that is a script; its arguments are $1, $2 and so on.
func shell(script string, args ...string) []string {
	return append([]string{"/bin/sh", "-c", script, "player"}, args...)
}

// tiny is a WAV of 1 ms, told from others by its samples.
func tiny(sample uint16) []byte {
	data := bytes.Repeat(binary.LittleEndian.AppendUint16(nil, sample), 16)
	return riff(chunk("fmt ", format(32_000)), chunk("data", data))
}

// pipe is a FIFO that players write to. The test's end is open for writing
// too, so that it never reads an end of file between two players.
type pipe struct {
	path string
	file *os.File
	in   *bufio.Reader
}

func newPipe(tb testing.TB) *pipe {
	tb.Helper()
	path := fifo(tb)
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = file.Close() })
	return &pipe{path: path, file: file, in: bufio.NewReader(file)}
}

func fifo(tb testing.TB) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "fifo")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		tb.Fatal(err)
	}
	return path
}

// reader is a FIFO that is only read: it ends once nobody holds it open any
// more. It blocks until somebody does.
func reader(t *testing.T, path string) *pipe {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	return &pipe{path: path, file: file, in: bufio.NewReader(file)}
}

// ended blocks until nobody holds the FIFO open.
func (p *pipe) ended(t *testing.T) {
	t.Helper()
	if rest, err := io.ReadAll(p.in); err != nil || len(rest) > 0 {
		t.Errorf("rest of the FIFO: %q, %v", rest, err)
	}
}

// line blocks until a player has written a line.
func (p *pipe) line(tb testing.TB) string {
	tb.Helper()
	line, err := p.in.ReadString('\n')
	if err != nil {
		tb.Fatal(err)
	}
	return strings.TrimSuffix(line, "\n")
}

// pid is a line that holds a process number.
func (p *pipe) pid(t *testing.T) int {
	t.Helper()
	pid, err := strconv.Atoi(p.line(t))
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

// gone checks that no process of that number is there, not even a zombie.
func gone(t *testing.T, pid int) {
	t.Helper()
	if err := syscall.Kill(pid, 0); err != syscall.ESRCH {
		t.Errorf("process %d: %v, want %v", pid, err, syscall.ESRCH)
	}
}

// unlogged fails the test if anything was logged.
func (l *logged) unlogged(t *testing.T) {
	t.Helper()
	if lines := l.lines(t); lines != nil {
		t.Errorf("log: %s", fmt.Sprint(lines))
	}
}
