package soak_test

import (
	"slices"
	"strings"
	"syscall"
	"time"
)

// longLife is one in which leaks show: in the memory over its time, in what it
// holds at its end, and in its goroutines, compared with those of a new box.
func (s *soak) longLife(d time.Duration) {
	s.t.Logf("a long life, %v, with %s", d, s.server.url())
	s.configure()
	s.begin("-d", false)
	s.series = nil
	first := s.firstUsage()
	for end := time.Now().Add(d); time.Now().Before(end) && !s.broken; {
		s.move()
		s.sample()
	}
	s.calm()
	if !s.broken {
		s.t.Logf("at its start it had %v; at its end %v", first, s.settle(first))
		s.wantFlat()
	}
	if s.broken {
		s.bury()
		return
	}
	old := s.goroutines()
	s.begin("-d", false)
	s.firstUsage()
	fresh := s.goroutines()
	if !s.broken {
		s.wantSame(old, fresh)
	}
	s.bury()
}

// ready is the first word of a box.
const ready = "pins have been initialized!"

// firstUsage is what a new box holds once it has come to rest.
func (s *soak) firstUsage() usage {
	s.t.Helper()
	s.rest(time.Second)
	first, err := measure(s.pid)
	if err != nil {
		s.fault("%v", err)
	}
	return first
}

// shortLife begins in one way, and ends in another and in any state.
func (s *soak) shortLife() {
	way := pick(s, "-d", "service")
	s.configure()
	s.begin(way, s.chance(25))
	calm := s.chance(30)
	var first usage
	if calm {
		first = s.firstUsage()
	}
	for end := time.Now().Add(s.between(time.Second, 15*time.Second)); time.Now().Before(end) && !s.broken; {
		s.move()
	}
	if calm {
		s.calm()
		s.settle(first)
	}
	if !s.broken {
		s.end(pick(s, "ship-it stop", "service stop", "service restart", "TERM", "INT", "KILL, release", "KILL, start", "KILL, service stop"), !calm && s.chance(40))
	}
	s.bury()
}

func pick(s *soak, ways ...string) string { return ways[s.random.IntN(len(ways))] }

// begin starts a box. A claim moves the simulated levels to where nothing is
// pressed; for one that is to find its switch on, it is turned on again until
// the box has looked.
func (s *soak) begin(way string, on bool) {
	s.t.Helper()
	if s.broken {
		return
	}
	s.on = on
	s.remember("start by " + way)
	s.tally.add("start: " + way)
	args := starts()[way]
	if way == "-d" {
		args = append(slices.Clone(args), s.sim.Path())
	}
	s.holding(on, func() { s.must(args...) })
	s.begun()
}

// holding keeps the arming switch on while something is done.
func (s *soak) holding(on bool, do func()) {
	for _, pin := range []int{arming, launch, branch} {
		s.pull(pin, false)
	}
	if !on {
		do()
		return
	}
	done, over := make(chan bool), make(chan bool)
	go func() {
		defer close(over)
		again := time.NewTicker(time.Millisecond)
		defer again.Stop()
		for {
			if err := s.sim.Pull(arming, true); err != nil {
				s.t.Error(err)
				return
			}
			select {
			case <-again.C:
			case <-done:
				return
			}
		}
	}()
	do()
	close(done)
	<-over
}

// begun waits for the first words of a box that has said that it is ready.
func (s *soak) begun() {
	s.t.Helper()
	s.pid = pid()
	s.belief = map[box]bool{{state: safe}: true}
	want := []string{ready}
	if s.on {
		s.belief = map[box]bool{{state: locked, was: locked, on: true}: true}
		want = append(want, "WARN The arming switch was found on: switch off first")
	}
	for _, words := range want {
		s.eventually(words, func() bool {
			line, ok := s.journal.next()
			if ok {
				s.note(line)
			}
			return s.broken || ok && line.text == words
		})
	}
	s.changed = time.Now()
}

// calm brings the box to where it was at its start: safe, nothing pressed.
func (s *soak) calm() {
	s.t.Helper()
	s.expect(0)
	if s.on {
		s.flip(false)
	}
	s.eventually("a box that is safe", func() bool {
		s.expect(0)
		return s.broken || s.is(safe)
	})
}

// end ends the box; hasty is with a finger on the launch button.
func (s *soak) end(way string, hasty bool) {
	s.t.Helper()
	s.expect(0)
	s.remember("end by " + way)
	s.tally.add("end: " + way)
	how, after, _ := strings.Cut(way, ", ")
	var pending []stimulus
	if how == "KILL" {
		s.waitForRequest()
	} else if hasty {
		s.tally.add(endPresses)
		pending = append(pending, s.pressLaunch(time.Now()))
		s.pull(launch, true)
		s.rest(s.between(0, 60*time.Millisecond))
	}
	if s.broken {
		return
	}
	signals := map[string]syscall.Signal{"TERM": syscall.SIGTERM, "INT": syscall.SIGINT, "QUIT": syscall.SIGQUIT, "KILL": syscall.SIGKILL}
	switch how {
	case "ship-it stop":
		s.must(program, "stop", "--pidfile", pidfile)
	case "service stop":
		s.must(script, "stop")
	case "service restart":
		s.on = false
		s.must(script, "restart")
		s.pull(launch, false)
	default:
		s.signal(signals[how])
	}
	s.gone()
	s.lastWords(how == "KILL", pending...)
	s.pull(launch, false)
	s.afterwards(how, after)
}

// afterwards sees to what is left of a box that has ended.
func (s *soak) afterwards(how, after string) {
	s.t.Helper()
	switch {
	case s.broken:
		return
	case how == "service restart":
		s.begun()
		return
	case after == "start":
		s.begin("-d", false)
		return
	case after == "release":
		s.must(program, "release", "--config", config, "--chip", s.sim.Path())
		s.must("rm", pidfile) // release looks after lines alone
	case after == "service stop":
		s.must(script, "stop")
	}
	s.wantNothing()
	s.pid = 0
}

// waitForRequest waits until a launch that waits for its outcome has reached
// the server: what is killed before that can't be counted.
func (s *soak) waitForRequest() {
	s.t.Helper()
	s.eventually("the request of a launch", func() bool {
		s.expect(0)
		return s.broken || s.every(func(b box) bool { return !b.waiting }) || len(s.fresh()) > 0
	})
}

// lastWords reads what a box that is gone has said, up to the next one's first
// word. It may have taken what was done last, or not.
func (s *soak) lastWords(killed bool, pending ...stimulus) {
	s.t.Helper()
	may := hypotheses{}
	for b := range s.belief {
		may[hypothesis{b, 1<<len(pending) - 1}] = true
	}
	said := map[string]int{}
	for !s.broken {
		line, ok := s.journal.next()
		if !ok {
			break
		}
		if line.text == ready {
			s.journal.back(line)
			break
		}
		words, _, _ := strings.Cut(line.text, " signal ")
		said[words]++
		may = s.read(may, line, pending)
	}
	for _, words := range []string{"received", "cleaning up pins!"} {
		if !killed && said[words] != 1 {
			s.fault("a box said %q %d times at its end", words, said[words])
		}
	}
	for h := range may {
		if h.box.waiting && killed {
			s.launchKilled()
		} else if h.box.waiting {
			s.fault("a box ended without a word about its launch")
		}
		return // they differ in nothing that counts here
	}
}

// bury ends a box that is still there, whatever it takes.
func (s *soak) bury() {
	if !s.broken {
		if s.pid != 0 {
			s.end("TERM", false)
		}
		if !s.broken {
			return
		}
	}
	_, _, _ = do("start-stop-daemon", "--stop", "--quiet", "--oknodo", "--retry=KILL/5", "--exec", program)
	_, _, _ = do(script, "stop")
	s.broken, s.pid = false, 0
	s.judged[s.at()] += len(s.fresh())
	for {
		line, ok := s.journal.next()
		if !ok {
			return
		}
		if strings.HasPrefix(line.text, "Launching ") {
			s.launches++
		}
	}
}
