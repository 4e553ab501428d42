package daemonize

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// Starts without end of daemons that live for a few milliseconds: there are
// never two at once.
func TestChurn(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	duration := 15 * time.Second
	if testing.Short() {
		duration = 2 * time.Second
	}
	runs := filepath.Join(r.dir, "runs")
	end := time.Now().Add(duration)
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			for time.Now().Before(end) {
				code, out := run(t, r.command(t, "blip", runs))
				if code != 0 && code != codeRunning {
					t.Errorf("exit code %d, %q", code, out)
					return
				}
			}
		})
	}
	wg.Wait()
	text, err := os.ReadFile(runs)
	if err != nil {
		t.Fatal(err)
	}
	alone, overlap := strings.Count(string(text), "alone\n"), strings.Count(string(text), "overlap\n")
	t.Logf("%d daemons, %d beside another", alone+overlap, overlap)
	if alone == 0 || overlap > 0 {
		t.Errorf("%d daemons alone, %d beside another", alone, overlap)
	}
}

// Twenty starts at once give one daemon, and nobody hears that it runs before
// it is ready.
func TestTwentyAtOnce(t *testing.T) {
	t.Parallel()
	for round := range 3 {
		t.Run(strconv.Itoa(round), func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			gate, open := r.fifo(t)
			codes, outs := r.startMany(t, 20, gate, open)
			pid := r.pid(t)
			running := fmt.Sprintf("process already running (pid %d)\n", pid)
			if codes[0] != 1 || codes[codeRunning] != 19 || outs[running] != 19 {
				t.Errorf("exit codes %v, words %v", codes, outs)
			}
		})
	}
}

// startMany starts n callers at once, lets the daemon that comes first wait at
// the gate until all have had time to see it, and counts what they said.
func (r *rig) startMany(t *testing.T, n int, gate string, open func()) (codes map[int]int, outs map[string]int) {
	t.Helper()
	codes, outs = map[int]int{}, map[string]int{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() {
			code, out := run(t, r.command(t, "gate", gate))
			mu.Lock()
			defer mu.Unlock()
			if len(codes) == 0 && code == codeRunning {
				if i, err := Status(r.pidFile); err != nil || i.State != Running {
					t.Errorf("%q, but %+v, %v", out, i, err)
				}
			}
			codes[code]++
			outs[out]++
		})
	}
	// n callers and the daemon.
	eventually(t, "all at the gate", func() bool { return len(running(t, r.pidFile)) == n+1 })
	mu.Lock()
	if len(codes) > 0 {
		t.Errorf("before the daemon is ready: %v, %v", codes, outs)
	}
	mu.Unlock()
	open()
	wg.Wait()
	return codes, outs
}

// If the first one fails, one of those who waited for it takes its turn.
func TestNextOneTries(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	gate, _ := r.fifo(t)
	first := r.command(t, "gate", gate)
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "first daemon at the gate", func() bool { return r.atGate(t, first) })
	second := r.command(t, "run", "")
	if err := second.Start(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "second start", func() bool { return len(running(t, r.pidFile)) == 3 })
	if err := first.Process.Signal(unix.SIGINT); err != nil {
		t.Fatal(err)
	}
	_ = first.Wait()
	if err := second.Wait(); err != nil {
		t.Errorf("second start: %v", err)
	}
	r.pid(t)
}

// After a KILL neither the pidfile nor a child that still lives is in the way.
func TestStartAfterKill(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	childFile := filepath.Join(r.dir, "child")
	first := r.start(t, "child", childFile)
	text, err := os.ReadFile(childFile)
	if err != nil {
		t.Fatal(err)
	}
	child, _ := strconv.Atoi(string(text))
	t.Cleanup(func() { kill(t, child) })
	kill(t, first)
	if i, err := Status(r.pidFile); err != nil || i.State != Dead || i.Pid != 0 {
		t.Errorf("after KILL: %+v, %v, want dead", i, err)
	}
	if second := r.start(t, "run", ""); second == first {
		t.Errorf("second daemon has the first one's number, %d", first)
	}
	if err := unix.Kill(child, 0); err != nil {
		t.Errorf("child: %v", err)
	}
}

// A daemon on its way out is waited for, and not called a running one.
func TestStartWaitsForTheEnd(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	gate, open := r.fifo(t)
	first := r.start(t, "slow end", gate)
	gone := watchProcess(t, first)
	r.signal(t, unix.SIGTERM)
	eventually(t, "ending", func() bool { i, err := Status(r.pidFile); return err == nil && i.State == Ending && i.Pid == first })
	second := r.command(t, "run", "")
	done := make(chan error, 1)
	if err := second.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { done <- second.Wait() }()
	select {
	case err := <-done:
		t.Fatalf("second start didn't wait: %v", err)
	case <-time.After(100 * time.Millisecond):
	}
	open()
	gone()
	if err := <-done; err != nil {
		t.Fatalf("second start: %v", err)
	}
	if pid := r.pid(t); pid == first {
		t.Errorf("still the first daemon, %d", pid)
	}
}
