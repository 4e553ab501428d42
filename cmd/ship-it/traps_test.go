package main

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ship-it.example/gpio"
	"ship-it.example/gpio/virtual"
	"ship-it.example/shipit"
	"ship-it.example/shipit/sound"
)

// traps makes the goroutines of a box panic. Who comes by a place whose trap is
// set panics, once.
type traps struct {
	set  atomic.Value             // the place
	boom map[string]chan struct{} // closed: who waits there panics
}

func (t *traps) trip(place string) {
	if t.set.CompareAndSwap(place, "") {
		panic("trap in " + place)
	}
}

// trapped is a whole box in virtual time with a trap in every goroutine that
// runs in one: the server, the speaker, the log and the chip have them, and
// tasks and signals stand for the keeper of a daemon's pidfile and for its HUP.
type trapped struct {
	*mock
	*traps
	ends   *ends
	out    *sink
	file   bytes.Buffer        // what the sink has written
	reply  chan shipit.Outcome // what the server answers, once something is in it
	unsent bool                // the server's connection does not open
	broken string              // a file; while it is there the player fails
}

func newTrapped(t *testing.T) *trapped {
	t.Helper()
	b := &trapped{traps: &traps{boom: map[string]chan struct{}{}}, reply: make(chan shipit.Outcome, 1), broken: filepath.Join(t.TempDir(), "broken")}
	b.set.Store("")
	for _, place := range []string{"launch", "warm", "task"} {
		b.boom[place] = make(chan struct{})
	}
	b.mock = newMockRig(t, func(*virtual.Chip) {}, func(m *mock, r *rig) {
		b.mock = m
		ctx, end := context.WithCancelCause(t.Context())
		b.ends = &ends{ctx: ctx, end: end, late: make(chan error, 1), reopen: func() { b.trip("signals") }, signals: make(chan os.Signal, 8)}
		go b.ends.run()
		b.out = newSink(trappedLog{b}, b.ends.fail)
		player := sound.New(sound.Settings{Player: []string{"sh", "-c", `! test -e "$1"`, "player", b.broken}}, slog.New(trappedHandler{b}), b.ends.fail)
		t.Cleanup(func() {
			close(b.ends.signals)
			if err := player.Close(); err != nil {
				t.Error(err)
			}
		})
		r.log, r.crash = slog.New(lineHandler{w: io.MultiWriter(m, noteWriter{b}, b.out)}), io.MultiWriter(m, b.out)
		r.chip, r.server, r.speaker = trappedChip{m.chip, b.traps}, b, trappedSpeaker{player, b.traps}
		r.observe = func(shipit.Box) { b.trip("loop") }
		r.tasks = append(r.tasks, func(ctx context.Context) error { b.wait(ctx, "task"); return nil })
		r.late = b.ends.late
		m.parent = ctx
	})
	b.end = b.ends.end
	return b
}

// wait blocks until ctx ends, unless the place blows up.
func (b *trapped) wait(ctx context.Context, place string) {
	select {
	case <-ctx.Done():
		b.trip(place)
	case <-b.boom[place]:
		panic("trap in " + place)
	}
}

// Launch is the server: what is unsent can be taken back, and what is sent is
// answered with what stands in reply.
func (b *trapped) Launch(ctx, withdraw context.Context, _ int, _ string) shipit.Outcome {
	if b.unsent {
		b.wait(withdraw, "launch")
		return shipit.Outcome{Reason: context.Cause(withdraw).Error()}
	}
	b.mu.Lock()
	b.launches++
	b.mu.Unlock()
	select {
	case outcome := <-b.reply:
		return outcome
	case <-ctx.Done():
		b.trip("launch")
		return shipit.Outcome{Verdict: shipit.Unknown, Reason: context.Cause(ctx).Error()}
	case <-b.boom["launch"]:
		panic("trap in launch")
	}
}

func (b *trapped) Warm(ctx context.Context, _ int, _ func(error)) { b.wait(ctx, "warm") }

type trappedSpeaker struct {
	shipit.Speaker
	*traps
}

// Silence is called at the end by the loop and by whoever gives the lines back.
func (s trappedSpeaker) Silence() {
	s.trip("giving back")
	s.Speaker.Silence()
}

// trappedHandler is the log that the player warns on.
type trappedHandler struct{ *trapped }

func (trappedHandler) Enabled(context.Context, slog.Level) bool { return true }
func (h trappedHandler) Handle(context.Context, slog.Record) error {
	h.trip("player")
	return nil
}
func (h trappedHandler) WithAttrs([]slog.Attr) slog.Handler { return h }
func (h trappedHandler) WithGroup(string) slog.Handler      { return h }

// trappedLog is where the sink of the log writes.
type trappedLog struct{ *trapped }

func (l trappedLog) Write(line []byte) (int, error) {
	l.trip("sink")
	return l.file.Write(line)
}

// noteWriter trips the loop as it logs an outcome at the end.
type noteWriter struct{ *trapped }

func (w noteWriter) Write(line []byte) (int, error) {
	if strings.Contains(string(line), "stopped") {
		w.trip("last note")
	}
	return len(line), nil
}

type trappedChip struct {
	*virtual.Chip
	*traps
}

func (c trappedChip) ClaimInputs(inputs []gpio.Input) (gpio.InputLines, error) {
	lines, err := c.Chip.ClaimInputs(inputs)
	return trapLines{lines, c.traps}, err
}

func (c trappedChip) ClaimOutput(pin int, high bool) (gpio.OutputLine, error) {
	line, err := c.Chip.ClaimOutput(pin, high)
	return trapLine{line, c.traps}, err
}

type trapLines struct {
	gpio.InputLines
	*traps
}

func (l trapLines) Wait(timeout time.Duration) (int, bool, error) {
	defer l.trip("reader")
	return l.InputLines.Wait(timeout)
}

func (l trapLines) Halt() {
	l.trip("halt")
	l.InputLines.Halt()
}

type trapLine struct {
	gpio.OutputLine
	*traps
}

func (l trapLine) Drive(high bool) error {
	l.trip("lamp")
	return l.OutputLine.Drive(high)
}

func (l trapLine) Close() error {
	defer l.trip("line")
	return l.OutputLine.Close()
}

// poke has the loop take an event, log a line and play a sound, in any state:
// a launch is refused while the branch button is down.
func (b *trapped) poke() {
	b.chip.Drive(pinBranch, false)
	b.pass(30 * ms)
	b.launch(false)
	b.pass(30 * ms)
	b.launch(true)
	b.pass(30 * ms)
}
