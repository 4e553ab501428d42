package main

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ship-it.example/gpio"
	"ship-it.example/gpio/virtual"
)

// stalling is a chip whose driver can be made to hang: whoever puts something
// into the gate of its reader or of its lamps holds them up until he takes it
// out.
type stalling struct {
	*virtual.Chip
	reader, lamps chan struct{}
}

func (c stalling) ClaimInputs(inputs []gpio.Input) (gpio.InputLines, error) {
	lines, err := c.Chip.ClaimInputs(inputs)
	return stallingInputs{lines, c.reader}, err
}

func (c stalling) ClaimOutput(pin int, high bool) (gpio.OutputLine, error) {
	line, err := c.Chip.ClaimOutput(pin, high)
	return stallingOutput{line, c.lamps}, err
}

type stallingInputs struct {
	gpio.InputLines
	gate chan struct{}
}

func (l stallingInputs) Read() ([]bool, error) {
	l.gate <- struct{}{}
	<-l.gate
	return l.InputLines.Read()
}

type stallingOutput struct {
	gpio.OutputLine
	gate chan struct{}
}

func (l stallingOutput) Drive(high bool) error {
	l.gate <- struct{}{}
	<-l.gate
	return l.OutputLine.Drive(high)
}

// TestSigns: a loop that hangs, or a reader that does, shows no sign of life,
// and shows one again when it goes on.
func TestSigns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const beat = 15 * time.Second
		chip := stalling{lamps: make(chan struct{}, 1), reader: make(chan struct{}, 1)}
		signs := make(chan error, 1)
		m := newMockRig(t, func(*virtual.Chip) {}, func(m *mock, r *rig) {
			chip.Chip = m.chip
			r.chip = chip
			r.feed = func(ctx context.Context, alive func(context.Context) error) {
				for ctx.Err() == nil {
					select {
					case <-ctx.Done():
					case <-time.After(beat):
						asking, cancel := context.WithTimeout(ctx, beat)
						signs <- alive(asking)
						cancel()
					}
				}
			}
		})
		sign := func(when, want string) {
			t.Helper()
			if err := <-signs; (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, want %q", when, err, want)
			}
		}
		sign("at rest", "")
		chip.lamps <- struct{}{}
		m.arm(true)
		sign("with a loop that hangs", "the loop hangs")
		<-chip.lamps
		sign("after that", "")
		chip.reader <- struct{}{}
		<-signs // it has read since the last one
		sign("with a reader that hangs", "the reader of the inputs hangs")
		<-chip.reader
		sign("after that", "")
		m.stop()
	})
}
