package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"ship-it.example/shipit/ci/citest"
)

// The default wiring.
const (
	pinBlinker = 17
	pinLampA   = 22
	pinLampB   = 25
	pinSwitch  = 24
	pinLaunch  = 27
	pinBranch  = 23
)

// limit bounds what a test waits for; nothing is expected to take as long.
const limit = 30 * time.Second

// secret is looked for where it must not be.
const secret = "hunter2-very-secret"

// place is a box of its own: a folder with configuration, a chip and a server.
type place struct {
	t      testing.TB
	dir    string
	server *citest.Server
	asked  chan citest.Request
}

// newPlace writes a configuration with two targets, for a stand-in server.
func newPlace(tb testing.TB, more ...string) *place {
	tb.Helper()
	p := &place{t: tb, dir: tb.TempDir(), asked: make(chan citest.Request, 100)}
	var err error
	p.server, err = citest.New(citest.OnRequest(func(r citest.Request) { p.asked <- r }))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { p.server.Close() })
	p.write("token", secret+"\n", 0o600)
	p.write("config.toml", fmt.Sprintf(`debounce = "5ms"
journal = "journal.jsonl"
%s
[teamcity]
url = %q
token_file = "token"
insecure = true
[sound]
player = []
[[target]]
name = "Client Int"
led = 22
teamcity = { build_type = "bt280" }
[[target]]
name = "Hubot"
led = 25
teamcity = { build_type = "bt1568" }
`, strings.Join(more, "\n"), p.server.URL()), 0o644)
	return p
}

func (p *place) path(name string) string { return filepath.Join(p.dir, name) }

func (p *place) write(name, content string, mode os.FileMode) {
	p.t.Helper()
	if err := os.WriteFile(p.path(name), []byte(content), mode); err != nil {
		p.t.Fatal(err)
	}
}

func (p *place) read(name string) string {
	p.t.Helper()
	content, err := os.ReadFile(p.path(name))
	if err != nil {
		p.t.Fatal(err)
	}
	return string(content)
}

// command is ship-it on the chip of this place. A box shows itself there, too.
func (p *place) command(args ...string) *exec.Cmd {
	if len(args) == 0 || strings.HasPrefix(args[0], "-") {
		args = append(args, "--socket", p.path("sock"))
	}
	cmd := exec.CommandContext(p.t.Context(), "ship-it", append(args, "--config", p.path("config.toml"), "--chip", "virtual:"+p.path("chip"))...)
	cmd.Dir = p.dir
	cmd.Env = append(os.Environ(), "GORACE=atexit_sleep_ms=0") // the race detector sleeps for 1 s at the end of each process
	return cmd
}

// process is a ship-it in the foreground.
type process struct {
	*place
	cmd   *exec.Cmd
	log   io.Closer // our end of its stderr
	mu    sync.Mutex
	lines []string
	more  chan struct{} // closed at each new line
	done  chan struct{} // closed when stderr has ended
}

// start runs ship-it in the foreground and waits until the pins are set up.
func (p *place) start(args ...string) *process {
	p.t.Helper()
	return p.startCommand(p.command(args...))
}

func (p *place) startCommand(cmd *exec.Cmd) *process {
	p.t.Helper()
	r := p.startLogged(cmd)
	r.waitLog("pins have been initialized!")
	return r
}

// startLogged runs a command whose log is read.
func (p *place) startLogged(cmd *exec.Cmd) *process {
	p.t.Helper()
	r := &process{place: p, cmd: cmd, more: make(chan struct{}), done: make(chan struct{})}
	stderr, err := r.cmd.StderrPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	if err := r.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	r.log = stderr
	go func() {
		defer close(r.done)
		for s := bufio.NewScanner(stderr); s.Scan(); {
			r.mu.Lock()
			r.lines = append(r.lines, s.Text())
			close(r.more)
			r.more = make(chan struct{})
			r.mu.Unlock()
		}
	}()
	return r
}

// waitLog waits for a line of the log.
func (r *process) waitLog(text string) {
	r.t.Helper()
	r.waitTimes(text, 1)
}

// waitTimes waits until the log contains a text so often.
func (r *process) waitTimes(text string, times int) {
	r.t.Helper()
	timeout := time.After(limit)
	for {
		r.mu.Lock()
		log, more := strings.Join(r.lines, "\n"), r.more
		r.mu.Unlock()
		if strings.Count(log, text) >= times {
			return
		}
		select {
		case <-more:
		case <-r.done:
			r.t.Fatalf("the program ended without %q:\n%s", text, log)
		case <-timeout:
			r.t.Fatalf("no %q in the log:\n%s", text, log)
		}
	}
}

// end waits for the end and returns the exit code and the log.
func (r *process) end() (int, string) {
	r.t.Helper()
	<-r.done
	err := r.cmd.Wait()
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		r.t.Fatal(err)
	}
	return r.cmd.ProcessState.ExitCode(), strings.Join(r.lines, "\n")
}

// unread stops reading the log.
func (r *process) unread() {
	r.t.Helper()
	if err := r.log.Close(); err != nil {
		r.t.Fatal(err)
	}
	<-r.done
}

func (r *process) signal(sig syscall.Signal) {
	r.t.Helper()
	if err := r.cmd.Process.Signal(sig); err != nil {
		r.t.Fatal(err)
	}
}

// hand is a connection to the chip of a running program.
type hand struct {
	t    testing.TB
	conn net.Conn
	in   *bufio.Reader
}

func (p *place) hand() *hand {
	p.t.Helper()
	conn, err := (&net.Dialer{}).DialContext(p.t.Context(), "unix", p.path("chip"))
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { conn.Close() })
	return &hand{p.t, conn, bufio.NewReader(conn)}
}

// do gives the chip an order and returns its answer.
func (h *hand) do(format string, args ...any) string {
	h.t.Helper()
	if _, err := fmt.Fprintf(h.conn, format+"\n", args...); err != nil {
		h.t.Fatal(err)
	}
	answer, err := h.in.ReadString('\n')
	if err != nil {
		h.t.Fatal(err)
	}
	return strings.TrimSpace(answer)
}

// last gives the chip an order of which the program may end before it answers.
func (h *hand) last(format string, args ...any) {
	if _, err := fmt.Fprintf(h.conn, format+"\n", args...); err == nil {
		_, _ = h.in.ReadString('\n')
	}
}

// arm and press are what a person does; the lamps tell when it has been seen.
func (h *hand) arm()   { h.t.Helper(); h.do("drive %d high", pinSwitch); h.await(pinBlinker, "high") }
func (h *hand) press() { h.t.Helper(); h.do("drive %d low", pinLaunch) }

// await waits until a line has a level.
func (h *hand) await(pin int, level string) {
	h.t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	timeout := time.After(limit)
	for h.do("level %d", pin) != level {
		select {
		case <-tick.C:
		case <-timeout:
			h.t.Fatalf("line %d is not %s", pin, level)
		}
	}
}

// run runs a command of ship-it to its end.
func (p *place) run(args ...string) (code int, stdout, stderr string) {
	p.t.Helper()
	return p.finish(exec.CommandContext(context.WithoutCancel(p.t.Context()), "ship-it", args...)) // cleanups run commands, too
}

func (p *place) finish(cmd *exec.Cmd) (code int, stdout, stderr string) {
	p.t.Helper()
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited && !errors.Is(err, context.Canceled) {
		p.t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), errs.String()
}
