package pi_test

import (
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// end is a way for a box to end.
type end struct {
	make func(s *station, box running)
	code int    // of a foreground run
	says string // in the log
}

// tripped is a panic, in one of the places that the tripwire of cmd/ship-it knows.
func tripped(where string) end {
	return end{code: 1, says: "ERROR panic: tripped in " + where + "\n", make: func(s *station, _ running) {
		s.write("tripwire", where, 0o600)
	}}
}

func ends() map[string]end {
	signalled := func(sig syscall.Signal, code int, says string) end {
		return end{code: code, says: says, make: func(s *station, box running) { box.signal(s.t, sig) }}
	}
	return map[string]end{
		"TERM":                      signalled(syscall.SIGTERM, 0, "received signal 15, exiting..."),
		"INT":                       signalled(syscall.SIGINT, 0, "received signal 2, exiting..."),
		"QUIT":                      signalled(syscall.SIGQUIT, 1, "received signal 3, exiting..."),
		"stop":                      {make: func(_ *station, box running) { box.stop() }, says: "received signal 15, exiting..."},
		"panic, reading the inputs": tripped("wait"),
		"panic, driving a lamp":     tripped("drive"),
	}
}

// Whatever ends the box by its own hand, the registers say that the lamps are inputs again, and the next start just
// works. The program is the tests' own build of it, so that it can be made to panic.
func TestEnd(t *testing.T) {
	for way, start := range starts() {
		for name, end := range ends() {
			t.Run(way+"/"+name, func(t *testing.T) {
				s := newStation(t)
				s.program, s.chip = "/host/panicking/ship-it", "tripwire:"+s.path("tripwire")
				box := start(s)
				s.arm()
				s.wantFunctions(output)
				began := time.Now()
				end.make(s, box)
				s.wait("lamps that are inputs", time.Millisecond, func() bool { return s.are(input, outputs()) })
				t.Logf("inputs after %v", time.Since(began).Round(time.Millisecond))
				box.done(end.code)
				s.wantFree()
				for _, words := range []string{end.says, "cleaning up pins!"} {
					if strings.Count(s.log(), words) != 1 {
						t.Errorf("%q is not once in the log:\n%s", words, s.log())
					}
				}
				if _, err := os.Stat(s.path("pid")); err == nil {
					t.Error("the pidfile is still there")
				}
				s.pi.drive(arming, false)
				again := start(s)
				again.stop()
				again.done(0)
				s.wantFunctions(input)
			})
		}
	}
}

// persists tells whether this kernel leaves an output driven when its owner is gone, as Raspberry Pi's own do.
func persists(t *testing.T) bool {
	t.Helper()
	value, err := os.ReadFile("/sys/module/pinctrl_bcm2835/parameters/persist_gpio_outputs")
	if os.IsNotExist(err) {
		return false
	}
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(value)) == "Y"
}

// After a kill -9 the kernel has the lamps: those that let them go make them inputs, and on those that leave them
// driven release does. The box can be started again, with that or without.
func TestKilled(t *testing.T) {
	left := input
	if inPi() && persists(t) {
		left = output
	}
	for way, start := range starts() {
		t.Run(way, func(t *testing.T) {
			s := newStation(t)
			kill := func(box running) {
				box.signal(t, syscall.SIGKILL)
				box.done(-1)
				s.eventually("lines that nobody holds", func() bool {
					return !strings.Contains(s.must(append([]string{"pins"}, s.box()...)...), "held by")
				})
				s.wantFunctions(left)
			}
			box := start(s)
			s.arm()
			kill(box)
			if left == output && !s.pi.high(lampOne) {
				t.Error("the kernel has put out the lamp that it was to leave on")
			}
			t.Logf("after a kill the lamps are %vs; pins says:\n%s", left, s.must(append([]string{"pins"}, s.box()...)...))
			s.must(append([]string{"release"}, s.box()...)...)
			s.wantFunctions(input)
			s.pi.drive(arming, false)
			kill(start(s))
			box = start(s)
			box.stop()
			box.done(0)
			s.wantFree()
		})
	}
}
