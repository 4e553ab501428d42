package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"ship-it.example/gpio/virtual"
	"ship-it.example/shipit"
	"ship-it.example/shipit/ci"
	"ship-it.example/shipit/ci/citest"
	"ship-it.example/shipit/config"
)

// report prints the median and the 99th percentile of some times, in ms.
func report(b *testing.B, times []time.Duration, name string) {
	b.Helper()
	slices.Sort(times)
	for _, p := range []int{50, 99} {
		at := min(len(times)*p/100, len(times)-1)
		b.ReportMetric(float64(times[at].Microseconds())/1000, fmt.Sprintf("ms-%s-p%d", name, p))
	}
	b.ReportMetric(0, "ns/op") // what a turn takes says nothing
}

// BenchmarkPress measures from a button's contact to the request's arrival at
// the stand-in server, over a connection that arming has warmed, and takes the
// debounce time off. Each turn is a box of its own.
func BenchmarkPress(b *testing.B) {
	var times []time.Duration
	for b.Loop() {
		times = append(times, pressOnce(b))
	}
	report(b, times, "beyond-debounce")
}

// silence is a box without a loudspeaker.
type silence struct{}

func (silence) Play(shipit.Sound) {}
func (silence) Silence()          {}

func pressOnce(b *testing.B) time.Duration {
	b.Helper()
	asked := make(chan time.Time, 1)
	server, err := citest.New(citest.OnRequest(func(citest.Request) { asked <- time.Now() }))
	if err != nil {
		b.Fatal(err)
	}
	defer server.Close()
	address, err := url.Parse(server.URL())
	if err != nil {
		b.Fatal(err)
	}
	chip := virtual.New("bench", 54)
	c := config.Original()
	r := &rig{config: c, log: slog.New(slog.DiscardHandler), crash: io.Discard, chip: chip, speaker: silence{}}
	warm, seen := make(chan struct{}, 1), make(chan shipit.Box, 64)
	r.observe = func(box shipit.Box) { seen <- box }
	r.server = warmed{ci.NewTeamCity(ci.Settings{URL: address}, []ci.Build{{Type: "a"}, {Type: "b"}}), warm}
	ctx, end := context.WithCancelCause(b.Context())
	over := make(chan error, 1)
	go func() { over <- r.run(ctx) }()
	<-seen
	chip.Drive(pinSwitch, true)
	<-warm
	began := time.Now()
	chip.Drive(pinLaunch, false)
	took := (<-asked).Sub(began) - c.Debounce
	end(errOver)
	if err := <-over; !errors.Is(err, errOver) {
		b.Fatal(err)
	}
	return took
}

// warmed tells when the connection to the server is warm.
type warmed struct {
	shipit.Server
	warm chan<- struct{}
}

func (w warmed) Warm(ctx context.Context, target int, dialled func(error)) {
	w.Server.Warm(ctx, target, func(err error) {
		dialled(err)
		select {
		case w.warm <- struct{}{}:
		default:
		}
	})
}

// BenchmarkDetach measures ship-it -d, from the call to its return.
func BenchmarkDetach(b *testing.B) {
	p := newPlace(b)
	var times []time.Duration
	for b.Loop() {
		began := time.Now()
		if code, stderr := p.detach(); code != 0 {
			b.Fatal(stderr)
		}
		times = append(times, time.Since(began))
		p.service("stop")
	}
	report(b, times, "to-ready")
}

// BenchmarkTerm measures from a TERM in the middle of a launch to all lines
// being inputs, and to the end of the process once the outcome is known.
func BenchmarkTerm(b *testing.B) {
	var lines, gone []time.Duration
	for b.Loop() {
		p := newPlace(b)
		r := p.start()
		h := p.hand()
		h.arm()
		h.press()
		r.waitLog("Triggered a build")
		began := time.Now()
		r.signal(syscall.SIGTERM)
		for p.left() != "" {
			continue
		}
		lines = append(lines, time.Since(began))
		if code, log := r.end(); code != 0 {
			b.Fatal(log)
		}
		gone = append(gone, time.Since(began))
	}
	report(b, lines, "to-inputs")
	report(b, gone, "to-gone")
}

// BenchmarkRest measures a box at rest for 20 s: context switches of all its
// threads, and resident memory. It is the stripped program of make build in its
// simulator, which holds a stand-in server beside what a box on a Pi holds.
func BenchmarkRest(b *testing.B) {
	const watch = 20 * time.Second
	for b.Loop() {
		p := newPlace(b)
		binary, err := filepath.Abs("../../bin/ship-it")
		if err != nil {
			b.Fatal(err)
		}
		cmd := p.command()
		cmd.Path, cmd.Args, cmd.Err = binary, []string{"ship-it", "sim"}, nil
		stdin, err := cmd.StdinPipe()
		if err != nil {
			b.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			b.Fatal(err)
		}
		<-time.After(2 * time.Second)
		before := switches(b, cmd.Process.Pid)
		<-time.After(watch)
		b.ReportMetric(float64(switches(b, cmd.Process.Pid)-before)/watch.Seconds(), "switches/s")
		b.ReportMetric(float64(status(b, filepath.Join("/proc", strconv.Itoa(cmd.Process.Pid), "status"), "VmRSS:"))/1024, "MB-resident")
		b.ReportMetric(0, "ns/op")
		if err := errors.Join(stdin.Close(), cmd.Wait()); err != nil {
			b.Fatal(err)
		}
		if info, err := os.Stat(binary); err == nil {
			b.ReportMetric(float64(info.Size())/(1<<20), "MB-binary")
		}
	}
}

// switches is the context switches of all threads so far.
func switches(b *testing.B, pid int) int {
	b.Helper()
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", pid))
	if err != nil {
		b.Fatal(err)
	}
	sum := 0
	for _, task := range tasks {
		sum += status(b, task, "voluntary_ctxt_switches:") + status(b, task, "nonvoluntary_ctxt_switches:")
	}
	return sum
}

// status is a number of a status file in /proc.
func status(b *testing.B, path, key string) int {
	b.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		b.Fatal(err)
	}
	for line := range strings.Lines(string(content)) {
		if value, found := strings.CutPrefix(line, key); found {
			n, err := strconv.Atoi(strings.Fields(value)[0])
			if err != nil {
				b.Fatal(err)
			}
			return n
		}
	}
	return 0
}
