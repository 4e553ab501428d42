package gpio

import (
	"errors"
	"fmt"
	"io/fs"
	"testing"
)

func TestHint(t *testing.T) {
	t.Parallel()
	seen := make(map[string]bool)
	for _, err := range []error{ErrBusy, ErrNoChip, ErrNoLine, ErrPermission, ErrOldKernel, ErrUnsettled, ErrChipLost} {
		wrapped := errors.Join(fmt.Errorf("claim: %w", problemf(err, "in other words")))
		hint := Hint(wrapped)
		if hint == "" || seen[hint] {
			t.Errorf("the hint for %q is %q, want one of its own", err, hint)
		}
		seen[hint] = true
	}
	for _, err := range []error{nil, ErrClosed, errors.New("something else")} {
		if hint := Hint(err); hint != "" {
			t.Errorf("the hint for %v is %q, want none", err, hint)
		}
	}
}

func TestErrPermission(t *testing.T) {
	t.Parallel()
	err := problemf(ErrPermission, "not allowed to open /dev/gpiochip0")
	if !errors.Is(err, ErrPermission) || !errors.Is(err, fs.ErrPermission) {
		t.Errorf("%v is not both ErrPermission and fs.ErrPermission", err)
	}
}

func TestStrings(t *testing.T) {
	t.Parallel()
	tests := []struct {
		got  fmt.Stringer
		want string
	}{
		{PullUp, "up"},
		{PullDown, "down"},
		{Pull(0), "Pull(0)"},
		{Low, "low"},
		{High, "high"},
		{Unknown, "unknown"},
		{wire{17, "blinker"}, "line 17 (blinker)"},
	}
	for _, tt := range tests {
		if got := tt.got.String(); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}
