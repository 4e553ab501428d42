package main

import (
	"fmt"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"ship-it.example/gpio/virtual"
	"ship-it.example/shipit"
	"ship-it.example/shipit/config"
)

const pinSiren = 16

// siren is what a relay board wants, on for 8 s at most.
func siren() *config.Siren {
	return &config.Siren{Output: config.Output{Pin: pinSiren, ActiveLow: true}, Max: 8 * time.Second}
}

// ear hears the siren's line: "+20 -8020 free" is on at once and off after 8 s,
// and then it is an input.
type ear struct {
	mu    sync.Mutex
	heard []string
	since time.Time
}

func (e *ear) hear(chip *virtual.Chip) {
	chip.Observe(func(tr virtual.Transition) {
		e.mu.Lock()
		defer e.mu.Unlock()
		switch at := tr.At.Sub(e.since).Milliseconds(); {
		case tr.Pin != pinSiren:
		case !tr.Driven:
			e.heard = append(e.heard, "free")
		case tr.High:
			e.heard = append(e.heard, fmt.Sprintf("-%d", at))
		default:
			e.heard = append(e.heard, fmt.Sprintf("+%d", at))
		}
	})
}

// begin forgets what was heard.
func (e *ear) begin() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.heard, e.since = nil, time.Now()
}

func (e *ear) String() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return strings.Join(e.heard, " ")
}

// TestSirenLine plays launches on a whole box and listens from the press on,
// which settles after 20 ms. At the end the line is off before it is free.
func TestSirenLine(t *testing.T) {
	t.Parallel()
	failed := shipit.Outcome{Reason: "conflict (409)"}
	cases := []struct {
		name    string
		outcome shipit.Outcome
		answer  time.Duration
		most    time.Duration
		hands   func(*mock)
		want    string
	}{
		{name: "its time is over before the alarm", hands: func(m *mock) { m.pass(30 * time.Second) }, want: "+20 -8020 free"},
		{name: "the alarm is over before its time", most: time.Minute, hands: func(m *mock) { m.pass(30 * time.Second) }, want: "+20 -12520 free"},
		{name: "no answer", answer: time.Hour, hands: func(m *mock) { m.pass(30 * time.Second) }, want: "+20 -8020 free"},
		{name: "failed", outcome: failed, answer: 2 * time.Second, hands: func(m *mock) { m.pass(30 * time.Second) }, want: "+20 -2020 free"},
		{name: "the box ends while it sounds", hands: func(m *mock) { m.pass(3 * time.Second) }, want: "+20 -3000 free"},
		{name: "two launches", hands: func(m *mock) {
			m.pass(100 * ms)
			m.launch(false)
			m.pass(19900 * ms)
			m.launch(true)
			m.pass(30 * time.Second)
		}, want: "+20 -8020 +20020 -28020 free"},
		{name: "two launches, hardly a pause between", outcome: failed, answer: 7 * time.Second, hands: func(m *mock) {
			m.pass(100 * ms)
			m.launch(false)
			m.pass(8921 * ms)
			m.launch(true)
			m.pass(30 * time.Second)
		}, want: "+20 -7020 +9041 -16041 free"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var e ear
				m := newMockRig(t, e.hear, func(m *mock, r *rig) {
					m.answer, m.outcome = c.answer, c.outcome
					if c.most > 0 {
						r.config.Pins.Siren.Max = c.most
					}
				})
				if high, driven := m.chip.Output(pinSiren); !high || !driven {
					t.Errorf("at the start the line is high %t, driven %t: want it driven high, which is off", high, driven)
				}
				m.pressed(&e)
				c.hands(m)
				m.stop()
				if got := e.String(); got != c.want {
					t.Errorf("%s, want %s", got, c.want)
				}
			})
		})
	}
}

// pressed arms the box and presses launch, and has the ear begin at the press,
// which settles 20 ms later.
func (m *mock) pressed(e *ear) {
	m.arm(true)
	m.pass(time.Second)
	e.begin()
	m.launch(true)
}

// TestSirenHangs: a loop that hangs leaves the siren on for no longer than its
// time, and a TERM in that time ends it at once.
func TestSirenHangs(t *testing.T) {
	t.Parallel()
	for wait, want := range map[time.Duration]string{time.Minute: "+20 -8020 free", 3 * time.Second: "+20 -3000 free"} {
		synctest.Test(t, func(t *testing.T) {
			var e ear
			woken := make(chan struct{})
			m := newMockRig(t, e.hear, func(_ *mock, r *rig) {
				r.observe = func(b shipit.Box) {
					if b.State() == shipit.Launching {
						<-woken
					}
				}
			})
			m.pressed(&e)
			m.pass(wait)
			m.end(&signalEnd{Signal: syscall.SIGTERM})
			synctest.Wait()
			if err := m.chip.Free(); err != nil || e.String() != want {
				t.Errorf("%s, want %s: %v", &e, want, err)
			}
			close(woken)
			<-m.over
		})
	}
}
