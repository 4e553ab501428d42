package virtual_test

import (
	"errors"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"ship-it.example/gpio"
	"ship-it.example/gpio/virtual"
)

const (
	up, down = 0, 1   // indexes of the inputs
	upPin    = 23     // pulled up
	downPin  = 24     // pulled down
	lampPin  = 22     // an output
	label    = "mock" // of the chip
)

// claim claims the two inputs.
func claim(t *testing.T, c *virtual.Chip) gpio.InputLines {
	t.Helper()
	in, err := c.ClaimInputs([]gpio.Input{{Pin: upPin, Pull: gpio.PullUp}, {Pin: downPin, Pull: gpio.PullDown}})
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// wantLevels checks what the inputs read.
func wantLevels(t *testing.T, in gpio.InputLines, want ...bool) {
	t.Helper()
	got, err := in.Read()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("levels (-want +got):\n%s", diff)
	}
}

// drain takes all queued edges.
func drain(t *testing.T, in gpio.InputLines) []int {
	t.Helper()
	var edges []int
	for {
		line, edge, err := in.Wait(time.Microsecond)
		if err != nil {
			t.Fatal(err)
		}
		if !edge {
			return edges
		}
		edges = append(edges, line)
	}
}

func TestLevels(t *testing.T) {
	t.Parallel()
	c := virtual.New(label, 28)
	if level, err := c.Level(upPin); level || err != nil {
		t.Errorf("a line without a pull: %t, %v, want low", level, err)
	}
	in := claim(t, c)
	wantLevels(t, in, true, false)
	c.Drive(upPin, false)
	c.Drive(downPin, true)
	wantLevels(t, in, false, true)
	c.Float(upPin)
	c.Float(downPin)
	wantLevels(t, in, true, false)
	if diff := cmp.Diff([]int{up, down, up, down}, drain(t, in)); diff != "" {
		t.Errorf("edges (-want +got):\n%s", diff)
	}
	c.Drive(upPin, true) // as it was
	if got := drain(t, in); got != nil {
		t.Errorf("an edge without a change: %v", got)
	}
	if err := in.Close(); err != nil {
		t.Error(err)
	}
	c.Drive(upPin, false) // nobody watches
	if err := c.Free(); err != nil {
		t.Error(err)
	}
}

func TestQueueKeepsTheNewest(t *testing.T) {
	t.Parallel()
	c := virtual.New(label, 28)
	in := claim(t, c)
	c.Drive(downPin, true)
	for i := range 32 {
		c.Drive(upPin, i%2 == 1)
	}
	edges := drain(t, in)
	if len(edges) != 32 || edges[0] != up {
		t.Errorf("%d edges, the first of input %d, want 32 of input 0 only", len(edges), edges[0])
	}
}

func TestWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := virtual.New(label, 28)
		in := claim(t, c)
		start := time.Now()
		wait := func(timeout time.Duration, wantLine int, wantEdge bool, wantTook time.Duration) {
			t.Helper()
			began := time.Now()
			line, edge, err := in.Wait(timeout)
			if line != wantLine || edge != wantEdge || err != nil {
				t.Errorf("Wait: line %d, edge %t, %v, want %d, %t", line, edge, err, wantLine, wantEdge)
			}
			if took := time.Since(began); took != wantTook {
				t.Errorf("Wait took %v, want %v", took, wantTook)
			}
		}
		wait(time.Second, -1, false, time.Second)
		time.AfterFunc(300*time.Millisecond, func() { c.Drive(downPin, true) })
		wait(time.Second, down, true, 300*time.Millisecond)

		in.Halt() // nobody waits: lost
		wait(time.Second, -1, false, time.Second)
		time.AfterFunc(300*time.Millisecond, in.Halt)
		wait(time.Second, -1, false, 300*time.Millisecond)

		c.DropEdges(true)
		c.Drive(downPin, false)
		wait(time.Second, -1, false, time.Second)
		c.DropEdges(false)
		c.Drive(downPin, true)
		wait(time.Second, down, true, 0)
		if took := time.Since(start); took != 3600*time.Millisecond {
			t.Errorf("all waits took %v, want 3.6s", took)
		}
	})
}

func TestOutputs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := virtual.New(label, 28)
		var got []virtual.Transition
		c.Observe(func(tr virtual.Transition) { got = append(got, tr) })
		start := time.Now()
		out, err := c.ClaimOutput(lampPin, true)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Free(); err == nil || !strings.Contains(err.Error(), "line 22 is still claimed\nline 22 is still an output") {
			t.Errorf("Free: %v", err)
		}
		<-time.After(time.Second)
		for _, level := range []bool{true, false, false, true} {
			if err := out.Drive(level); err != nil {
				t.Error(err)
			}
			if high, driven := c.Output(lampPin); high != level || !driven {
				t.Errorf("output high %t, driven %t, want %t, true", high, driven, level)
			}
		}
		if err := out.Close(); err != nil {
			t.Error(err)
		}
		c.Observe(nil)
		c.Strand(lampPin, true)
		want := []virtual.Transition{
			{Pin: lampPin, High: true, Driven: true, At: start},
			{Pin: lampPin, High: false, Driven: true, At: start.Add(time.Second)},
			{Pin: lampPin, High: true, Driven: true, At: start.Add(time.Second)},
			{Pin: lampPin, At: start.Add(time.Second)},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("transitions (-want +got):\n%s", diff)
		}
	})
}

func TestOwners(t *testing.T) {
	t.Parallel()
	c := virtual.New(label, 28)
	c.Hold(lampPin, "gpiomon")
	in := claim(t, c)
	defer func() { _ = in.Close() }()
	for pin, want := range map[int]gpio.Line{
		lampPin: {Name: "GPIO22", Held: true, Owner: "gpiomon"},
		upPin:   {Name: "GPIO23", Held: true, Owner: "this program"},
		17:      {Name: "GPIO17"},
	} {
		if got, err := c.Line(pin); got != want || err != nil {
			t.Errorf("line %d: %+v, %v, want %+v", pin, got, err, want)
		}
	}
	for _, pin := range []int{lampPin, upPin} {
		if _, err := c.ClaimOutput(pin, false); !errors.Is(err, gpio.ErrBusy) {
			t.Errorf("ClaimOutput of line %d: %v, want ErrBusy", pin, err)
		}
		if _, err := c.ClaimInputs([]gpio.Input{{Pin: 17}, {Pin: pin}}); !errors.Is(err, gpio.ErrBusy) {
			t.Errorf("ClaimInputs of line %d: %v, want ErrBusy", pin, err)
		}
		if _, err := c.Level(pin); !errors.Is(err, gpio.ErrBusy) {
			t.Errorf("Level of line %d: %v, want ErrBusy", pin, err)
		}
		if err := c.Restore(pin); !errors.Is(err, gpio.ErrBusy) {
			t.Errorf("Restore of line %d: %v, want ErrBusy", pin, err)
		}
	}
	c.Unhold(lampPin)
	c.Strand(lampPin, true)
	if got, err := c.Line(lampPin); err != nil || !got.Output || got.Held {
		t.Errorf("a stranded line: %+v, %v, want a free output", got, err)
	}
	if err := c.Restore(lampPin); err != nil {
		t.Error(err)
	}
	if high, driven := c.Output(lampPin); high || driven {
		t.Errorf("a restored line: high %t, driven %t", high, driven)
	}
}

func TestRemove(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := virtual.New(label, 28)
		in := claim(t, c)
		out, err := c.ClaimOutput(lampPin, true)
		if err != nil {
			t.Fatal(err)
		}
		c.Fade()
		wantLevels(t, in, false, false)
		time.AfterFunc(300*time.Millisecond, func() {
			c.Remove()
			c.Drive(downPin, true)
		})
		start := time.Now()
		if line, edge, err := in.Wait(time.Second); edge || err != nil || time.Since(start) != time.Second {
			t.Errorf("the wait under way: line %d, edge %t, %v after %v, want nothing after 1s", line, edge, err, time.Since(start))
		}
		_, _, waitErr := in.Wait(time.Second)
		_, readErr := in.Read()
		_, lineErr := c.Line(17)
		_, levelErr := c.Level(17)
		for call, err := range map[string]error{
			"Wait": waitErr, "Read": readErr, "Line": lineErr, "Level": levelErr,
			"Drive": out.Drive(false), "Restore": c.Restore(17),
		} {
			if !errors.Is(err, syscall.ENODEV) {
				t.Errorf("%s of a lost chip: %v, want ENODEV", call, err)
			}
		}
		if err := errors.Join(in.Close(), out.Close()); err != nil {
			t.Errorf("closing: %v", err)
		}
		if err := c.Free(); err != nil {
			t.Error(err)
		}
	})
}

// waiting has another goroutine wait for an edge, and gives a function that
// waits for its end.
func waiting(in gpio.InputLines) func() {
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _, _ = in.Wait(time.Second)
	}()
	synctest.Wait()
	return func() { <-done }
}

// Who breaks the contract is told at once.
func TestPanics(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		do   func(*virtual.Chip, gpio.InputLines)
	}{
		{"a wait for ever", func(_ *virtual.Chip, in gpio.InputLines) { _, _, _ = in.Wait(0) }},
		{"closed twice", func(_ *virtual.Chip, in gpio.InputLines) { _, _ = in.Close(), in.Close() }},
		{"driven after it was closed", func(c *virtual.Chip, _ gpio.InputLines) {
			out, _ := c.ClaimOutput(lampPin, true)
			_, _ = out.Close(), out.Drive(true)
		}},
		{"two waits at once", func(_ *virtual.Chip, in gpio.InputLines) {
			defer waiting(in)()
			_, _, _ = in.Wait(time.Second)
		}},
		{"closed under a wait", func(_ *virtual.Chip, in gpio.InputLines) {
			defer waiting(in)()
			_ = in.Close()
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				defer func() {
					if recover() == nil {
						t.Error("no panic")
					}
				}()
				c := virtual.New(label, 28)
				tt.do(c, claim(t, c))
			})
		})
	}
}

func TestClosedInputs(t *testing.T) {
	t.Parallel()
	in := claim(t, virtual.New(label, 28))
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
	in.Halt()
	_, _, waitErr := in.Wait(time.Second)
	_, readErr := in.Read()
	if waitErr == nil || readErr == nil {
		t.Errorf("closed inputs: Wait %v, Read %v, want errors", waitErr, readErr)
	}
}
