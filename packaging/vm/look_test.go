package vm_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"ship-it.example/gpio"
	"ship-it.example/gpio/gpiosim"
)

// watching is a ship-it pins --watch that runs, and what it has said.
type watching struct {
	*foreground
	said *bufio.Reader
}

// watchPins starts it and waits until it has the lines.
func (s *station) watchPins() *watching {
	s.t.Helper()
	p := &foreground{s: s, cmd: s.command(append([]string{"pins", "--watch"}, s.box()...)...)}
	p.cmd.Stderr = os.Stderr
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		if !p.done {
			_ = p.cmd.Process.Kill()
			_ = p.cmd.Wait()
		}
	})
	w := &watching{p, bufio.NewReader(out)}
	w.line("Ctrl-C ends it")
	return w
}

// line reads on until a line has these words.
func (w *watching) line(words string) string {
	w.s.t.Helper()
	for {
		line, err := w.said.ReadString('\n')
		if err != nil {
			w.s.t.Fatalf("no %q: %v", words, err)
		}
		if strings.Contains(line, words) {
			return line
		}
	}
}

// A press is told with every edge of its bounce, by the kernel's count; no output
// is touched, and the lines are free at the end.
func TestPinsWatch(t *testing.T) {
	t.Parallel()
	s := newStation(t)
	w := s.watchPins()
	owner := fmt.Sprintf(`"ship-it@%d"`, w.pid())
	for pin, words := range s.info() {
		input := pin == arming || pin == branch || pin == launch
		if strings.Contains(words, owner) != input || strings.Contains(words, " output ") {
			t.Errorf("gpioinfo says of line %d: %s", pin, words)
		}
	}
	train := gpiosim.Bounces()["the worst common switch"]
	longest := s.play(s.finger(launch), train)
	told := regexp.MustCompile(`launch button +(\w+) +(\d+) edges?`)
	lines, edges := 0, 0
	for edges < len(train)+1 { // a machine that stands still makes several contacts of one
		line := w.line("launch button")
		found := told.FindStringSubmatch(line)
		if found == nil {
			t.Fatalf("%q", line)
		}
		n, err := strconv.Atoi(found[2])
		if err != nil {
			t.Fatal(err)
		}
		lines, edges = lines+1, edges+n
		t.Logf("note: %s", strings.TrimSpace(line))
	}
	if edges != len(train)+1 || longest < gpio.QuietFor/2 && lines != 1 {
		t.Errorf("%d edges in %d contacts, want %d in one", edges, lines, len(train)+1)
	}
	s.pull(launch, true)
	w.line("released  1 edge, no bounce, after ")
	w.stop()
	w.ended(0)
	s.wantFree()
}

// The doctor finds a switch whose line moves by itself, and that an input is open
// as long as nobody presses; it leaves every line free.
func TestDoctor(t *testing.T) {
	t.Parallel()
	s := newStation(t)
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for high := true; ; high = !high {
			select {
			case <-stop:
				return
			case <-time.After(3 * time.Millisecond):
				_ = s.sim.Pull(arming, high) // the doctor tells
			}
		}
	}()
	r := s.do(append(append([]string{"doctor", "--json"}, s.pidfile()...), s.box()...)...)
	close(stop)
	<-stopped
	var told struct {
		Findings []struct{ Step, About, Verdict, Text string }
	}
	if err := json.Unmarshal([]byte(r.stdout), &told); err != nil || r.code != 1 {
		t.Fatalf("exit code %d, %v: %s%s", r.code, err, r.stdout, r.stderr)
	}
	found := map[string]string{}
	for _, f := range told.Findings {
		found[f.About] = f.Verdict + ": " + f.Text
	}
	for about, want := range map[string]string{
		"arming switch, GPIO 24 (pin 18)": "bad: floats: it moves by itself",
		"launch button, GPIO 27 (pin 13)": "ok: open: it floats",
		"lamp of Hubot, GPIO 25 (pin 22)": "ok: free",
		"target Hubot":                    "ok: its server would take a launch",
	} {
		if !strings.HasPrefix(found[about], want) {
			t.Errorf("%s: %q, want %q", about, found[about], want)
		}
	}
	s.wantRequests(0)
	s.wantFree()
}
