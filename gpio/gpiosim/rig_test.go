package gpiosim_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"ship-it.example/gpio"
	"ship-it.example/gpio/gpiosim"
)

// The environment by which a test binary knows that it is a child: the test
// that it runs alone, and the chip whose lines it holds.
const (
	aloneKey = "GPIOSIM_ALONE"
	holdKey  = "GPIOSIM_HOLD"
)

func TestMain(m *testing.M) {
	if selector, ok := os.LookupEnv(holdKey); ok {
		if err := hold(selector); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	goleak.VerifyTestMain(m)
}

// The lines of the tests' plan: the box of the README.
const (
	armingPin  = 24
	branchPin  = 23
	launchPin  = 27
	blinkerPin = 17
	lampPin    = 22
)

// Indexes of the plan.
const (
	arming = iota
	branch
	launch
)

const (
	blinker = iota
	lamp
)

const debounce = 20 * time.Millisecond

// box is the plan of the tests.
func box() gpio.Plan {
	return gpio.Plan{
		Inputs: []gpio.Input{
			arming: {Name: "arming switch", Pin: armingPin, Pull: gpio.PullDown},
			branch: {Name: "branch button", Pin: branchPin, Pull: gpio.PullUp, ActiveLow: true},
			launch: {Name: "launch button", Pin: launchPin, Pull: gpio.PullUp, ActiveLow: true},
		},
		Outputs: []gpio.Output{
			blinker: {Name: "blinker", Pin: blinkerPin},
			lamp:    {Name: "lamp", Pin: lampPin},
		},
		Debounce: debounce,
	}
}

// pins is every line of the plan.
func pins() []int { return []int{armingPin, branchPin, launchPin, blinkerPin, lampPin} }

// alone runs the rest of a test in a process of its own, for periph's driver
// looks for chips once in a process. It is true there, and false, with the
// verdict passed on, in the process that is to leave the test.
func alone(t *testing.T) bool {
	t.Helper()
	gpiosim.Need(t)
	if os.Getenv(aloneKey) == t.Name() {
		return true
	}
	elements := strings.Split(t.Name(), "/")
	for i, element := range elements {
		elements[i] = "^" + regexp.QuoteMeta(element) + "$"
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.v", "-test.run="+strings.Join(elements, "/"))
	cmd.Env = append(os.Environ(), aloneKey+"="+t.Name())
	out, err := cmd.CombinedOutput()
	switch {
	case err != nil:
		t.Errorf("%v\n%s", err, out)
	case !strings.Contains(string(out), "--- PASS: "+t.Name()+" "):
		t.Errorf("the test did not run:\n%s", out)
	default:
		for line := range strings.Lines(string(out)) {
			if note, ok := strings.CutPrefix(strings.TrimSpace(line), "note: "); ok {
				t.Log(note)
			}
		}
	}
	return false
}

// note tells a figure also when the test passes alone.
func note(format string, args ...any) {
	fmt.Printf("note: "+format+"\n", args...)
}

// find gives the chip of a selector.
func find(t *testing.T, selector string) gpio.Chip {
	t.Helper()
	chip, err := gpio.Find(selector)
	if err != nil {
		t.Fatal(err)
	}
	return chip
}

// open claims the plan's lines, and gives them back when the test ends.
func open(t *testing.T, chip gpio.Chip, plan gpio.Plan) *gpio.Header {
	t.Helper()
	header, err := gpio.Open(t.Context(), chip, plan)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = header.Close() })
	return header
}

// wantFree fails unless the kernel says of these lines what gpioinfo calls
// "unused input".
func wantFree(t *testing.T, chip gpio.Chip, pins ...int) {
	t.Helper()
	for _, pin := range pins {
		line, err := chip.Line(pin)
		if err != nil {
			t.Fatal(err)
		}
		if line.Held || line.Owner != "" || line.Output {
			t.Errorf("line %d: %+v, want a free input", pin, line)
		}
	}
}

// eventually asks every few milliseconds until the answer is yes, for as long
// as an emulated machine may take.
func eventually(t *testing.T, what string, ask func() bool) {
	t.Helper()
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	late := time.NewTimer(15 * time.Second)
	defer late.Stop()
	for !ask() {
		select {
		case <-again.C:
		case <-late.C:
			t.Fatalf("%s: not within 15 s", what)
		}
	}
}

// hold claims the lines of the plan until its standard input ends, for tests
// that need a second owner.
func hold(selector string) error {
	chip, err := gpio.Find(selector)
	if err != nil {
		return err
	}
	header, err := gpio.Open(context.Background(), chip, box())
	if err != nil {
		return err
	}
	if err := header.Set(lamp, true); err != nil {
		return err
	}
	fmt.Println("held")
	_, _ = io.Copy(io.Discard, os.Stdin)
	return header.Close()
}

// holder starts a process that holds the lines of the plan, with the lamp on,
// and is killed when the test ends, at the latest.
func holder(t *testing.T, selector string) *os.Process {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), holdKey+"="+selector)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		_ = stdin.Close()
	})
	if line, err := bufio.NewReader(stdout).ReadString('\n'); line != "held\n" {
		t.Fatalf("the holder said %q: %v", line, err)
	}
	return cmd.Process
}
