package ci_test

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// perRound is how many launches a box has before it and its servers are new.
const perRound = 20

// number is a whole number of the environment.
func number(t *testing.T, name string, otherwise uint64) uint64 {
	t.Helper()
	n, err := strconv.ParseUint(cmp.Or(os.Getenv(name), fmt.Sprint(otherwise)), 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// TestFaults launches through a network and servers on which everything goes
// wrong that can: SHIP_IT_FAULTS is how many launches, SHIP_IT_FAULTS_SEED the
// choices of an earlier run. There are never more builds at a server than
// presses, and what the box says of a launch is never wrong.
func TestFaults(t *testing.T) {
	t.Parallel()
	launches := number(t, "SHIP_IT_FAULTS", 500)
	first := number(t, "SHIP_IT_FAULTS_SEED", rand.Uint64()%1_000_000)
	var mu sync.Mutex
	sum := counts{}
	t.Run("rounds", func(t *testing.T) {
		for i := range (launches + perRound - 1) / perRound {
			seed := first + i
			t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					got := playRound(t, seed)
					mu.Lock()
					defer mu.Unlock()
					for name, n := range got {
						sum[name] += n
					}
				})
			})
		}
	})
	t.Logf("SHIP_IT_FAULTS_SEED=%d", first)
	if os.Getenv("SHIP_IT_FAULTS") != "" { // somebody waits for it
		for _, name := range slices.Sorted(maps.Keys(sum)) {
			fmt.Printf("%6d %s\n", sum[name], name)
		}
	}
}

// counts is how often something happened.
type counts map[string]int

// playRound is the life of one box, which is ended in a launch and started
// again, and is then held against its servers.
func playRound(t *testing.T, seed uint64) counts {
	t.Helper()
	b := newFaultBox(t, seed)
	ctx, stop := context.WithCancel(t.Context())
	over := b.run(ctx)
	for i := range perRound {
		b.ready()
		b.press(i)
		if i < perRound-1 {
			b.answered()
		}
	}
	b.pass(b.some(13 * time.Second))
	stop()
	if err := <-over; err != nil {
		t.Error(err)
	}
	b.befall(fault{})
	b.calm()
	before := len(b.launches())

	ctx, stop = context.WithCancel(t.Context())
	over = b.run(ctx)
	b.pass(time.Second)
	b.turn(true) // acknowledges: dark lamps pass their time quickly
	b.turn(false)
	b.pass(time.Hour)
	stop()
	if err := <-over; err != nil {
		t.Error(err)
	}
	if n := len(b.launches()); n != before || n != perRound {
		t.Errorf("%d launches before the restart, and %d after it", before, n)
	}
	return b.reckon()
}
