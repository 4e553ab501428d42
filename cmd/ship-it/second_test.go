package main

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ship-it.example/gpio/virtual"
	"ship-it.example/shipit/config"
)

const pinSecond = 5

// newPair is a mock that takes two persons to launch.
func newPair(t *testing.T, prepare func(*virtual.Chip)) *mock {
	t.Helper()
	return newMockRig(t, prepare, func(_ *mock, r *rig) {
		r.config.Pins.SecondButton = &config.Input{Pin: pinSecond, PullUp: true, ActiveLow: true}
		r.config.Rules.TwoPerson = true
	})
}

func (m *mock) second(down bool) {
	if down {
		m.chip.Drive(pinSecond, false)
	} else {
		m.chip.Float(pinSecond)
	}
}

// TestPair plays two persons on the lines of a whole box: whose hands launch,
// and what the log says of those that don't.
func TestPair(t *testing.T) {
	t.Parallel()
	free := func(*virtual.Chip) {}
	const (
		alone = "Refused launch: hold the second button"
		anew  = "Refused launch: press the second button anew"
	)
	armed := func(m *mock) { m.arm(true); m.pass(time.Second) }
	held := func(m *mock) { armed(m); m.second(true); m.pass(time.Second) }
	cases := []struct {
		name     string
		prepare  func(*virtual.Chip)
		hands    func(*mock)
		launches int
		log      string
	}{
		{"hold, press", free, func(m *mock) { held(m); m.launch(true) }, 1, "Launching Client Int"},
		{"press alone", free, func(m *mock) { armed(m); m.launch(true) }, 0, alone},
		{"hold alone", free, held, 0, "The second button is held"},
		{"both in one instant, second first", free, func(m *mock) { armed(m); m.second(true); m.launch(true) }, 1, "Launching Client Int"},
		{"both in one instant, launch first", free, func(m *mock) { armed(m); m.launch(true); m.second(true) }, 1, "Launching Client Int"},
		{"second 1 ms before launch", free, func(m *mock) { armed(m); m.second(true); m.pass(ms); m.launch(true) }, 1, "Launching Client Int"},
		{"second 1 ms after launch", free, func(m *mock) { armed(m); m.launch(true); m.pass(ms); m.second(true) }, 0, alone},
		{"second released in the instant of the press", free, func(m *mock) { held(m); m.second(false); m.launch(true) }, 0, alone},
		{"second released 5 ms before the press settles", free, func(m *mock) {
			held(m)
			m.launch(true)
			m.pass(15 * ms)
			m.second(false)
		}, 0, alone},
		{"second bounces as the press settles", free, func(m *mock) {
			held(m)
			m.launch(true)
			m.pass(19 * ms)
			m.second(false)
			m.pass(2 * ms)
			m.second(true)
		}, 0, alone},
		{"second released 1 ms after the press has settled", free, func(m *mock) { held(m); m.launch(true); m.pass(22 * ms); m.second(false) }, 1, "Launching Client Int"},
		{"found down", func(c *virtual.Chip) { c.Drive(pinSecond, false) }, func(m *mock) { armed(m); m.launch(true) }, 0, anew},
		{"found down, then held anew", func(c *virtual.Chip) { c.Drive(pinSecond, false) }, func(m *mock) {
			m.second(false)
			held(m)
			m.launch(true)
		}, 1, "Launching Client Int"},
		{"held while the switch is turned", free, func(m *mock) { m.second(true); m.pass(time.Second); armed(m); m.launch(true) }, 0, anew},
		{"switch, second and launch in one instant", free, func(m *mock) { m.arm(true); m.second(true); m.launch(true) }, 0, "Refused second: not armed"},
		{"second 19 ms after the switch", free, func(m *mock) { m.arm(true); m.pass(19 * ms); m.second(true); m.pass(time.Second); m.launch(true) }, 0, anew},
		{"stuck", free, func(m *mock) { armed(m); m.second(true); m.pass(11 * time.Second); m.launch(true) }, 0, anew},
		{"branch down, too", free, func(m *mock) { held(m); m.chip.Drive(pinBranch, false); m.pass(100 * ms); m.launch(true) }, 0, "Refused launch: choosing"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				m := newPair(t, c.prepare)
				c.hands(m)
				m.pass(time.Second)
				m.stop()
				if m.launches != c.launches || !strings.Contains(m.log.String(), c.log) {
					t.Errorf("%d launches, want %d, and %q in:\n%s", m.launches, c.launches, c.log, m.log.String())
				}
			})
		})
	}
}
