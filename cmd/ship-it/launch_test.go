package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"ship-it.example/shipit"
	"ship-it.example/shipit/ci/citest"
	"ship-it.example/shipit/journal"
)

// launchIt is ship-it launch of the first target.
func (p *place) launchIt(more ...string) *exec.Cmd {
	cmd := exec.CommandContext(p.t.Context(), "ship-it", append([]string{"launch", "--config", p.path("config.toml"), "Client Int"}, more...)...)
	cmd.Env = append(os.Environ(), "GORACE=atexit_sleep_ms=0")
	return cmd
}

// history is what ship-it log --json prints.
func (p *place) history() []journal.Line {
	p.t.Helper()
	code, stdout, stderr := p.run("log", "--json", "--config", p.path("config.toml"))
	if code != 0 {
		p.t.Fatalf("log ended with %d:\n%s", code, stderr)
	}
	var lines []journal.Line
	for text := range strings.Lines(stdout) {
		var line journal.Line
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			p.t.Fatal(err)
		}
		lines = append(lines, line)
	}
	return lines
}

// TestLaunchCommand: the exit code is the outcome, and the journal has it.
func TestLaunchCommand(t *testing.T) {
	t.Parallel()
	ended := func(s shipit.Stage) func(*place) {
		return func(p *place) { p.server.SetLife(citest.Life{End: s}) }
	}
	mode := func(m citest.Mode) func(*place) {
		return func(p *place) { ended(shipit.StagePassed)(p); p.server.SetMode(m) }
	}
	cases := []struct {
		name     string
		prepare  func(*place)
		code     int
		answer   string
		outcome  string
		requests int
		log      string
	}{
		{"passed", ended(shipit.StagePassed), 0, "started", "passed", 1, "Build of Client Int passed"},
		{"failed", ended(shipit.StageFailed), 1, "started", "failed", 1, "ERROR Build of Client Int failed"},
		{"cancelled", ended(shipit.StageCancelled), 1, "started", "cancelled", 1, "WARN Build of Client Int was cancelled"},
		{"lost", ended(shipit.StageLost), 7, "started", "lost", 1, "is not known to the server any more"},
		{"refused by the server", mode(citest.Fail(409)), 1, "not started", "", 1, "ERROR No build of Client Int: conflict"},
		{"found after all", mode(citest.Vanish()), 0, "started", "passed", 1, "A build of Client Int was started after all"},
		{"unknown", func(p *place) {
			mode(citest.Drop())(p)
			p.write("config.toml", strings.Replace(p.read("config.toml"), "led = 22", "led = 22\nfollow = false", 1), 0o644)
		}, 7, "unknown", "unknown", 1, "ERROR Unknown whether a build of Client Int started: cut off"},
		{"no go", func(p *place) { p.server.SetAsking(citest.Fail(404)) }, 1, "", "", 0, "WARN Refused launch: no go: "},
		{"cannot be reached", (*place).blackHole, 1, "not started", "", 0, "ERROR No build of Client Int: unreachable"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			c.prepare(p)
			if c.name == "cannot be reached" {
				p.write("config.toml", strings.Replace(p.read("config.toml"), "token_file", "timeout = \"1s\"\ntoken_file", 1), 0o644)
			}
			code, stdout, stderr := p.finish(p.launchIt())
			if code != c.code || stdout != "" || !strings.Contains(stderr, c.log) {
				t.Errorf("exit code %d, want %d, and %q in:\n%s%s", code, c.code, c.log, stdout, stderr)
			}
			lines := p.history()
			if len(lines) != 1 || lines[0].Answer != c.answer || lines[0].Outcome != c.outcome || lines[0].Press != 0 || lines[0].Target != "Client Int" {
				t.Errorf("the journal has %+v", lines)
			}
			if n := p.server.Requests(); n != c.requests {
				t.Errorf("%d requests, want %d", n, c.requests)
			}
			if strings.Contains(stderr+p.read("journal.jsonl"), secret) {
				t.Error("the secret is in the log or in the journal")
			}
		})
	}
}

// TestLaunchRefused: as long as a box keeps the journal it is told who, and
// nothing goes out.
func TestLaunchRefused(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	r := p.start()
	code, _, stderr := p.finish(p.launchIt())
	want := fmt.Sprintf("is kept by ship-it (pid %d)", r.cmd.Process.Pid)
	if code != 1 || !strings.Contains(stderr, want) || !strings.Contains(stderr, "hint: press the button of the box") {
		t.Errorf("exit code %d, want 1, and %q in:\n%s", code, want, stderr)
	}
	if n := p.server.Requests(); n != 0 {
		t.Errorf("%d requests", n)
	}
	r.signal(syscall.SIGTERM)
	r.end()
}

// TestBoxBesideLaunch: a box that starts while a launch keeps the journal
// refuses to be armed, and can be when that is over, and what it has left is gone
// on with.
func TestBoxBesideLaunch(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.server.SetMode(citest.Silent())
	cmd := p.launchIt()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	<-p.asked
	r := p.start()
	r.waitLog("Can't record launches, so arming will be refused: the journal ")
	h := p.hand()
	h.do("drive %d high", pinSwitch)
	r.waitLog("WARN Refused arming: can't record: the journal ")
	h.do("float %d", pinSwitch)
	r.waitLog("] Safe")
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); cmd.ProcessState.ExitCode() != exitUnknown {
		t.Errorf("the launch ended with %v", err)
	}
	p.server.SetMode(citest.OK())
	h.do("drive %d high", pinSwitch)
	r.waitLog("ERROR Unknown whether a build of Client Int started: stopped")
	r.waitLog("WARN Refused arming: can't record: what was under way is gone on with first: switch off and on again")
	h.press()
	r.waitLog("WARN Refused launch: can't record")
	h.do("float %d", pinLaunch)
	h.do("float %d", pinSwitch)
	r.waitTimes("] Safe", 2)
	h.do("drive %d high", pinSwitch)
	p.waitReserved("journal.jsonl.open", 2)
	h.press()
	r.waitLog("Triggered a build of Client Int")
	r.signal(syscall.SIGTERM)
	r.end()
}

// TestLaunchStopped: Ctrl-C ends a launch; what is under way is kept for the box,
// which goes on with it.
func TestLaunchStopped(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.server.SetLife(citest.Life{Run: time.Hour})
	cmd := p.launchIt()
	r := &process{place: p, cmd: cmd}
	stderr, err := os.Create(p.path("stderr"))
	if err != nil {
		t.Fatal(err)
	}
	defer stderr.Close()
	cmd.Stderr = stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p.waitFile("stderr", "Build of Client Int is running")
	r.signal(syscall.SIGINT)
	if err := cmd.Wait(); cmd.ProcessState.ExitCode() != exitUnknown {
		t.Errorf("it ended with %v", err)
	}
	inOrder(t, p.read("stderr"), "received signal 2, exiting...", "WARN Nobody follows the build any more: look at the server; the box goes on with it when it is started")
	if lines := p.history(); len(lines) != 1 || lines[0].Answer != "started" || lines[0].Outcome != "" {
		t.Errorf("the journal has %+v", lines)
	}
	box := p.start()
	box.waitLog("Going on with the build of Client Int id=1")
	box.waitLog("Build of Client Int is running id=1")
	box.signal(syscall.SIGTERM)
	box.end()
	if n := p.server.Requests(); n != 1 {
		t.Errorf("%d requests", n)
	}
}

// TestLaunchUnsent: Ctrl-C before anything was sent says so, and leaves nothing to
// go on with.
func TestLaunchUnsent(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.server.SetAsking(citest.Silent())
	r := p.startLogged(p.launchIt())
	p.waitAsked(1)
	r.signal(syscall.SIGINT)
	code, log := r.end()
	if code != 1 {
		t.Errorf("exit code %d, want 1", code)
	}
	inOrder(t, log, "received signal 2, exiting...", "Nothing was sent")
	if strings.Contains(log, "Nobody follows") || p.server.Requests() != 0 || p.read("journal.jsonl.open") != "" {
		t.Errorf("%d requests, ahead of the journal is %s, the log has\n%s", p.server.Requests(), p.read("journal.jsonl.open"), log)
	}
}

// waitAsked waits until the server was asked so often.
func (p *place) waitAsked(times int) {
	p.t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	timeout := time.After(limit)
	for p.server.Asked() < times {
		select {
		case <-tick.C:
		case <-timeout:
			p.t.Fatalf("asked %d times, want %d", p.server.Asked(), times)
		}
	}
}

// TestLaunchAhead: a launch of an earlier run is none of this one's, even if the
// clock was ahead then.
func TestLaunchAhead(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.server.SetLife(citest.Life{Run: time.Second, End: shipit.StagePassed})
	p.write("journal.jsonl.open", `{"step":"known","time":"2999-01-01T00:00:00Z","kind":"launch","id":"EARLIER","target":"Client Int","press":2,"answer":"started","build":"77"}`+"\n", 0o640)
	code, _, stderr := p.finish(p.launchIt())
	if code != 0 || !strings.Contains(stderr, "Build of Client Int passed id=1") {
		t.Errorf("exit code %d:\n%s", code, stderr)
	}
	lines := p.history()
	if len(lines) != 2 || lines[0].Outcome != "passed" || lines[1].ID != "EARLIER" || lines[1].Press != 2 || lines[1].Outcome != "not followed" {
		t.Errorf("the journal has %+v", lines)
	}
}

// TestCommandStopped: a command can't outlive what has started it. Its end is
// told, and the next start has nothing to go on with.
func TestCommandStopped(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"launch", "box"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			p.write("config.toml", strings.Replace(p.read("config.toml"), `teamcity = { build_type = "bt280" }`, `command = { run = ["sh", "-c", "echo begun; sleep 600"] }`, 1), 0o644)
			cmd := p.command()
			if name == "launch" {
				cmd = p.launchIt()
			}
			r := p.startLogged(cmd)
			if name == "box" {
				r.waitLog("pins have been initialized!")
				h := p.hand()
				h.arm()
				p.waitReserved("journal.jsonl.open", 1)
				h.press()
			}
			r.waitLog("sh: begun")
			r.signal(syscall.SIGINT)
			code, log := r.end()
			if want := map[string]int{"launch": 1, "box": 0}[name]; code != want {
				t.Errorf("exit code %d, want %d", code, want)
			}
			inOrder(t, log, "received signal 2, exiting...", "WARN Build of Client Int was cancelled", `says="stopped with ship-it"`)
			if lines := p.history(); len(lines) != 1 || lines[0].Outcome != "cancelled" {
				t.Errorf("the journal has %+v", lines)
			}
			box := p.start()
			box.signal(syscall.SIGTERM)
			if _, log := box.end(); strings.Contains(log, "Client Int") {
				t.Errorf("the next start goes on with it:\n%s", log)
			}
		})
	}
}

// TestLaunchAfterUnknown: a launch after one that was killed unanswered is
// refused once, and told what the server says of it.
func TestLaunchAfterUnknown(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name            string
		mode            citest.Mode // in which the first launch is killed
		asking          citest.Mode // in which the server is asked for it
		says            string
		answer, outcome string // of the first, after the second
		finally         string // its outcome after the last
		more            string // what a third says before one is taken; empty: it is the last
	}{
		{"it is there", citest.Vanish(), citest.OK(), " has started a build after all: 1 http://", "started", "", "not followed", ""},
		{"it isn't", citest.Silent(), citest.OK(), "the server shows no build of the launch of Client Int at 2", "unknown", "unknown", "unknown", ""},
		{"no answer", citest.Silent(), citest.Fail(500), "has started a build, and the server doesn't tell: server error (500", "", "", "unknown", "the server shows no build"},
		{"no answer, and it is there", citest.Vanish(), citest.Fail(500), "; a launch is taken once it does\n", "", "", "not followed", " has started a build after all: 1 http://"},
		{"no right to ask", citest.Silent(), citest.Fail(403), "; a launch after this is taken\n", "unknown", "unknown", "unknown", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			p.server.SetLife(citest.Life{End: shipit.StagePassed})
			p.server.SetMode(c.mode)
			cmd := p.launchIt()
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			<-p.asked
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait()
			p.server.SetMode(citest.OK())
			p.server.SetAsking(c.asking)
			if code, _, stderr := p.finish(p.launchIt()); code != 1 || !strings.Contains(stderr, "refused: look at the server first: ") || !strings.Contains(stderr, c.says) || p.server.Requests() != 1 {
				t.Errorf("exit code %d after %d requests:\n%s", code, p.server.Requests(), stderr)
			}
			if lines := p.history(); len(lines) != 2 || lines[0].Answer != c.answer || lines[0].Outcome != c.outcome || lines[1].Refusal != "look at the server first" {
				t.Errorf("the journal has %+v", lines)
			}
			p.server.SetAsking(citest.OK())
			refusals := 1
			if c.more != "" {
				refusals++
				if code, _, stderr := p.finish(p.launchIt()); code != 1 || !strings.Contains(stderr, c.more) {
					t.Errorf("exit code %d:\n%s", code, stderr)
				}
			}
			if code, _, stderr := p.finish(p.launchIt()); code != 0 || p.server.Requests() != 2 {
				t.Errorf("exit code %d after %d requests:\n%s", code, p.server.Requests(), stderr)
			}
			lines := p.history()
			if last := lines[len(lines)-1]; len(lines) != 2+refusals || last.Outcome != "passed" {
				t.Errorf("the journal has %+v", lines)
			}
			for _, line := range lines[:len(lines)-1] {
				if line.Kind == shipit.KindLaunch && line.Outcome != c.finally {
					t.Errorf("the first ended %s, want %s", line.Outcome, c.finally)
				}
			}
		})
	}
}

// TestLookingStopped: a launch that is ended while it asks for an earlier one has
// learnt nothing of it, and leaves it open.
func TestLookingStopped(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.server.SetAsking(citest.Silent())
	const line = `{"step":"pressed","time":"2026-11-24T12:00:00Z","kind":"launch","id":"EARLIER","target":"Client Int"}` + "\n"
	p.write("journal.jsonl.open", line, 0o640)
	r := p.startLogged(p.launchIt())
	p.waitAsked(1)
	r.signal(syscall.SIGINT)
	code, log := r.end()
	if want := "and the server doesn't tell: received signal 2, exiting...; a launch is taken once it does"; code != 1 || !strings.Contains(log, want) {
		t.Errorf("exit code %d, want 1, and %q in\n%s", code, want, log)
	}
	if lines := p.history(); len(lines) != 2 || lines[0].ID != "EARLIER" || lines[0].Answer+lines[0].Outcome != "" || lines[1].Refusal != "look at the server first" {
		t.Errorf("the journal has %+v", lines)
	}
}

// TestDryRun: what is printed is what would be sent, but for secrets.
func TestDryRun(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	code, stdout, stderr := p.finish(p.launchIt("--dry-run"))
	if code != 0 || stderr != "" || p.server.Requests()+p.server.Asked() != 0 || strings.Contains(stdout, secret) {
		t.Fatalf("exit code %d, %d requests:\n%s%s", code, p.server.Requests(), stdout, stderr)
	}
	if code, _, stderr := p.finish(p.launchIt()); code != 0 {
		t.Fatalf("exit code %d:\n%s", code, stderr)
	}
	sent := <-p.asked
	first, _, _ := strings.Cut(stdout, "\n")
	if want := sent.Method + " " + p.server.URL() + sent.Path; first != want {
		t.Errorf("it begins with %q, want %q", first, want)
	}
	for name, values := range sent.Header {
		if want := name + ": " + values[0]; !strings.Contains(stdout, want) && name != "Content-Length" && name != "Connection" && name != http.CanonicalHeaderKey("Authorization") {
			t.Errorf("no %q in\n%s", want, stdout)
		}
	}
	before, after, _ := strings.Cut(sent.Body, "launch ")
	if !strings.Contains(stdout, before) || !strings.Contains(stdout, after[16:]) {
		t.Errorf("the body was %s, printed is\n%s", sent.Body, stdout)
	}
}

// TestHistoryIsTame: foreign text drives no terminal.
func TestHistoryIsTame(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.write("journal.jsonl", `{"time":"2026-11-24T12:00:00Z","kind":"launch","id":"X","target":"A\u001b[2J","answer":"not started","reason":"\u001b]0;x\u0007\nfake","build":"\u001b[31m"}`+"\n", 0o640)
	code, stdout, _ := p.run("log", "--config", p.path("config.toml"))
	if code != 0 || strings.ContainsAny(stdout, "\x1b\x07") || strings.Count(stdout, "\n") != 1 {
		t.Errorf("exit code %d: %q", code, stdout)
	}
}
