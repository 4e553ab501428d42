package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/user"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ship-it.example/shipit/view"
	"ship-it.example/shipit/view/socket"
)

// watcher is a client of a running box.
type watcher struct {
	t    testing.TB
	c    *socket.Client
	last view.View
	log  []string
}

// watch connects to the box of this place, and has seen what it shows.
func (p *place) watch() *watcher {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), limit)
	p.t.Cleanup(cancel)
	c, err := socket.Dial(ctx, p.path("sock"))
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { c.Close() })
	w := &watcher{t: p.t, c: c}
	w.until("the first message", func(view.View) bool { return true })
	return w
}

// until reads until the box shows something.
func (w *watcher) until(what string, shows func(view.View) bool) {
	w.t.Helper()
	for {
		v, _, err := w.c.Next()
		if err != nil {
			w.t.Fatalf("%s: %v; the last message was %+v", what, err, w.last)
		}
		w.last, w.log = v, append(w.log, v.Log...)
		if shows(v) {
			return
		}
	}
}

// gone reads to the end of the box.
func (w *watcher) gone() {
	w.t.Helper()
	for {
		if _, _, err := w.c.Next(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			w.t.Fatal(err)
		}
	}
}

// checkSocket: the socket is there, for its group if the machine has that.
func (p *place) checkSocket() {
	p.t.Helper()
	info, err := os.Lstat(p.path("sock"))
	if err != nil {
		p.t.Fatal(err)
	}
	want := os.ModeSocket | 0o600
	if _, err := user.LookupGroup(socketGroup); err == nil && os.Geteuid() == 0 {
		want = os.ModeSocket | 0o660
	}
	if info.Mode() != want {
		p.t.Errorf("the socket has mode %v, want %v", info.Mode(), want)
	}
}

func (p *place) checkNoSocket() {
	p.t.Helper()
	if _, err := os.Lstat(p.path("sock")); !errors.Is(err, os.ErrNotExist) {
		p.t.Errorf("the socket is left: %v", err)
	}
}

// TestSocket: who watches a box sees a launch as a person in front of it does,
// and the socket goes with the box.
func TestSocket(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	r := p.start()
	p.checkSocket()
	w := p.watch()
	if diff := cmp.Diff(view.About{Version: version(), Pid: r.cmd.Process.Pid}, w.last.About); diff != "" {
		t.Errorf("about: -want +got:\n%s", diff)
	}
	lamps := []int{w.last.Blinker.Pin, w.last.Targets[0].Lamp.Pin, w.last.Targets[1].Lamp.Pin}
	if diff := cmp.Diff([]int{pinBlinker, pinLampA, pinLampB}, lamps); diff != "" || w.last.State != "safe" {
		t.Errorf("state %s, lamps: -want +got:\n%s", w.last.State, diff)
	}
	h := p.hand()
	h.press()
	w.until("a refusal", func(v view.View) bool { return v.Refused != nil && v.Refused.Word == "not armed" })
	h.do("float %d", pinLaunch)
	w.until("the end of a press", func(v view.View) bool { return !v.LaunchDown })
	h.arm()
	w.until("armed, and blinking", func(v view.View) bool {
		return v.State == "armed" && v.SwitchOn && v.Blinker.Rhythm == "blinking (0.1 s on, 0.3 s off)"
	})
	h.press()
	w.until("a build", func(v view.View) bool { return v.State == "launching" && v.Targets[0].Build != nil && v.Launches == 1 })
	w.until("its line in the log", func(view.View) bool {
		return slices.ContainsFunc(w.log, func(line string) bool { return strings.Contains(line, "] Triggered a build of Client Int id=1 ") })
	})
	inOrder(t, strings.Join(w.log, "\n"), "] pins have been initialized!", "] WARN Refused launch: not armed", "] Armed", "] Launching Client Int")
	if strings.Contains(fmt.Sprintf("%+v %s", w.last, w.log), secret) {
		t.Error("the secret is shown")
	}
	r.signal(syscall.SIGTERM)
	w.gone()
	if code, log := r.end(); code != 0 || strings.Contains(log, "socket") && os.Geteuid() == 0 && !strings.Contains(log, "group gpio") {
		t.Errorf("ended with %d:\n%s", code, log)
	}
	p.checkNoSocket()
}

// TestSocketKilled: the socket that a killed box leaves is nobody's, and is
// replaced by the next one.
func TestSocketKilled(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	r := p.start()
	w := p.watch()
	r.signal(syscall.SIGKILL)
	w.gone()
	r.end()
	p.checkSocket()
	if code, _, stderr := p.run("watch", "--socket", p.path("sock")); code != 3 || !strings.Contains(stderr, "no box shows itself there") {
		t.Errorf("watch ended with %d: %s", code, stderr)
	}
	if code, stdout, _ := p.service("status"); code != 3 || stdout != "ship-it is not running\n" {
		t.Errorf("status ended with %d: %s", code, stdout)
	}
	r = p.start()
	if w := p.watch(); w.last.Pid != r.cmd.Process.Pid {
		t.Errorf("pid %d shows itself, want %d", w.last.Pid, r.cmd.Process.Pid)
	}
	r.signal(syscall.SIGTERM)
	r.end()
	p.checkNoSocket()
}

// TestSocketSecond: a second box on the same socket works without, and leaves
// the first one's alone.
func TestSocketSecond(t *testing.T) {
	t.Parallel()
	p, other := newPlace(t), newPlace(t)
	first := p.start()
	cmd := other.command()
	cmd.Args = append(cmd.Args, "--socket", p.path("sock")) // the last one counts
	second := other.startCommand(cmd)
	second.waitLog("WARN The box can't be watched by others: socket " + p.path("sock") + ": another process listens there")
	second.waitLog("WARN hint: give each box its own with --socket")
	h := other.hand()
	h.arm()
	h.press()
	if r := <-other.asked; !strings.Contains(r.Body, "bt280") {
		t.Errorf("the server was asked for %s", r.Body)
	}
	second.signal(syscall.SIGTERM)
	second.end()
	if w := p.watch(); w.last.Pid != first.cmd.Process.Pid {
		t.Errorf("pid %d shows itself, want %d", w.last.Pid, first.cmd.Process.Pid)
	}
	first.signal(syscall.SIGTERM)
	first.end()
	p.checkNoSocket()
}

// TestStatusShows: status tells what the box shows, of a daemon and of one in
// the foreground.
func TestStatusShows(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	r := p.start("--drill")
	foreground := fmt.Sprintf("ship-it is not running, but a box runs in the foreground (pid %d)\nsafe since 20", r.cmd.Process.Pid)
	if code, stdout, stderr := p.service("status"); code != 3 || stderr != "" || !strings.HasPrefix(stdout, foreground) || !strings.Contains(stdout, ", a drill\n") {
		t.Errorf("status ended with %d: %s%s", code, stdout, stderr)
	}
	if code, stdout, _ := p.service("status", "--json"); code != 3 || !strings.HasPrefix(stdout, `{"state":"not running","as":"foreground","view":{"version":"`) {
		t.Errorf("status --json ended with %d: %s", code, stdout)
	}
	r.signal(syscall.SIGTERM)
	r.end()

	if code, stderr := p.detach(); code != 0 {
		t.Fatal(stderr)
	}
	h := p.hand()
	h.arm()
	h.press()
	p.waitFile("log", "Triggered a build of Client Int")
	code, stdout, _ := p.service("status")
	if code != 0 {
		t.Errorf("status ended with %d", code)
	}
	inOrder(t, stdout, "ship-it is running (pid ", ") since 20", "launching since 20", "blinker     on\n", "Client Int  ", ", selected, queued, build 1 http://", "Hubot       off\n")

	// Another box's view is not taken for the daemon's.
	other := newPlace(t)
	r = other.start()
	code, stdout, stderr := p.run("status", "--pidfile", p.path("pid"), "--socket", other.path("sock"))
	want := fmt.Sprintf("ship-it: what it shows can't be seen: socket %s, of process %d, is not its own\n", other.path("sock"), r.cmd.Process.Pid)
	if code != 0 || strings.Count(stdout, "\n") != 1 || !strings.HasPrefix(stderr, want) {
		t.Errorf("status ended with %d: %s%s, want %s", code, stdout, stderr, want)
	}
	r.signal(syscall.SIGTERM)
	r.end()
}

// TestStatusOfACrowd: a box in the foreground that can't be looked at, as others
// have taken all the places, is told all the same.
func TestStatusOfACrowd(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	r := p.start()
	const places = 128
	for range places {
		conn, err := net.Dial("unix", p.path("sock"))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if _, err := conn.Read(make([]byte, 1)); err != nil { // it has been let in
			t.Fatal(err)
		}
	}
	says := fmt.Sprintf("socket %s: the box says: there are %d clients already", p.path("sock"), places)
	want := fmt.Sprintf("ship-it is not running, but a box runs in the foreground (pid %d)\n", r.cmd.Process.Pid)
	if code, stdout, stderr := p.service("status"); code != 3 || stdout != want || stderr != "ship-it: what it shows can't be seen: "+says+"\n" {
		t.Errorf("status ended with %d: %s%s", code, stdout, stderr)
	}
	want = fmt.Sprintf("{\"state\":\"not running\",\"as\":\"foreground\",\"no_view\":%q}\n", says)
	if code, stdout, _ := p.service("status", "--json"); code != 3 || stdout != want {
		t.Errorf("status --json ended with %d: %s", code, stdout)
	}
	r.signal(syscall.SIGTERM)
	r.end()
}

// TestWatch: in a pipe watch prints an object a line, and ends with the box.
func TestWatch(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	r := p.start()
	cmd := p.command()
	cmd.Args = []string{"ship-it", "watch", "--socket", p.path("sock")}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stdout)
	until := func(state string) {
		t.Helper()
		for lines.Scan() {
			var v view.View
			if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
				t.Fatalf("%v: %s", err, lines.Text())
			}
			if v.State == state {
				return
			}
		}
		t.Fatalf("no box is %s", state)
	}
	until("safe")
	h := p.hand()
	h.arm()
	until("armed")
	h.do("float %d", pinSwitch)
	until("safe")
	r.signal(syscall.SIGTERM)
	r.end()
	if err := cmd.Wait(); cmd.ProcessState.ExitCode() != exitNotRunning || stderr.String() != "ship-it: socket "+p.path("sock")+": the box has gone\n" {
		t.Errorf("watch ended with %v: %s", err, &stderr)
	}
}

// crowd is clients that never read a byte.
func (p *place) crowd(n int) {
	p.t.Helper()
	for range n {
		conn, err := (&net.Dialer{}).DialContext(p.t.Context(), "unix", p.path("sock"))
		if err != nil {
			p.t.Fatal(err)
		}
		p.t.Cleanup(func() { conn.Close() })
	}
}

// TestSocketCrowd: a hundred clients that don't read, while the box blinks and
// launches, cost it nothing that a person would see; the end waits for none.
func TestSocketCrowd(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	r := p.start()
	p.crowd(100)
	w := p.watch() // it is taken after them
	h := p.hand()
	h.arm()
	w.until("armed", func(v view.View) bool { return v.State == "armed" })
	h.press()
	if request := <-p.asked; !strings.Contains(request.Body, "bt280") {
		t.Errorf("the server was asked for %s", request.Body)
	}
	w.until("a build", func(v view.View) bool { return v.Targets[0].Build != nil })
	r.signal(syscall.SIGTERM)
	began := time.Now()
	if code, log := r.end(); code != 0 {
		t.Errorf("ended with %d:\n%s", code, log)
	}
	t.Logf("the end took %v", time.Since(began))
	p.checkNoSocket()
}

// TestDraw: status in all its words.
func TestDraw(t *testing.T) {
	t.Parallel()
	siren, half := true, 0.5
	v := view.View{
		State: "armed", Since: time.Date(2026, time.November, 22, 17, 0, 0, 0, time.Local),
		Blinker: view.Lamp{Rhythm: "on"}, Siren: &siren, Selected: 1, PressAgain: true, Forbidden: "frozen",
		Targets: []view.Target{
			{Name: "Client Int", Lamp: view.Lamp{Rhythm: "off"}, Light: "running", Build: &view.Build{ID: "106", URL: "http://ci/106", Progress: &half, Waiting: true, Unseen: true}},
			{Name: "Hubot", Lamp: view.Lamp{Rhythm: "on"}, Light: "none", Offline: true},
		},
	}
	v.Drill = true
	const want = `armed since 2026-11-22 17:00:00, a drill, waits for a second press, a launch would be refused: frozen

blinker     on
siren       on
Client Int  off, running 50 %, build 106 http://ci/106, waits for a person, its server can't be asked
Hubot       on, selected, no word from its server
`
	var got strings.Builder
	if err := draw(&got, v); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
