package soak_test

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// unsent is an outcome with which nothing went to the server.
var unsent = regexp.MustCompile(`^ERROR No build of [^:]*: (unreachable|certificate|called off|stopped)`)

// note takes a line of the log into the accounts.
func (s *soak) note(line entry) {
	s.t.Helper()
	text := line.text
	outcome := strings.HasPrefix(text, "Triggered a build of ") || strings.HasPrefix(text, "ERROR No build of ") ||
		strings.HasPrefix(text, "ERROR Unknown whether a build of ")
	switch {
	case outcome:
		s.judge(text)
	case strings.HasPrefix(text, "Launching "):
		s.launches++
		s.answers++
		s.launched = slices.Index(targets(), strings.TrimPrefix(text, "Launching "))
	case strings.HasPrefix(text, "WARN Refused launch: "):
		s.answers++
		s.tally.add("refused: " + strings.TrimPrefix(text, "WARN Refused launch: "))
	case strings.HasPrefix(text, "Changing target... "):
		s.changes++
	case strings.HasPrefix(text, "ERROR "):
		s.fault("the log has %q", text)
	}
}

// at is the place of the running box's server among all.
func (s *soak) at() int { return slices.Index(s.servers, s.server) }

// fresh is the requests that no outcome was told of.
func (s *soak) fresh() []asked { return s.server.from(s.judged[s.at()]) }

// judge compares an outcome with what the server did: one launch, one request,
// unless nothing was sent.
func (s *soak) judge(text string) {
	s.t.Helper()
	got := s.fresh()
	s.judged[s.at()] += len(got)
	name := targets()[s.launched]
	if unsent.MatchString(text) {
		s.unsent++
		s.tally.add(nothingSent)
		if len(got) != 0 {
			s.fault("%d requests, and the log has %q", len(got), text)
		}
		return
	}
	if len(got) != 1 {
		s.fault("%d requests, want 1: %q", len(got), text)
		return
	}
	s.tally.add("server: " + got[0].answer.name)
	stopped := fmt.Sprintf(wantUnknown, name) + "stopped"
	if want := fmt.Sprintf(got[0].answer.want, name); !strings.HasPrefix(text, want) && !strings.HasPrefix(text, stopped) {
		s.fault("the server's answer was %q, and the log has %q, want %q", got[0].answer.name, text, want)
	}
	if wrong := got[0].wrong(s.launched); wrong != "" {
		s.fault("the request for %s is wrong: %s", name, wrong)
	}
}

// launchKilled takes the request of a launch that was killed before its end.
func (s *soak) launchKilled() {
	s.t.Helper()
	got := s.fresh()
	s.judged[s.at()] += len(got)
	s.killed++
	s.tally.add(killedLaunch)
	if len(got) != 1 {
		s.fault("%d requests of a launch that was killed, want 1", len(got))
	}
}

// janitor rotates the log and sends HUPs, at any time, until it is told to
// stop.
func (s *soak) janitor() (stop func()) {
	ctx, cancel := context.WithCancel(s.t.Context())
	var done sync.WaitGroup
	random := stream(3)
	rotate := []string{"logrotate", "--force", "--state", "/run/logrotate.state", snippet}
	hup := []string{"start-stop-daemon", "--stop", "--quiet", "--oknodo", "--signal", "HUP", "--pidfile", pidfile, "--name", "ship-it"}
	done.Go(func() {
		for {
			timer := time.NewTimer(between(random, time.Second, 8*time.Second))
			select {
			case <-ctx.Done():
				timer.Stop()
				return
			case <-timer.C:
			}
			kind, args := "log: rotations", rotate
			switch n := random.IntN(10); {
			case n < 3:
				kind, args = "log: HUPs", hup
			case n < 4:
				kind, args = "log: reloads by the init script", []string{script, "reload"}
			}
			code, out, err := do(args...)
			if notRunning := kind == "log: reloads by the init script" && code == 7; err != nil || code != 0 && !notRunning {
				s.t.Errorf("%v: exit code %d, %v\n%s", args, code, err, out)
			}
			s.tally.add(kind)
			if err := s.journal.poll(); err != nil {
				s.t.Error(err)
			}
		}
	})
	stop = func() {
		cancel()
		done.Wait()
	}
	s.t.Cleanup(stop)
	return stop
}

// reckon compares the accounts and prints them.
func (s *soak) reckon() {
	requests := 0
	for _, server := range s.servers {
		requests += len(server.from(0))
	}
	all, _ := s.journal.since(0)
	logged := 0
	for line := range strings.Lines(all) {
		if strings.HasPrefix(line[len(stamp.FindString(line)):], "Launching ") {
			logged++
		}
	}
	raced := logged - s.launchesReady
	racing := s.tally.of(switchPresses, endPresses, otherPresses, shortPresses, longGlitches)
	s.t.Logf("what happened in %v, with seed %d:\n%s", time.Since(s.tally.began).Round(time.Second), *seed, s.tally)
	s.t.Logf("%d launches in the log = %d requests at the servers + %d of which nothing was sent", logged, requests, s.unsent)
	s.t.Logf("%d launches in the log = %d of %d presses while armed and ready + %d of %d near a change, short, or glitches in a stall",
		logged, s.launchesReady, s.tally.of(readyPresses), raced, racing)
	if logged != s.launches || logged != requests+s.unsent {
		s.t.Errorf("%d launches in the log, %d were followed; %d requests and %d of which nothing was sent", logged, s.launches, requests, s.unsent)
	}
	if s.launchesReady != s.tally.of(readyPresses) || raced > racing {
		s.t.Error("presses and launches don't add up")
	}
	if err := s.journal.missing(); err != nil {
		s.t.Error(err)
	}
	s.t.Logf("rotation lost no line: what is left on disk is the end of the %d bytes that were written", len(all))
}
