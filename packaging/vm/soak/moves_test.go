package soak_test

import (
	"time"
)

// move does one thing to the box, whatever state it is in.
func (s *soak) move() {
	s.expect(0)
	if s.broken {
		return
	}
	type choice struct {
		often int
		do    func()
	}
	choices := []choice{
		{12, s.press},
		{10, s.branchPress},
		{4, s.branchHold},
		{10, s.glitches},
		{5, s.shortPress},
		{3, func() { s.rest(s.between(100*time.Millisecond, 2*time.Second)) }},
	}
	switch {
	case s.server.here == nil:
		choices = append(choices, choice{15, s.comeBack})
	case s.every(func(b box) bool { return !b.waiting }):
		choices = append(choices, choice{2, s.goAway})
	}
	switch {
	case s.is(safe):
		choices = append(choices, choice{45, func() { s.flip(true) }}, choice{4, func() { s.race(true) }}, choice{4, s.heldWhileArmed})
	case s.is(armed):
		choices = append(choices, choice{40, s.press}, choice{5, s.chosen}, choice{5, func() { s.race(false) }}, choice{5, func() { s.flip(false) }})
	default:
		choices = append(choices, choice{8, func() { s.flip(!s.on) }}, choice{10, func() { s.rest(2 * time.Second) }})
	}
	sum := 0
	for _, c := range choices {
		sum += c.often
	}
	n := s.random.IntN(sum)
	for _, c := range choices {
		if n -= c.often; n < 0 {
			c.do()
			break
		}
	}
	if s.chance(30) {
		s.rest(s.between(0, 400*time.Millisecond))
	}
}

// flip moves the arming switch, whose contacts may bounce.
func (s *soak) flip(on bool) {
	s.tally.add(flips)
	longest := s.play(arming, on, s.bounces())
	s.on = on
	pending, atLeast := []stimulus{flip(on)}, quiet
	switch {
	case stalled(longest):
		pending = append(pending, flip(!on).maybe(), flip(on).maybe())
	case s.every(func(b box) bool { return b.state != launching && b.state != failed }):
		atLeast = 0 // there is a line for it
	}
	s.expect(atLeast, pending...)
}

// press presses the launch button long enough for an answer, which comes
// whether the finger is still there or not. A press that a stall of the machine
// covered may have been missed.
func (s *soak) press() {
	s.expect(0)
	contact, before := time.Now(), s.launches
	ready := s.every(box.ready) && s.changed.Before(contact.Add(-margin))
	pending := []stimulus{s.pressLaunch(contact)}
	again := func(longest time.Duration) {
		if stalled(longest) {
			pending = append(pending, s.pressLaunch(time.Now()).maybe(), s.pressLaunch(time.Now()).maybe())
		}
	}
	again(s.play(launch, true, s.bounces()))
	hold := s.between(sure, 500*time.Millisecond)
	covered := hold-s.rest(hold) < 3*debounce
	if s.chance(20) { // the contact fails for a moment, the finger stays
		s.tally.add(glitches)
		again(s.play(launch, false, s.glitch()))
		s.rest(2 * debounce)
	}
	again(s.play(launch, false, s.bounces()))
	atLeast := time.Duration(0)
	if covered {
		s.tally.add(coveredPresses)
		pending[0] = pending[0].maybe()
	}
	if covered || len(pending) > 1 {
		atLeast = quiet
	}
	s.rest(4 * debounce)
	s.expect(atLeast, pending...)
	s.countPress(ready && !covered, s.launches > before)
}

// countPress counts a press that was answered. One at a box that was ready for
// long has to launch.
func (s *soak) countPress(ready, launched bool) {
	if !ready {
		s.tally.add(otherPresses)
		return
	}
	s.tally.add(readyPresses)
	if launched {
		s.launchesReady++
	} else {
		s.fault("a press at an armed box that was ready launched nothing")
	}
}

// letGo releases the launch button, and waits until that has settled.
func (s *soak) letGo() {
	longest := s.play(launch, false, s.bounces())
	if stalled(longest) {
		now := time.Now()
		s.expect(quiet, s.pressLaunch(now).maybe(), s.pressLaunch(now).maybe())
	}
	s.rest(4 * debounce)
}

// shortPress presses the launch button for a time in which the box answers,
// unless the machine stalls.
func (s *soak) shortPress() {
	s.expect(0)
	contact, answers := time.Now(), s.answers
	s.pull(launch, true)
	s.rest(s.between(debounce+10*time.Millisecond, sure))
	s.pull(launch, false)
	s.expect(quiet, s.pressLaunch(contact).maybe())
	s.tally.add(shortPresses)
	if s.answers > answers {
		s.tally.add(shortAnswered)
	}
}

// glitches makes many, on any line. None may count.
func (s *soak) glitches() {
	pin := []int{launch, launch, branch, arming}[s.random.IntN(4)]
	pressed := pin == arming && s.on
	for range 1 + s.random.IntN(40) {
		s.tally.add(glitches)
		longest := s.play(pin, !pressed, s.glitch())
		if stalled(longest) {
			s.tally.add(longGlitches)
			s.stalledGlitch(pin)
		}
		s.rest(s.between(0, 6*time.Millisecond))
	}
	s.rest(3 * debounce)
	s.expect(0)
}

// stalledGlitch waits for what a glitch may have done that the machine made
// longer.
func (s *soak) stalledGlitch(pin int) {
	switch pin {
	case launch:
		s.expect(quiet, s.pressLaunch(time.Now()).maybe())
	case branch:
		s.expect(quiet, pressBranch().maybe(), releaseBranch())
	default:
		s.expect(quiet, flip(!s.on).maybe(), flip(s.on).maybe())
	}
}

// branchPress presses the branch button once.
func (s *soak) branchPress() {
	s.holdBranch(s.between(sure, 300*time.Millisecond), nil)
}

// branchHold holds it while it steps.
func (s *soak) branchHold() {
	s.holdBranch(s.between(500*time.Millisecond, 3*time.Second), nil)
}

// chosen is a launch while the branch button is down: it has to be refused.
func (s *soak) chosen() {
	s.holdBranch(s.between(sure, 300*time.Millisecond), s.press)
}

// holdBranch presses the branch button, does something, and lets go. A box
// that steps makes a step every 400 ms, and no other.
func (s *soak) holdBranch(d time.Duration, meanwhile func()) {
	s.expect(0)
	contact := time.Now()
	pending := []stimulus{pressBranch()}
	if stalled(s.play(branch, true, s.bounces())) {
		pending = append(pending, releaseBranch().maybe(), pressBranch().maybe())
	}
	s.tally.add(branchPresses)
	changes := s.changes
	s.expect(0, pending...)
	if meanwhile != nil {
		meanwhile()
	}
	s.rest(d - time.Since(contact))
	pending = []stimulus{releaseBranch()}
	if stalled(s.play(branch, false, s.bounces())) {
		pending = append(pending, pressBranch().maybe(), releaseBranch().maybe())
	}
	atLeast := 4 * debounce
	if len(pending) > 1 || time.Since(contact) > stepTime-2*debounce {
		atLeast = quiet
	}
	s.expect(atLeast, pending...)
	if most := 1 + int((time.Since(contact)-quiet+margin)/stepTime); len(pending) == 1 && s.changes-changes > most {
		s.fault("%d targets in %v of the branch button, %d are the most", s.changes-changes, d, most)
	}
}

// heldWhileArmed holds the launch button down while the switch is turned on.
func (s *soak) heldWhileArmed() {
	contact := time.Now()
	s.pull(launch, true)
	s.rest(s.between(sure, 300*time.Millisecond))
	s.expect(0, s.pressLaunch(contact))
	s.tally.add(heldPresses)
	s.flip(true)
	s.rest(s.between(0, time.Second))
	s.expect(0)
	s.letGo()
}

// race moves the arming switch and presses the launch button within 40 ms.
func (s *soak) race(on bool) {
	s.expect(0)
	apart := s.between(0, 40*time.Millisecond)
	first, second := func() { s.pull(arming, on) }, func() { s.pull(launch, true) }
	pressFirst := s.chance(50)
	if pressFirst {
		first, second = second, first
	}
	began := time.Now()
	first()
	if apart > 0 {
		s.rest(apart)
	}
	contact := time.Now()
	second()
	done := time.Now()
	s.on = on
	// The box isn't armed before its switch has settled: what began earlier
	// launches never.
	may := !on || !pressFirst && done.Sub(began) >= debounce
	if pressFirst {
		contact = began
	}
	s.rest(s.between(sure, 300*time.Millisecond))
	s.expect(quiet, flip(on), against(s.pressLaunch(contact), may))
	s.tally.add(switchPresses)
	s.letGo()
}

// goAway has the server refuse connections for a while. Not while it is asked:
// what it hasn't read can't be counted. The box sees in that time that the
// connection that it keeps is gone.
func (s *soak) goAway() {
	s.tally.add(away)
	if err := s.server.end(); err != nil {
		s.t.Fatal(err)
	}
	s.rest(margin)
}

func (s *soak) comeBack() {
	if err := s.server.begin(); err != nil {
		s.t.Fatal(err)
	}
}
