// Package soak_test is the soak: the program as it is installed, on a real
// kernel's lines, and everything that can happen to a box at random, for as
// long as is wanted. At the end it must have done what was asked, no more and
// no less, and hold no more than at its start.
//
// It owns what happens (moves, lives, the server's moods), its own idea of a
// box (model, belief) and the reckoning. It runs in the test machine alone:
// "make soak".
package soak_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"slices"
	"testing"
	"time"

	"go.uber.org/goleak"

	"ship-it.example/gpio/gpiosim"
	"ship-it.example/shipit/ci/citest"
)

var (
	length = flag.Duration("length", time.Minute, "how long the soak lasts")
	seed   = flag.Uint64("seed", 0, "what happens at random; 0 is a new one")
	source = flag.String("source", "", "the folder of the project")
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// lines is how many the chip has.
const lines = 54

// soak is a machine with one box, and whoever is at it.
type soak struct {
	t         *testing.T
	random    *rand.Rand
	sim       *gpiosim.Chip
	authority *citest.Authority
	servers   []*server // http, https
	journal   *journal
	tally     *tally

	server  *server // that of the box that runs
	pid     int     // of that box
	on      bool    // where its switch is
	belief  map[box]bool
	changed time.Time // when its state changed
	broken  bool      // it did what it must not: it is given up
	faults  int
	deeds   []string // the last ones, for people

	launches      int   // in the log
	launchesReady int   // of presses that had to launch
	answers       int   // of the launch button
	changes       int   // of the target
	launched      int   // the target of the last launch
	judged        []int // requests whose launch has its outcome, by server
	unsent        int   // launches of which the log says that nothing was sent
	killed        int   // launches that ended with the process

	sampled time.Time
	series  []usage
	last    usage
}

// TestSoak has a box live many lives.
func TestSoak(t *testing.T) {
	gpiosim.Need(t)
	if !gpiosim.InMachine() {
		t.Skip("it installs the program: make soak runs this in a machine of its own")
	}
	if *seed == 0 {
		*seed = rand.Uint64N(1 << 32)
	}
	t.Logf("seed %d (SOAK_SEED=%d chooses the same, as far as the machine's stalls allow)", *seed, *seed)
	s := newSoak(t)
	s.install()
	stop := s.janitor()
	began := time.Now()
	for i := range s.servers {
		s.server = s.servers[i]
		s.longLife(*length / 3)
		for time.Since(began) < *length*time.Duration(i+1)/2 {
			s.server = s.servers[s.random.IntN(2)]
			s.shortLife()
		}
	}
	stop()
	s.reckon()
}

func newSoak(t *testing.T) *soak {
	t.Helper()
	authority, err := citest.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	cert, err := authority.Issue(citest.Certificate{RSA: true, Until: time.Now().Add(*length + 24*time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	s := &soak{
		t: t, random: stream(0), sim: gpiosim.New(t, gpiosim.Header("pinctrl-bcm2711")), authority: authority,
		servers: []*server{newServer(nil, stream(1)), newServer(&cert, stream(2))},
		journal: &journal{path: logfile}, tally: newTally(), judged: make([]int, 2),
	}
	t.Cleanup(s.journal.close)
	for _, server := range s.servers {
		if err := server.begin(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := server.end(); err != nil {
				t.Error(err)
			}
		})
	}
	return s
}

// stream is what happens at random to one of those who take part.
func stream(n uint64) *rand.Rand { return rand.New(rand.NewPCG(*seed, n)) }

// fault tells what the box did wrong. It is given up: what comes after would
// be measured against a box that it isn't.
func (s *soak) fault(format string, args ...any) {
	s.t.Helper()
	if s.broken {
		return
	}
	s.broken = true
	s.faults++
	all, _ := s.journal.since(0)
	s.t.Errorf("FAULT after %v: %s\nthe last deeds: %q\nthe last of the log:\n%s",
		time.Since(s.tally.began).Round(time.Millisecond), fmt.Sprintf(format, args...), s.deeds, all[max(0, len(all)-1500):])
	if s.faults >= 5 {
		s.t.Fatalf("too many faults\n%s", debug.Stack())
	}
}

// remember keeps the last deeds.
func (s *soak) remember(deed string) {
	s.deeds = append(s.deeds, fmt.Sprintf("%.3f %s", time.Since(s.tally.began).Seconds(), deed))
	s.deeds = slices.Clone(s.deeds[max(0, len(s.deeds)-12):])
}

// eventually asks until the answer is yes.
func (s *soak) eventually(what string, ask func() bool) {
	s.t.Helper()
	for late := time.Now().Add(2 * patience); !ask(); s.doze() {
		if time.Now().After(late) {
			s.fault("%s: not within %v; at the end %v", what, 2*patience, s.last)
			return
		}
	}
}
