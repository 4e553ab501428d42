package pi_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"ship-it.example/shipit/ci/citest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The lines of the box.
const (
	blinker  = 17
	arming   = 24
	branch   = 23
	launch   = 27
	lampOne  = 22
	lampTwo  = 25
	token    = "eyJ0eXAiOiAiVENWMiJ9" // what the stand-in server is signed in to with
	oneBuild = "bt280"
	twoBuild = "bt1568"
)

func inputs() []int  { return []int{arming, branch, launch} }
func outputs() []int { return []int{blinker, lampOne, lampTwo} }

// inPi tells whether this is an emulated Pi: packaging/pi/init says so.
func inPi() bool { return os.Getenv("SHIP_IT_PI") != "" }

// station is the Pi with a box, a server and a configuration. There is one set of lines, so tests take turns.
type station struct {
	t       *testing.T
	pi      registers
	program string // the program to run
	chip    string // and the chip that it is told to use
	server  *citest.Server
	dir     string
}

// newStation makes all that a program needs. Nothing is pulled in an emulated Pi: the lines lie as the wires of a
// box at rest would have them.
func newStation(t *testing.T) *station {
	t.Helper()
	if !inPi() {
		t.Skip("this is no emulated Raspberry Pi (make test-pi runs this in some)")
	}
	s := &station{t: t, pi: mapRegisters(t), program: "/host/ship-it", chip: "auto", dir: t.TempDir()}
	server, err := citest.New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	s.server = server
	s.write("token", token, 0o600)
	s.write("config.toml", fmt.Sprintf(`
journal = ""

[teamcity]
url = %q
token_file = "token"
insecure = true

[sound]
player = []

[[target]]
name = "Client Int"
led  = %d
follow = false
teamcity = { build_type = %q }

[[target]]
name = "Hubot"
led  = %d
follow = false
teamcity = { build_type = %q, branch = "main" }
`, server.URL(), lampOne, oneBuild, lampTwo, twoBuild), 0o644)
	if !s.are(input, outputs()) { // a test before has failed
		s.must(append([]string{"release"}, s.box()...)...)
	}
	s.pi.drive(arming, false)
	s.pi.drive(branch, true)
	s.pi.drive(launch, true)
	return s
}

func (s *station) path(name string) string { return filepath.Join(s.dir, name) }

func (s *station) write(name, text string, mode os.FileMode) {
	s.t.Helper()
	if err := os.WriteFile(s.path(name), []byte(text), mode); err != nil {
		s.t.Fatal(err)
	}
}

// box, pidfile and daemon are the flags of what runs the box, and what looks after it.
func (s *station) box() []string {
	return []string{"--config", s.path("config.toml"), "--chip", s.chip}
}
func (s *station) pidfile() []string { return []string{"--pidfile", s.path("pid")} }

func (s *station) daemon() []string {
	return append(append([]string{"-d", "--logfile", s.path("log"), "--socket", "none"}, s.pidfile()...), s.box()...)
}

// must runs the program to its good end and returns what it printed.
func (s *station) must(args ...string) string {
	s.t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := exec.Command(s.program, args...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		s.t.Fatalf("ship-it %s: %v\n%s%s", strings.Join(args, " "), err, &stdout, &stderr)
	}
	return stdout.String()
}

// log is what the box has logged so far.
func (s *station) log() string {
	text, err := os.ReadFile(s.path("log"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		s.t.Error(err)
	}
	return string(text)
}

// logged waits until the log has these words n times.
func (s *station) logged(words string, n int) {
	s.t.Helper()
	s.eventually(fmt.Sprintf("%q %d times in the log", words, n), func() bool {
		return strings.Count(s.log(), words) >= n
	})
}

// eventually asks until the answer is yes, by the Pi's clock, which stands still where the host does. An emulated Pi
// takes its time to wake up, so it doesn't ask too often.
func (s *station) eventually(what string, ask func() bool) {
	s.t.Helper()
	s.wait(what, 25*time.Millisecond, ask)
}

// wait asks that often until the answer is yes.
func (s *station) wait(what string, often time.Duration, ask func() bool) {
	s.t.Helper()
	again := time.NewTicker(often)
	defer again.Stop()
	late := time.NewTimer(20 * time.Second)
	defer late.Stop()
	for !ask() {
		select {
		case <-again.C:
		case <-late.C:
			s.t.Fatalf("%s: not within 20 s; the log:\n%s", what, s.log())
		}
	}
}

// rest lets time pass for the finger or the eye.
func (s *station) rest(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-s.t.Context().Done():
	}
}

// press pushes a button for half a second.
func (s *station) press(pin int) {
	s.t.Helper()
	s.pi.drive(pin, false)
	s.rest(500 * time.Millisecond)
	s.pi.drive(pin, true)
}

// arm turns the switch on and returns after how long that was seen.
func (s *station) arm() time.Duration {
	s.t.Helper()
	began := time.Now()
	s.pi.drive(arming, true)
	s.logged("Armed", 1)
	return time.Since(began)
}

// are tells whether all these lines are such.
func (s *station) are(want function, pins []int) bool {
	for _, pin := range pins {
		if s.pi.function(pin) != want {
			return false
		}
	}
	return true
}

// wantFunctions fails unless the registers say this of the lamps, and that all else is an input.
func (s *station) wantFunctions(lamps function) {
	s.t.Helper()
	if s.are(lamps, outputs()) && s.are(input, inputs()) {
		return
	}
	for _, pin := range append(outputs(), inputs()...) {
		s.t.Errorf("the registers say of line %d: %v", pin, s.pi.function(pin))
	}
	s.t.Errorf("want every lamp an %v, the others inputs", lamps)
}

// wantFree fails unless every line is an input, dark where there is a lamp, and nobody's.
func (s *station) wantFree() {
	s.t.Helper()
	s.wantFunctions(input)
	for _, pin := range outputs() {
		if s.pi.high(pin) {
			s.t.Errorf("the lamp on line %d was left on", pin)
		}
	}
	pins := s.must(append([]string{"pins"}, s.box()...)...)
	if got, want := strings.Count(pins, "free, "), len(outputs())+len(inputs()); got != want || strings.Contains(pins, "left as") {
		s.t.Errorf("pins calls %d lines free, want %d, and none left driven:\n%s", got, want, pins)
	}
}
