package vm_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"ship-it.example/gpio/gpiosim"
	"ship-it.example/shipit/ci/citest"
)

func TestMain(m *testing.M) {
	if program := os.Getenv(oldKernelKey); program != "" {
		fmt.Fprintln(os.Stderr, runOnOldKernel(program))
		os.Exit(1)
	}
	goleak.VerifyTestMain(m)
}

// needMachine skips a test that changes the machine that it runs on, anywhere but
// in the test machine.
func needMachine(t *testing.T) {
	t.Helper()
	gpiosim.Need(t)
	if !gpiosim.InMachine() {
		t.Skip("this is not the test machine (make test-kernel)")
	}
}

// debounce is the box's, the default.
const debounce = 20 * time.Millisecond

// The lines of the box.
const (
	blinker  = 17
	arming   = 24
	branch   = 23
	launch   = 27
	lampOne  = 22
	lampTwo  = 25
	siren    = 16
	token    = "eyJ0eXAiOiAiVENWMiJ9" // what the stand-in server is signed in to with
	oneBuild = "bt280"
	twoBuild = "bt1568"
)

// lines is every line of the box.
func lines() []int { return append(lamps(), arming, branch, launch) }

// lamps is every line that the box drives.
func lamps() []int { return []int{blinker, lampOne, lampTwo, siren} }

// station is a machine with one box: a chip, a server and a configuration.
type station struct {
	t       *testing.T
	sim     *gpiosim.Chip
	chip    string // the program's --chip
	server  *citest.Server
	dir     string
	pidPath string // where a daemon's pidfile is
}

// newStation makes all that a program needs. Its chip is named by its device,
// so that many stations can stand side by side.
func newStation(t *testing.T) *station {
	t.Helper()
	return newStationOn(t, smallHeader("pinctrl-bcm2711"))
}

// smallHeader is a chip with the header's lines and no others: the kernel has
// numbers for so many lines only, and here are many chips.
func smallHeader(label string) gpiosim.Config {
	config := gpiosim.Header(label)
	config.Lines = 28
	return config
}

// newStationOn is a station with another chip.
func newStationOn(t *testing.T, chip gpiosim.Config) *station {
	t.Helper()
	s := bareStation(t, chip)
	s.configure("insecure = true")
	return s
}

// newSecureStation is one whose server speaks TLS, with a key of 2048 bits and
// an authority that the configuration names. Its certificate holds for a year
// around now, for the clock is moved here.
func newSecureStation(t *testing.T) *station {
	t.Helper()
	authority, err := citest.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	const halfYear = 180 * 24 * time.Hour
	cert, err := authority.Issue(citest.Certificate{RSA: true, From: time.Now().Add(-halfYear), Until: time.Now().Add(halfYear)})
	if err != nil {
		t.Fatal(err)
	}
	s := bareStation(t, smallHeader("pinctrl-bcm2711"), citest.WithTLS(cert))
	s.write("ca.pem", string(authority.PEM()), 0o644)
	s.configure(`ca_file = "ca.pem"`)
	return s
}

// bareStation has no configuration yet.
func bareStation(t *testing.T, chip gpiosim.Config, opts ...citest.Option) *station {
	t.Helper()
	gpiosim.Need(t)
	s := &station{t: t, sim: gpiosim.New(t, chip), dir: t.TempDir()}
	s.chip, s.pidPath = s.sim.Path(), s.path("pid")
	server, err := citest.New(opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	s.server = server
	s.write("token", token, 0o600)
	return s
}

// configure writes the configuration; way is how the server is to be trusted. The
// journal is the station's own, as many stand side by side.
func (s *station) configure(way string) {
	s.t.Helper()
	s.write("config.toml", fmt.Sprintf(`
journal = "journal.jsonl"

[pins]
siren = %d

[teamcity]
url = %q
token_file = "token"
%s

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
`, siren, s.server.URL(), way, lampOne, oneBuild, lampTwo, twoBuild), 0o644)
}

func (s *station) path(name string) string { return filepath.Join(s.dir, name) }

func (s *station) write(name, text string, mode os.FileMode) {
	s.t.Helper()
	if err := os.WriteFile(s.path(name), []byte(text), mode); err != nil {
		s.t.Fatal(err)
	}
}

// command is the program with these arguments.
func (s *station) command(args ...string) *exec.Cmd {
	s.t.Helper()
	program := os.Getenv("SHIP_IT_BINARY")
	if program == "" {
		s.t.Fatal("SHIP_IT_BINARY does not name the program to test")
	}
	return exec.Command(program, args...)
}

// box, daemon and pidfile are the flags of what runs the box, and what looks
// after it.
func (s *station) box() []string {
	return []string{"--config", s.path("config.toml"), "--chip", s.chip}
}

func (s *station) pidfile() []string { return []string{"--pidfile", s.pidPath} }

func (s *station) daemon() []string {
	return append(append([]string{"-d", "--logfile", s.path("log"), "--socket", s.path("sock")}, s.pidfile()...), s.box()...)
}

// result is how a program ended, and what it said.
type result struct {
	code           int
	stdout, stderr string
}

// do runs the program to its end.
func (s *station) do(args ...string) result {
	s.t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := s.command(args...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		s.t.Fatal(err)
	}
	return result{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// must runs the program to its good end.
func (s *station) must(args ...string) result {
	s.t.Helper()
	r := s.do(args...)
	if r.code != 0 {
		s.t.Fatalf("ship-it %s: exit code %d\n%s%s", strings.Join(args, " "), r.code, r.stdout, r.stderr)
	}
	return r
}

// log is what the box has logged so far, with the calls of periph that come
// before.
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
		return s.told(words) >= n
	})
}

// eventually asks every few milliseconds until the answer is yes, for as long
// as an emulated machine may take.
func (s *station) eventually(what string, ask func() bool) {
	s.t.Helper()
	again := time.NewTicker(5 * time.Millisecond)
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

// lit tells whether a lamp is on.
func (s *station) lit(pin int) bool {
	s.t.Helper()
	on, err := s.sim.Value(pin)
	if err != nil {
		s.t.Fatal(err)
	}
	return on
}

// info is what gpioinfo says of each line.
func (s *station) info() map[int]string {
	s.t.Helper()
	out, err := exec.Command("gpioinfo", filepath.Base(s.sim.Path())).CombinedOutput()
	if err != nil {
		s.t.Fatalf("gpioinfo: %v\n%s", err, out)
	}
	info := make(map[int]string)
	for line := range strings.Lines(string(out)) {
		number, words, found := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "line "), ":")
		if pin, err := strconv.Atoi(strings.TrimSpace(number)); err == nil && found {
			info[pin] = strings.TrimSpace(words)
		}
	}
	return info
}

// wantFree fails unless gpioinfo calls every line of the box an unused input.
func (s *station) wantFree() {
	s.t.Helper()
	info := s.info()
	for _, pin := range lines() {
		if words := info[pin]; !strings.Contains(words, " unused ") || !strings.Contains(words, " input ") {
			s.t.Errorf("gpioinfo says of line %d: %q, want an unused input", pin, words)
		}
	}
}
