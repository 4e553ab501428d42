package sim

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ship-it.example/gpio"
	"ship-it.example/shipit"
)

// startTime is how long the box may take to start.
const startTime = 30 * time.Second

// Perform waits until the box has started, and plays the lines of a script until they end, one of them is quit, or ctx
// ends, and holds no button any more then. A line that is none and a step that
// fails are told to wrong, with the line's number; what that returns, if it is
// an error, ends the play.
func (s *Stage) Perform(ctx context.Context, lines <-chan string, wrong func(error) error) error {
	defer s.letGo()
	if err := s.await(ctx, startTime, func() bool { return true }); err != nil {
		return nil // ctx has ended, or the box says itself why it doesn't start
	}
	for number := 1; ; number++ {
		var line string
		var more bool
		select {
		case <-ctx.Done():
			return nil
		case line, more = <-lines:
		}
		if !more {
			return nil
		}
		step, err := parse(line)
		if err != nil {
			if err := wrong(fmt.Errorf("line %d: %w", number, err)); err != nil {
				return err
			}
			continue
		}
		s.echo(line, step)
		if _, over := step.(quit); over {
			return nil
		}
		if err := s.do(ctx, step); err != nil && ctx.Err() == nil {
			if err := wrong(fmt.Errorf("line %d: %s: %w", number, line, err)); err != nil {
				return err
			}
		}
	}
}

// echo prints a line of the script; a comment is a caption.
func (s *Stage) echo(line string, step step) {
	switch _, empty := step.(nothing); {
	case line == "":
	case empty:
		fmt.Fprintf(s.out, "\n%s\n", line)
	default:
		fmt.Fprintf(s.out, "> %s\n", line)
	}
}

// do plays one step. It blocks as long as the hand is busy with it.
func (s *Stage) do(ctx context.Context, step step) error {
	switch step := step.(type) {
	case turn:
		s.move(s.wiring.Switch, step.on)
		return s.await(ctx, patience, func() bool { return s.box.SwitchOn() == step.on })
	case press:
		return s.press(ctx, step)
	case pause:
		return sleep(ctx, step.d)
	case serve:
		switch {
		case s.server == nil:
			return errNoServer
		case step.asked:
			s.server.SetAsking(step.mode)
		default:
			s.server.SetMode(step.mode)
		}
	case build:
		return s.become(step)
	case expect:
		return s.expect(ctx, step)
	}
	return nil
}

// press holds a button down, and waits until the box has noticed the release. A
// press that counts is held until it has counted, however slow the machine is.
func (s *Stage) press(ctx context.Context, p press) error {
	in, there := s.wiring.Buttons[p.button]
	if !there {
		return fmt.Errorf("there is no %s button: the configuration has none", p.button)
	}
	s.mu.Lock()
	before := s.held[p.button]
	s.mu.Unlock()
	if before != nil {
		return fmt.Errorf("the %s button is still held", p.button)
	}
	s.move(in, true)
	if p.goOn {
		s.note(func() {
			s.held[p.button] = time.AfterFunc(p.d, func() { s.release(in, p.button) })
		})
		return nil
	}
	err := sleep(ctx, p.d)
	if p.d > s.wiring.Debounce {
		err = errors.Join(err, s.await(ctx, patience, func() bool { return s.box.Down(p.button) }))
	}
	s.move(in, false)
	return errors.Join(err, s.await(ctx, patience, func() bool { return !s.box.Down(p.button) }))
}

// release takes the finger off a button that was held.
func (s *Stage) release(in gpio.Input, button shipit.Button) {
	s.move(in, false)
	s.note(func() { delete(s.held, button) })
}

// move connects an input's wire, or lets its pull decide.
func (s *Stage) move(in gpio.Input, active bool) {
	if active {
		s.chip.Drive(in.Pin, !in.ActiveLow)
	} else {
		s.chip.Float(in.Pin)
	}
}

// letGo forgets the buttons that are held: the box is over.
func (s *Stage) letGo() {
	s.note(func() {
		for _, timer := range s.held {
			timer.Stop()
		}
		clear(s.held)
	})
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
