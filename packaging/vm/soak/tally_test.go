package soak_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// What is counted of the hands at the box, of the log and of the machine.
const (
	readyPresses   = "launch presses while armed and ready"
	switchPresses  = "launch presses within 40 ms of a flip"
	endPresses     = "launch presses within 60 ms of a stop"
	heldPresses    = "launch presses held while the switch was turned on"
	otherPresses   = "launch presses in other states, or near a change"
	coveredPresses = "  covered by a stall of the machine"
	shortPresses   = "launch presses of 30 to 120 ms"
	shortAnswered  = "  answered"
	glitches       = "glitches of 0.1 to 9 ms"
	longGlitches   = "  made longer by a stall of the machine"
	flips          = "flips of the arming switch"
	branchPresses  = "branch presses"
	away           = "times the server went away"
	nothingSent    = "launches of which nothing was sent"
	killedLaunch   = "launches killed before their outcome"
)

// tally counts by kinds.
type tally struct {
	began time.Time
	mu    sync.Mutex
	kinds []string // in the order of the table
	count map[string]int
}

func newTally() *tally {
	return &tally{began: time.Now(), count: map[string]int{}, kinds: []string{
		readyPresses, switchPresses, endPresses, heldPresses, otherPresses, coveredPresses, shortPresses, shortAnswered,
		glitches, longGlitches, flips, branchPresses, away, nothingSent, killedLaunch,
	}}
}

func (t *tally) add(kind string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !slices.Contains(t.kinds, kind) {
		t.kinds = append(t.kinds, kind)
	}
	t.count[kind]++
}

// of is the sum of some kinds.
func (t *tally) of(kinds ...string) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	sum := 0
	for _, kind := range kinds {
		sum += t.count[kind]
	}
	return sum
}

// String is the table: those that are always counted, then the others by name.
func (t *tally) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	always := len(newTally().kinds)
	slices.Sort(t.kinds[always:])
	var table strings.Builder
	for _, kind := range t.kinds {
		fmt.Fprintf(&table, "%8d  %s\n", t.count[kind], kind)
	}
	return table.String()
}
