package ci

import (
	"testing"
	"time"
)

func TestClockDoubt(t *testing.T) {
	t.Parallel()
	built := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	doubt := ClockDoubt(built)
	if !doubt(time.Unix(0, 0)) || !doubt(built.Add(-time.Second)) {
		t.Error("a clock before the build's date is trusted")
	}
	if got, want := doubt(built.Add(time.Hour)), unsynchronised(); got != want {
		t.Errorf("later the kernel decides: got doubt %v, want %v", got, want)
	}
}
