package vm_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// Beside a box that runs nobody gets its lines: a second box, and release, are
// refused and name the owner; pins tells him and changes nothing.
func TestSecond(t *testing.T) {
	t.Parallel()
	for way, start := range starts() {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			s := newStation(t)
			box := start(s)
			owner := fmt.Sprintf("ship-it@%d", box.pid())
			for pin, words := range s.info() {
				if ours := strings.Contains(words, `"`+owner+`"`); ours != slices.Contains(lines(), pin) {
					t.Errorf("gpioinfo says of line %d: %s", pin, words)
				}
			}
			for _, args := range [][]string{nil, {"release"}} {
				r := s.do(append(args, s.box()...)...)
				if r.code != 1 || !strings.Contains(r.stderr, owner) {
					t.Errorf("ship-it %v: exit code %d, want 1, and %s named: %s", args, r.code, owner, r.stderr)
				}
			}
			r := s.must(append([]string{"pins"}, s.box()...)...)
			if got := strings.Count(r.stdout, "held by "+owner); got != len(lines()) {
				t.Errorf("pins names the owner of %d lines, want %d:\n%s", got, len(lines()), r.stdout)
			}
			if !s.lit(lampOne) {
				t.Error("the lamp is out")
			}
			s.arm()
			box.stop()
			box.ended(0)
			s.wantFree()
			r = s.must(append([]string{"pins"}, s.box()...)...)
			if got := strings.Count(r.stdout, "free, "); got != len(lines()) {
				t.Errorf("pins calls %d lines free, want %d:\n%s", got, len(lines()), r.stdout)
			}
		})
	}
}
