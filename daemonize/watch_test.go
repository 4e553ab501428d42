package daemonize

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"
)

// inProcess returns the daemon's side of this very process, ready, without a
// start.
func inProcess(t *testing.T) (*Daemon, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "d.pid")
	p, err := claim(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	d := &Daemon{pid: p, starter: readyPipe{w}}
	t.Cleanup(func() { _ = d.Close() })
	if err := d.Ready(); err != nil {
		t.Fatal(err)
	}
	return d, path
}

// What happens to the pidfile of a running daemon, and what Watch makes of it
// within five seconds.
func TestWatch(t *testing.T) {
	t.Parallel()
	foreign := func(path string) error {
		return errors.Join(os.Remove(path), os.WriteFile(path, []byte("77\n"), 0o600))
	}
	tests := []struct {
		name   string
		do     func(path string) error
		want   State // seen from outside, afterwards
		logged string
	}{
		{"left alone", func(string) error { return nil }, Running, ""},
		{"removed", os.Remove, Running, "it is back"},
		{"emptied", func(path string) error { return os.Truncate(path, 0) }, Running, "it is back"},
		{"written over", func(path string) error { return os.WriteFile(path, []byte("12345\n"), 0o600) }, Running, "it is back"},
		{"replaced", foreign, Dead, "pidfile belongs to another process"},
		{"directory removed", func(path string) error { return os.RemoveAll(filepath.Dir(path)) }, NotRunning, "no such file or directory"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d, path := inProcess(t)
			if err := tt.do(path); err != nil {
				t.Fatal(err)
			}
			log := watchFor(t, d, 5*watchEvery+1)
			i, err := Status(path)
			if err != nil || i.State != tt.want || i.State == Running && i.Pid != os.Getpid() {
				t.Errorf("%+v, %v, want %v", i, err, tt.want)
			}
			if lines := strings.Count(log, "\n"); !strings.Contains(log, tt.logged) || lines != min(len(tt.logged), 1) {
				t.Errorf("logged %q, want once: %q", log, tt.logged)
			}
		})
	}
}

// watchFor lets d watch for a while of virtual time and returns what it logged.
func watchFor(t *testing.T, d *Daemon, while time.Duration) string {
	t.Helper()
	var log strings.Builder
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), while)
		defer cancel()
		d.Watch(ctx, slog.New(slog.NewTextHandler(&log, nil)))
	})
	return log.String()
}

// A foreign pidfile is left alone; once it is gone the daemon's own comes back.
func TestWatchAfterAnother(t *testing.T) {
	t.Parallel()
	d, path := inProcess(t)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	other, err := claim(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	watchFor(t, d, watchEvery+1)
	if named, err := other.named(); err != nil || !named {
		t.Errorf("the other's pidfile: %v, %v", named, err)
	}
	if err := other.remove(); err != nil {
		t.Fatal(err)
	}
	watchFor(t, d, watchEvery+1)
	if i, err := Status(path); err != nil || i.State != Running {
		t.Errorf("%+v, %v, want running", i, err)
	}
}

// On the way out nothing is put back, and Close leaves another's pidfile alone.
func TestEndOfADaemon(t *testing.T) {
	t.Parallel()
	d, path := inProcess(t)
	if err := d.Ending(); err != nil {
		t.Fatal(err)
	}
	if i, err := Status(path); err != nil || i.State != Ending || i.Pid != os.Getpid() {
		t.Errorf("%+v, %v, want ending", i, err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if log := watchFor(t, d, watchEvery+1); log != "" {
		t.Errorf("logged %q", log)
	}
	if err := os.WriteFile(path, []byte("77\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "77\n" {
		t.Errorf("the other's pidfile: %q, %v", text, err)
	}
	if err := d.Ready(); !errors.Is(err, os.ErrClosed) {
		t.Errorf("Ready after Close: %v", err)
	}
}

// A daemon whose pidfile was taken before it was ready can't say so.
func TestReadyTaken(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	gate, open := r.fifo(t)
	c := r.command(t, "gate", gate)
	var out strings.Builder
	c.Stderr = &out
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "daemon at the gate", func() bool { return r.atGate(t, c) })
	if err := errors.Join(os.Remove(r.pidFile), os.WriteFile(r.pidFile, []byte("77\n"), 0o644)); err != nil {
		t.Fatal(err)
	}
	open()
	_ = c.Wait()
	if want := "pidfile " + r.pidFile + ": pidfile belongs to another process\n"; out.String() != want || c.ProcessState.ExitCode() != 1 {
		t.Errorf("exit code %d, %q, want 1, %q", c.ProcessState.ExitCode(), out.String(), want)
	}
}

// A pidfile that was only removed before the daemon was ready is there when the
// caller returns.
func TestReadyRemoved(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	gate, open := r.fifo(t)
	c := r.command(t, "gate", gate)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "daemon at the gate", func() bool { return r.atGate(t, c) })
	if err := os.Remove(r.pidFile); err != nil {
		t.Fatal(err)
	}
	open()
	if err := c.Wait(); err != nil {
		t.Fatal(err)
	}
	r.pid(t)
	if locked, err := r.locked(t, byteReady); err != nil || !locked {
		t.Errorf("locked %v, %v", locked, err)
	}
}

func (r *rig) locked(t *testing.T, b int64) (bool, error) {
	t.Helper()
	p, err := openPidFile(r.pidFile, unix.O_RDONLY)
	if err != nil {
		t.Fatal(err)
	}
	defer p.close()
	return p.locked(b)
}
