package vm_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The box ends by itself when its chip goes, with an error, without a launch,
// and without spinning until it has noticed.
func TestChipGone(t *testing.T) {
	t.Parallel()
	tests := []struct {
		way, name string
		reach     func(s *station)
		requests  int
	}{
		{"foreground", "safe", func(*station) {}, 0},
		{"daemon", "armed", (*station).arm, 0},
		{"foreground", "branch button held", func(s *station) { s.pull(branch, false); s.logged("Changing target...", 1) }, 0},
		{"foreground", "launch button held", func(s *station) { s.arm(); s.pull(launch, false); s.logged("Triggered a build", 1) }, 1},
		{"daemon", "launch button held", func(s *station) { s.arm(); s.pull(launch, false); s.logged("Triggered a build", 1) }, 1},
		{"daemon", "launch button held, refused", func(s *station) { s.pull(launch, false); s.logged("Refused launch: not armed", 1) }, 0},
	}
	for _, test := range tests {
		t.Run(test.way+"/"+test.name, func(t *testing.T) {
			t.Parallel()
			s := newStation(t)
			box := starts()[test.way](s)
			test.reach(s)
			began, before := time.Now(), used(box.pid())
			if err := s.sim.Remove(); err != nil {
				t.Fatal(err)
			}
			cpu := before
			s.eventually("the end of a box without a chip", func() bool {
				cpu = max(cpu, used(box.pid()))
				return gone(box.pid())
			})
			took := time.Since(began)
			box.ended(1)
			if cpu -= before; cpu > took/4+200*time.Millisecond {
				t.Errorf("it used %v of the processor in the %v until its end", cpu, took)
			}
			s.wantRequests(test.requests)
			if s.told("ERROR the GPIO chip went away") != 1 {
				t.Errorf("the log does not say why:\n%s", s.log())
			}
			t.Logf("gone %v after its chip, with %v of the processor", took.Round(time.Millisecond), cpu)
		})
	}
}

// process is the fields of a process, from its state on, of
// https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html; nil if there is
// none.
func process(pid int) []string {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return nil
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	return strings.Fields(rest)
}

// gone tells whether a process has ended, waited for or not.
func gone(pid int) bool {
	fields := process(pid)
	return fields == nil || fields[0] == "Z"
}

// used is how long a process has had a processor: utime and stime, in
// hundredths of a second. It is zero for one that is gone.
func used(pid int) time.Duration {
	fields := process(pid)
	if fields == nil {
		return 0
	}
	var ticks int
	for _, field := range fields[11:13] {
		n, _ := strconv.Atoi(field) // the kernel writes numbers
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}

// freeze has the kernel stop a box, until thaw.
func freeze(s *station, box running) {
	s.t.Helper()
	if err := syscall.Kill(box.pid(), syscall.SIGSTOP); err != nil {
		s.t.Fatal(err)
	}
	s.eventually("a box that stands still", func() bool {
		fields := process(box.pid())
		return fields != nil && fields[0] == "T"
	})
}

func thaw(s *station, box running) {
	s.t.Helper()
	if err := syscall.Kill(box.pid(), syscall.SIGCONT); err != nil {
		s.t.Fatal(err)
	}
}

// More edges than the kernel keeps for a line (16) come while the box does not
// read. It answers to where the lines are at the end, once.
func TestFullQueue(t *testing.T) {
	t.Parallel()
	tests := []struct {
		way      string
		name     string
		moves    map[int]int // how often each input moves; odd: it ends away from where it was
		words    string
		launches int // answers to the launch button
		requests int
	}{
		{"foreground", "the button is down", map[int]int{launch: 61}, "Triggered a build", 1, 1},
		{"daemon", "the button is up", map[int]int{launch: 60}, "", 0, 0},
		{"daemon", "the switch is off and the button down", map[int]int{arming: 61, launch: 61}, "Refused launch: not armed", 1, 0},
		{"foreground", "everything is back", map[int]int{arming: 60, branch: 60, launch: 60}, "", 0, 0},
	}
	for _, test := range tests {
		t.Run(test.way+"/"+test.name, func(t *testing.T) {
			t.Parallel()
			s := newStation(t)
			box := starts()[test.way](s)
			s.arm()
			freeze(s, box)
			for pin, moves := range test.moves {
				f := s.finger(pin)
				if pin == arming {
					f = f.Opposite()
				}
				s.play(f, make([]time.Duration, moves-1))
			}
			s.rest(3 * debounce)
			thaw(s, box)
			if test.words != "" {
				s.logged(test.words, 1)
			}
			s.rest(5 * debounce)
			s.pull(launch, true)
			s.rest(5 * debounce)
			if got := s.answers(launch); got != test.launches || s.answers(branch) != 0 {
				t.Errorf("%d answers to the launch button, %d to the branch button, want %d, 0; the log:\n%s",
					got, s.answers(branch), test.launches, s.log())
			}
			s.wantRequests(test.requests)
			before := s.answers(launch)
			s.press(launch)
			s.eventually("an answer to the next press", func() bool { return s.answers(launch) == before+1 })
			box.stop()
			box.ended(0)
			s.wantFree()
		})
	}
}
