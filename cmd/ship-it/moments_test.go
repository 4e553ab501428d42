package main

import (
	"strings"
	"testing"
	"time"

	"ship-it.example/shipit/ci/citest"
)

// processMoment is a moment of a launch.
type processMoment struct {
	name     string
	prepare  func(*place)
	reach    func(*process, *hand)
	requests int
	outcome  string // a line of the log; empty: there may be none
	again    bool   // the end comes twice
}

// checkLog: the launch has one outcome.
func (m processMoment) checkLog(t *testing.T, log string) {
	t.Helper()
	if !strings.Contains(log, m.outcome) {
		t.Errorf("no %q in the log:\n%s", m.outcome, log)
	}
	outcomes := 0
	for _, words := range []string{"] Triggered a build", "ERROR No build", "ERROR Unknown whether"} {
		outcomes += strings.Count(log, words)
	}
	if launches := strings.Count(log, "] Launching "); launches != outcomes || launches > 1 {
		t.Errorf("%d launches, %d outcomes:\n%s", launches, outcomes, log)
	}
}

func processMoments() []processMoment {
	nothing := func(*place) {}
	mode := func(m citest.Mode) func(*place) { return func(p *place) { p.server.SetMode(m) } }
	armed := func(_ *process, h *hand) { h.arm() }
	pressed := func(words string) func(*process, *hand) {
		return func(r *process, h *hand) {
			h.arm()
			h.press()
			r.waitLog(words)
			r.waitFile("players", "\n")
		}
	}
	asked := func(r *process, h *hand) { pressed("Launching Client Int")(r, h); <-r.asked }
	const stopped = "ERROR Unknown whether a build of Client Int started: stopped"
	return []processMoment{
		{name: "safe", prepare: nothing, reach: func(*process, *hand) {}},
		{name: "armed", prepare: nothing, reach: armed},
		{name: "at the press", prepare: nothing, reach: func(_ *process, h *hand) { h.arm(); h.press() }},
		{name: "before a byte is written", prepare: (*place).blackHole, reach: pressed("Launching Client Int"), outcome: "ERROR No build of Client Int: stopped"},
		{name: "unanswered", prepare: mode(citest.Silent()), reach: asked, requests: 1, outcome: stopped},
		{name: "answered while stopping", prepare: mode(citest.Slow(500 * time.Millisecond)), reach: asked, requests: 1, outcome: "Triggered a build of Client Int id=1", again: true},
		{name: "answered", prepare: nothing, reach: pressed("Triggered a build"), requests: 1, outcome: "Triggered a build of Client Int id=1"},
		{name: "failed", prepare: mode(citest.Fail(409)), reach: pressed("ERROR No build"), requests: 1, outcome: "ERROR No build of Client Int: conflict"},
		{name: "unknown", prepare: mode(citest.Drop()), reach: func(r *process, h *hand) {
			pressed("ERROR Unknown")(r, h)
			h.await(pinBlinker, "high") // armed again
		}, requests: 1, outcome: "ERROR Unknown whether a build of Client Int started: cut off"},
		{name: "disarmed in the launch", prepare: mode(citest.Silent()), reach: func(r *process, h *hand) {
			asked(r, h)
			h.do("float %d", pinSwitch)
			r.waitLog(`line="arming switch" active=false`)
		}, requests: 1, outcome: stopped},
		{name: "stopping", prepare: mode(citest.Silent()), reach: asked, requests: 1, outcome: stopped, again: true},
	}
}
