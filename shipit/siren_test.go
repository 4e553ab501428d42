package shipit

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func siren(l Lamps) bool { return l.Siren }

// TestSiren: it sounds with the alarm, for its time at most, once in a launch,
// and the box asks for a tick at its end.
func TestSiren(t *testing.T) {
	t.Parallel()
	no, ok := Answered{Outcome{Reason: "conflict"}}, Answered{Outcome{Verdict: Started, Build: "1"}}
	cases := []struct {
		name  string
		siren time.Duration
		run   func(*bench) // from the press on
		want  string
	}{
		{"there is none", 0, func(b *bench) { b.do(ok) }, ""},
		{"its time is over first", 8 * time.Second, func(b *bench) { b.do(ok) }, "+0 -8000"},
		{"a time that no lamp changes at", 4567 * ms, func(b *bench) { b.do(ok) }, "+0 -4567"},
		{"the alarm is over first", time.Minute, func(b *bench) { b.do(ok) }, "+0 -12500"},
		{"no answer", time.Minute, func(*bench) {}, "+0 -60000"},
		{"switched off meanwhile", 8 * time.Second, func(b *bench) { b.do(Switched{}) }, "+0 -8000"},
		{"failed at once", 8 * time.Second, func(b *bench) { b.do(no) }, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, Found{})
			b.box = b.box.Sounding(c.siren)
			for range 2 { // the next launch is no other
				b.do(Switched{true})
				b.wait(time.Second)
				b.press(LaunchButton)
				c.run(b)
				if got := b.trace(2*time.Minute, siren); got != c.want {
					t.Errorf("%s, want %s", got, c.want)
				}
				b.do(Released{LaunchButton})
				b.do(ok)
				b.do(Switched{false})
				b.wait(time.Minute)
				if b.box.Lamps(b.now).Siren {
					t.Error("it sounds in a box that is safe")
				}
			}
		})
	}
}

// TestLoopSiren: the loop drives the siren for each launch by the launch's
// number, and closes the panel while it sounds.
func TestLoopSiren(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &diary{answer: started(0)}
		r := newRunning(t, d, func(c *Config) { c.Siren = 3 * time.Second })
		r.armAndPress()
		pass(3*time.Second - 2*ms)
		if !r.on("siren") {
			t.Error("the siren is silent before its time is over")
		}
		pass(20 * time.Second)
		r.Post(Released{LaunchButton})
		r.Post(Pressed{Button: LaunchButton, First: time.Now(), SwitchOn: true})
		pass(time.Second)
		if err := r.end(); err != nil {
			t.Error(err)
		}
		var got []string
		for line := range strings.Lines(r.read()) {
			if line = strings.TrimSpace(line); strings.HasPrefix(line, "siren") || line == "closed" {
				got = append(got, line)
			}
		}
		if diff := cmp.Diff([]string{"siren 1", "siren 0", "siren 2", "closed"}, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}
