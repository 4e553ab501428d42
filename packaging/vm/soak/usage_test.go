package soak_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// usage is what a process holds.
type usage struct {
	files, threads, children int
	anon, resident           int // kB
}

func (u usage) String() string {
	return fmt.Sprintf("%d files, %d threads, %d children, %d kB of its own, %d resident", u.files, u.threads, u.children, u.anon, u.resident)
}

// measure looks at a process.
func measure(pid int) (usage, error) {
	files, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	if err != nil {
		return usage{}, err
	}
	u := usage{files: len(files)}
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue
		}
		n, _ := strconv.Atoi(fields[1])
		switch fields[0] {
		case "Threads:":
			u.threads = n
		case "RssAnon:":
			u.anon = n
		case "VmRSS:":
			u.resident = n
		}
	}
	lists, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, list := range lists {
		children, _ := os.ReadFile(list)
		u.children += len(strings.Fields(string(children)))
	}
	return u, err
}

// moreThreads is how many threads may come to those of a box that has just
// begun: the runtime makes one for each call that blocks while others do, and
// keeps it.
const moreThreads = 4

// settle waits until a box that is safe holds no more than it did at first.
func (s *soak) settle(first usage) usage {
	s.t.Helper()
	var now usage
	s.eventually("a box that holds no more than at first, "+first.String(), func() bool {
		var err error
		if now, err = measure(s.pid); err != nil {
			s.t.Fatal(err)
		}
		s.last = now
		return now.files <= first.files && now.children == 0 && now.threads <= first.threads+moreThreads
	})
	return now
}

// sample notes the memory of a long life, once a second.
func (s *soak) sample() {
	if time.Since(s.sampled) < time.Second {
		return
	}
	s.sampled = time.Now()
	u, err := measure(s.pid)
	if err != nil {
		s.fault("%v", err)
		return
	}
	s.series = append(s.series, u)
}

// The most by which memory may grow from the first third of a long life to the
// last: the runtime begins to collect garbage at 4 MB, and the kernel gives it
// huge pages of 2 MB.
const (
	moreAnon     = 6 << 10 // kB
	moreResident = 7 << 10 // and pages of the program that weren't needed before
)

// wantFlat fails if memory has grown over a long life.
func (s *soak) wantFlat() {
	s.t.Helper()
	third := len(s.series) / 3
	if third < 3 {
		s.t.Log("too short to tell whether memory grows")
		return
	}
	for _, of := range []struct {
		name string
		kB   func(usage) int
		more int
	}{
		{"its own", func(u usage) int { return u.anon }, moreAnon},
		{"resident", func(u usage) int { return u.resident }, moreResident},
	} {
		var all []int
		for _, u := range s.series {
			all = append(all, of.kB(u))
		}
		first, last := median(all[:third]), median(all[len(all)-third:])
		s.t.Logf("memory, %s: median %d kB in the first third of %d samples, %d in the last; %v",
			of.name, first, len(all), last, sparse(all, 24))
		if last > first+of.more {
			s.fault("memory, %s, grew from %d to %d kB", of.name, first, last)
		}
	}
}

func median(all []int) int {
	all = slices.Clone(all)
	slices.Sort(all)
	return all[len(all)/2]
}

// sparse is n of them, evenly.
func sparse(all []int, n int) []int {
	var some []int
	for i := range min(n, len(all)) {
		some = append(some, all[i*len(all)/min(n, len(all))])
	}
	return some
}

var goroutine = regexp.MustCompile(`(?m)^goroutine \d+ `)

// creator is where a goroutine was begun; that of the first one isn't told.
var creator = regexp.MustCompile(`(?m)^created by (\S+)`)

// goroutines ends a box that is safe with QUIT, and counts by their beginnings
// those that it had, by the trace that it leaves in the log.
func (s *soak) goroutines() map[string]int {
	s.t.Helper()
	_, place := s.journal.since(0)
	s.signal(syscall.SIGQUIT)
	s.end("QUIT", false)
	text, _ := s.journal.since(place)
	count := map[string]int{"all": len(goroutine.FindAllString(text, -1))}
	for _, m := range creator.FindAllStringSubmatch(text, -1) {
		count[m[1]]++
	}
	if count["all"] == 0 {
		s.fault("no trace in the log after a QUIT:\n%s", text)
	}
	return count
}

// wantSame fails if an old box has other goroutines than a new one.
func (s *soak) wantSame(old, fresh map[string]int) {
	s.t.Helper()
	s.t.Logf("goroutines: %d at the end of a long life, %d in a box that has just begun", old["all"], fresh["all"])
	if !maps.Equal(old, fresh) {
		s.fault("goroutines of an old box: %v\nof a new one: %v", old, fresh)
	}
}
