package gpio

import (
	"testing"
	"time"
)

// level is an output that somebody looks at.
type level struct{ high bool }

func (l *level) Drive(high bool) error { l.high = high; return nil }
func (*level) Close() error            { return nil }

// TestExpireLate: a timer that rang in the very moment at which the output was
// switched anew finds that the time is another.
func TestExpireLate(t *testing.T) {
	t.Parallel()
	line := new(level)
	h := &Header{plan: Plan{Outputs: []Output{{Name: "siren", Max: time.Hour}}}, outputs: []OutputLine{line}, limits: make([]limit, 1)}
	for run := 1; run <= 2; run++ {
		if err := h.SetFor(0, true, run); err != nil {
			t.Fatal(err)
		}
		h.expire(0)
		if !line.high {
			t.Errorf("run %d: a late timer switches the output off", run)
		}
	}
	if err := h.SetFor(0, false, 2); err != nil {
		t.Fatal(err)
	}
	h.expire(0)
	if line.high {
		t.Error("a late timer switches the output on")
	}
}
