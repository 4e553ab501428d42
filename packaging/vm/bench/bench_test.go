// Package bench_test measures the program as it is shipped beside its peers,
// on simulated chips of a real kernel, in one run of the test machine, for
// "make bench". Everything is measured from outside: this program is the
// finger on the buttons, the server that is asked, and the clock.
//
// The floor is gpiomon to a pipe: what the kernel and one wake-up take. The
// peer is peer.py. The machine is emulated, so that no figure is one of a
// Raspberry Pi: what counts is how they compare. Nothing is asserted on them.
package bench_test

import (
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"slices"
	"testing"
	"time"

	"ship-it.example/gpio/gpiosim"
	"ship-it.example/shipit/ci/citest"
)

const debounce = 20 * time.Millisecond

// The times of the bench.
const (
	startRounds = 20               // starts and ends of each program
	restTime    = 20 * time.Second // how long programs at rest are watched
	armedTime   = 30 * time.Second // two connections of ship-it's are replaced in it
	launchTime  = 10 * time.Second // of the 12.5 s that a launch lasts
	lull        = 100 * time.Millisecond
)

// BenchmarkMachine is the whole bench. A turn of its loop is one round of
// presses: -test.benchtime=200x makes 200 of each program.
func BenchmarkMachine(b *testing.B) {
	gpiosim.Need(b)
	debug.SetGCPercent(-1) // the clock is not to stop for our own garbage
	b.ReportMetric(0, "ns/op")
	bench := newBench(b)
	bench.startsAndEnds()
	bench.start()
	bench.usage("at rest", restTime)
	bench.arm()
	bench.usage("armed", armedTime)

	stalls := watchStalls()
	for b.Loop() {
		bench.round(100*time.Millisecond, bench.kinds)
	}
	bench.latencies()
	bench.lengths(max(b.N/8, 1))
	seen := stalls.end()
	bench.launching()
	bench.stop()
	bench.report(b.N, seen)
}

// kind is a program in one of its uses, with the boxes that run it: two, so
// that one is pressed while the other shows how its launch ended.
type kind struct {
	name  column
	web   string // "http" or "https"; empty: it asks no server
	boxes []*box
	took  []time.Duration // press to effect, of those of 100 ms that were answered
}

// score is how many presses of one length a program answered, in both uses.
type score struct {
	program column
	length  time.Duration
}

type bench struct {
	tb        testing.TB
	dir       string
	authority *citest.Authority
	kinds     []*kind
	made      map[score]int
	answered  map[score]int
	table     table
}

func newBench(tb testing.TB) *bench {
	tb.Helper()
	authority, err := citest.NewAuthority()
	if err != nil {
		tb.Fatal(err)
	}
	return &bench{tb: tb, dir: tb.TempDir(), authority: authority, made: make(map[score]int), answered: make(map[score]int), kinds: []*kind{
		{name: floor},
		{name: shipIt, web: "http"},
		{name: peer, web: "http"},
		{name: shipIt, web: "https"},
		{name: peer, web: "https"},
	}}
}

// start starts two boxes of each kind.
func (b *bench) start() {
	b.tb.Helper()
	for _, k := range b.kinds {
		for range 2 {
			k.boxes = append(k.boxes, b.newBox(k.name, k.web))
		}
		for _, box := range k.boxes {
			box.start()
			box.logged(readyWords(k.name))
		}
	}
}

// arm arms every box, and waits until their connections are warm.
func (b *bench) arm() {
	b.tb.Helper()
	for _, k := range b.kinds {
		for _, box := range k.boxes {
			box.arm()
		}
	}
	b.rest(3 * time.Second)
}

func (b *bench) stop() {
	for _, k := range b.kinds {
		for _, box := range k.boxes {
			box.stop()
		}
	}
}

// rest lets time pass.
func (b *bench) rest(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	<-timer.C
}

// round presses one box of each kind, one after the other, in an order and at
// phases that chance chooses.
func (b *bench) round(length time.Duration, kinds []*kind) {
	b.tb.Helper()
	kinds = slices.Clone(kinds)
	rand.Shuffle(len(kinds), func(i, j int) { kinds[i], kinds[j] = kinds[j], kinds[i] })
	for _, k := range kinds {
		box := slices.MinFunc(k.boxes, func(a, b *box) int { return a.ready.Compare(b.ready) })
		b.rest(max(time.Until(box.ready), lull) + rand.N(lull))
		this := score{k.name, length}
		b.made[this]++
		took, answered := box.press(length)
		if !answered {
			continue
		}
		b.answered[this]++
		if length == 100*time.Millisecond {
			k.took = append(k.took, took)
		}
	}
}

// lengths makes presses of other lengths; the floor has no use for them.
func (b *bench) lengths(rounds int) {
	b.tb.Helper()
	for range rounds {
		for _, length := range []time.Duration{30, 60, 400} {
			b.round(length*time.Millisecond, b.kinds[1:])
		}
	}
	for _, length := range []time.Duration{30, 60, 100, 400} {
		length *= time.Millisecond
		r := row{name: fmt.Sprintf("presses of %v answered", length), unit: fmt.Sprintf("of %d", b.made[score{shipIt, length}])}
		for _, program := range []column{shipIt, peer} {
			r.set(program, float64(b.answered[score{program, length}]))
		}
		b.table.add(r)
	}
}

// launching has every box launch, and watches what that costs.
func (b *bench) launching() {
	b.tb.Helper()
	b.rest(failTime)
	for _, k := range b.kinds[1:] {
		for _, box := range k.boxes {
			box.server.SetMode(citest.OK())
			box.press(100 * time.Millisecond)
		}
	}
	b.usage("launching", launchTime)
}
