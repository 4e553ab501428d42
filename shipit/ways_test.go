package shipit

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
)

// TestWays: two targets share a server and a third has another one. Only a
// step to the other server warms it, and the blinker tells of that one.
func TestWays(t *testing.T) {
	t.Parallel()
	b := newBench(t, Found{}, "A", "B", "C")
	b.box = b.box.Through([]int{0, 0, 1})
	b.tap(BranchButton)
	b.tap(BranchButton) // safe: nothing is warmed
	b.tap(BranchButton)
	b.do(Switched{true})
	b.do(Dialled{Way: 0, Err: errors.New("refused")})
	offline := func() bool { blinker, _ := b.box.Rhythms(b.now); return blinker.String() == offlineRhythm().String() }
	var seen []bool
	for range 3 { // B, C, A
		b.tap(BranchButton)
		seen = append(seen, offline())
	}
	b.do(Dialled{Way: 1, Err: errors.New("refused")}) // of a server that isn't selected
	b.do(Dialled{Way: 0})
	seen = append(seen, offline())
	if diff := cmp.Diff([]bool{true, false, true, false}, seen); diff != "" {
		t.Errorf("the blinker tells that there is no way: (-want +got):\n%s", diff)
	}
	var warmed []string
	for _, did := range b.did {
		if strings.HasPrefix(did, "warm") {
			warmed = append(warmed, did)
		}
	}
	if diff := cmp.Diff([]string{"warm true 0", "warm true 2", "warm true 0"}, warmed); diff != "" {
		t.Errorf("warmed (-want +got):\n%s", diff)
	}
}

// TestLoopWays: the loop keeps one connection, to the selected target's server.
func TestLoopWays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &diary{}
		d.warm = func(ctx context.Context, target int, dialled func(error)) {
			d.write("warm %d", target)
			dialled(nil)
			<-ctx.Done()
			d.write("cold %d", target)
		}
		r := newRunning(t, d, func(c *Config) { c.Targets, c.Ways = []string{"A", "B", "C"}, []int{0, 0, 1} })
		r.Post(Switched{true})
		for range 3 {
			pass(100 * ms)
			r.Post(Pressed{Button: BranchButton})
			r.Post(Released{BranchButton})
		}
		pass(100 * ms)
		if err := r.end(); err != nil {
			t.Error(err)
		}
		var got []string
		for line := range strings.Lines(r.read()) {
			if line = strings.TrimSpace(line); strings.HasPrefix(line, "warm") || strings.HasPrefix(line, "cold") {
				got = append(got, line)
			}
		}
		if diff := cmp.Diff([]string{"warm 0", "cold 0", "warm 2", "cold 2", "warm 0", "cold 0"}, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}
