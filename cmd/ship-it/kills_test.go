package main

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"ship-it.example/shipit"
	"ship-it.example/shipit/ci/citest"
	"ship-it.example/shipit/journal"
)

// number reads a number that make test-kills gives.
func number(t *testing.T, variable string, otherwise uint64) uint64 {
	t.Helper()
	text := os.Getenv(variable)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", variable, err)
	}
	return n
}

// TestKills kills a box with KILL at random moments of a launch, and starts it
// again: nothing is launched twice, the journal can be read, and a build that
// the server has begun is followed to its end. KILLS is how many, KILLS_SEED
// which ones.
func TestKills(t *testing.T) {
	t.Parallel()
	seed := number(t, "KILLS_SEED", uint64(time.Now().UnixNano()))
	var tally sync.Map // of what became of them
	t.Cleanup(func() {
		if os.Getenv("KILLS") != "" {
			tally.Range(func(what, n any) bool { fmt.Printf("%4d %s\n", n.(*atomic.Int64).Load(), what); return true })
		}
	})
	for i := range number(t, "KILLS", 24) {
		t.Run(fmt.Sprintf("%d/%d", seed, i), func(t *testing.T) {
			t.Parallel()
			n, _ := tally.LoadOrStore(killed(t, rand.New(rand.NewPCG(seed, i))), new(atomic.Int64))
			n.(*atomic.Int64).Add(1)
		})
	}
}

// killed is one launch, of which the box sees as much as the moment lets it, and
// what there was to go on with.
func killed(t *testing.T, rng *rand.Rand) string {
	t.Helper()
	p := newPlace(t)
	p.server.SetLife(citest.Life{Run: 500 * time.Millisecond, End: shipit.StagePassed})
	modes := []citest.Mode{citest.OK(), citest.Slow(50 * time.Millisecond), citest.Slow(time.Second), citest.Vanish(), citest.Late(500)}
	p.server.SetMode(modes[rng.IntN(len(modes))])
	spans := []time.Duration{60 * ms, 60 * ms, 500 * ms, 4 * time.Second}
	moment := time.Duration(rng.Int64N(int64(spans[rng.IntN(len(spans))])))

	r := p.start()
	h := p.hand()
	over := make(chan struct{})
	time.AfterFunc(moment, func() {
		defer close(over)
		r.signal(syscall.SIGKILL)
	})
	h.try("drive %d high", pinSwitch)
	for level, ok := "", true; ok && level != "high"; {
		level, ok = h.try("level %d", pinBlinker)
	}
	h.try("drive %d low", pinLaunch)
	select {
	case <-p.asked:
		h.try("float %d", pinLaunch)
	case <-over:
	}
	<-over
	r.end()
	before := p.stage()
	for again := true; again; {
		again = p.goesOn(moment)
	}
	p.checkJournal(moment)
	return before
}

// stage is how far the launch has come, by the journal.
func (p *place) stage() string {
	p.t.Helper()
	log, err := journal.Read(p.path("journal.jsonl"))
	switch {
	case errors.Is(err, fs.ErrNotExist), err == nil && len(log.Lines)+len(log.Open) == 0:
		return "before the press"
	case err != nil:
		p.t.Fatal(err)
	case len(log.Lines) > 0:
		return "with its line written"
	case log.Open[0].Answer == "":
		return "unanswered"
	}
	return "answered: " + log.Open[0].Answer
}

// try gives the chip an order, and tells whether the program was still there.
func (h *hand) try(format string, args ...any) (string, bool) {
	if _, err := fmt.Fprintf(h.conn, format+"\n", args...); err != nil {
		return "", false
	}
	answer, err := h.in.ReadString('\n')
	return strings.TrimSpace(answer), err == nil
}

// goesOn starts the box again, until it has written the line of a launch that
// came to the server. It tells whether there was one that came only now: what was
// sent before the kill may take its time.
func (p *place) goesOn(moment time.Duration) bool {
	p.t.Helper()
	r := p.start()
	requests := p.server.Requests()
	if requests > 0 {
		p.waitFile("journal.jsonl", `"kind":"launch"`)
	}
	r.signal(syscall.SIGTERM)
	if code, log := r.end(); code != 0 || strings.Contains(log, "] Launching") {
		p.t.Errorf("killed after %v; the next run ended with %d:\n%s", moment, code, log)
	}
	return p.server.Requests() != requests
}

// checkJournal holds the journal against the server.
func (p *place) checkJournal(moment time.Duration) {
	p.t.Helper()
	requests := p.server.Requests()
	log, err := journal.Read(p.path("journal.jsonl"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		p.t.Fatal(err)
	}
	if requests > 1 || log.Bad > 0 || len(log.Lines) != requests || len(log.Lines)+len(log.Open) > 1 {
		p.t.Errorf("killed after %v: %d requests, in the journal %+v", moment, requests, log)
	}
	for _, line := range log.Lines {
		if asked := p.server.Last()[0]; line.Answer != "started" || line.Outcome != "passed" || !strings.Contains(asked.Body, line.ID) {
			p.t.Errorf("killed after %v: the line is wrong: %+v of %s", moment, line, asked.Body)
		}
	}
	for _, line := range log.Open {
		if line.Answer == "started" {
			p.t.Errorf("killed after %v: no build was started: %+v", moment, line)
		}
	}
}
