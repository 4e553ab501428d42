package soak_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

const (
	patience = 20 * time.Second       // for an answer, in an emulated machine
	quiet    = 500 * time.Millisecond // until a box has certainly read a line, or won't
	margin   = 300 * time.Millisecond // what is nearer to a change of state races with it
)

// stimulus is something done to a box, and all that it may make of it.
type stimulus struct {
	name     string
	optional bool // the box may not have seen it
	do       func(box) []step
}

// maybe is a stimulus that the box may not have seen.
func (s stimulus) maybe() stimulus {
	s.optional = true
	return s
}

func flip(on bool) stimulus {
	return stimulus{name: fmt.Sprintf("flip to %v", on), do: func(b box) []step { return []step{b.flipped(on)} }}
}

func pressBranch() stimulus {
	return stimulus{name: "press branch", do: func(b box) []step { return []step{b.pressedBranch()} }}
}

func releaseBranch() stimulus {
	return stimulus{name: "release branch", do: func(b box) []step { return []step{b.releasedBranch()} }}
}

// pressLaunch is a press whose first contact came at that moment. Where the
// box changed shortly before, the word of its former state is right as well.
func (s *soak) pressLaunch(contact time.Time) stimulus {
	return stimulus{name: "press launch", do: func(b box) []step {
		steps := []step{b.pressedLaunch()}
		if s.changed.After(contact.Add(-margin)) {
			steps = append(steps, b.refused(b.was.refusal()))
		}
		return steps
	}}
}

// against is a press of the launch button that races with the arming switch;
// without may it must not launch, since the box wasn't armed at its first
// contact.
func against(press stimulus, may bool) stimulus {
	return stimulus{name: "press launch against the switch", do: func(b box) []step {
		steps := append(press.do(b), b.refused("not armed"))
		return slices.DeleteFunc(steps, func(s step) bool { return !may && s.box.state == launching && b.state != launching })
	}}
}

// hypothesis is a box as it may be, and which stimuli it hasn't taken yet.
type hypothesis struct {
	box  box
	left uint
}

type hypotheses map[hypothesis]bool

// expect waits until the log tells how the box took these stimuli, in whatever
// order, and for a while at least. Lines that no box could have written are a
// fault, and so is a stimulus without its line.
func (s *soak) expect(atLeast time.Duration, pending ...stimulus) {
	s.t.Helper()
	for _, p := range pending {
		s.remember(p.name)
	}
	may := hypotheses{}
	for b := range s.belief {
		may[hypothesis{b, 1<<len(pending) - 1}] = true
	}
	enough, late := time.Now().Add(atLeast), time.Now().Add(patience)
	for !s.broken {
		may.silently(pending)
		line, ok := s.journal.next()
		now := time.Now()
		switch {
		case ok:
			may = s.read(may, line, pending)
		case now.After(enough) && may.settled(pending):
			s.belief = may.complete(pending)
			return
		case now.After(late):
			s.fault("no answer to %s, by %s", names(pending), s.believed())
		default:
			s.doze()
		}
	}
}

// read takes a line of the log.
func (s *soak) read(may hypotheses, line entry, pending []stimulus) hypotheses {
	s.t.Helper()
	s.note(line)
	if s.broken || !concerns(line.text) {
		return may
	}
	after := hypotheses{}
	changed := false
	for h := range may {
		if b, ok := h.box.byItself(line.text); ok {
			after[hypothesis{b, h.left}] = true
			changed = changed || b.state != h.box.state
		}
		for i, p := range pending {
			if h.left&(1<<i) == 0 {
				continue
			}
			for _, step := range p.do(h.box) {
				if step.line == line.text {
					after[hypothesis{step.box, h.left &^ (1 << i)}] = true
					changed = changed || step.box.state != h.box.state
				}
			}
		}
	}
	if len(after) == 0 {
		s.fault("%q can't be: %s was done to %s", line.text, names(pending), s.believed())
	}
	if changed {
		s.changed = line.seen
	}
	after.silently(pending)
	return after
}

// silently adds what becomes of stimuli that bring no line.
func (all hypotheses) silently(pending []stimulus) {
	for range pending {
		for h := range maps.Clone(all) {
			for i, p := range pending {
				if h.left&(1<<i) == 0 {
					continue
				}
				for _, step := range p.do(h.box) {
					if step.line == "" {
						all[hypothesis{step.box, h.left &^ (1 << i)}] = true
					}
				}
			}
		}
	}
}

// settled tells whether nothing needs to be waited for.
func (all hypotheses) settled(pending []stimulus) bool { return len(all.complete(pending)) > 0 }

// complete is the boxes that have taken all that they had to.
func (all hypotheses) complete(pending []stimulus) map[box]bool {
	boxes := map[box]bool{}
	for h := range all {
		had := true
		for i, p := range pending {
			had = had && (p.optional || h.left&(1<<i) == 0)
		}
		if had {
			boxes[h.box] = true
		}
	}
	return boxes
}

// believed is every box that it may be, for people.
func (s *soak) believed() string {
	var all []string
	for b := range s.belief {
		all = append(all, fmt.Sprintf("%+v", b))
	}
	slices.Sort(all)
	return strings.Join(all, " or ")
}

func names(pending []stimulus) string {
	var all []string
	for _, p := range pending {
		all = append(all, p.name)
	}
	if len(all) == 0 {
		return "nothing"
	}
	return strings.Join(all, " and ")
}

// every tells whether the box, whichever it is, is so.
func (s *soak) every(so func(box) bool) bool {
	for b := range s.belief {
		if !so(b) {
			return false
		}
	}
	return true
}

// is tells whether the box is certainly in a state.
func (s *soak) is(want state) bool { return s.every(func(b box) bool { return b.state == want }) }
