package daemonize

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// serviceManager hears what a service tells it, as systemd does.
type serviceManager struct {
	t    *testing.T
	conn *net.UnixConn
	name string
}

func newServiceManager(t *testing.T, name string) *serviceManager {
	t.Helper()
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: name, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return &serviceManager{t, conn, name}
}

// hear returns the next message.
func (m *serviceManager) hear() string {
	m.t.Helper()
	if err := m.conn.SetReadDeadline(time.Now().Add(limit)); err != nil {
		m.t.Fatal(err)
	}
	message := make([]byte, 1024)
	n, err := m.conn.Read(message)
	if err != nil {
		m.t.Fatal(err)
	}
	return string(message[:n])
}

// service starts a daemon as the manager does, and returns it.
func (m *serviceManager) service(r *rig, behaviour, arg string, env ...string) *exec.Cmd {
	m.t.Helper()
	c := command(m.t, r.args("managed", behaviour, arg)...)
	c.Env = append(os.Environ(), append(env, "NOTIFY_SOCKET="+m.name, "RUNTIME_DIRECTORY="+r.dir+":/elsewhere")...)
	if err := c.Start(); err != nil {
		m.t.Fatal(err)
	}
	m.t.Cleanup(func() { _ = c.Process.Kill(); _ = c.Wait() })
	return c
}

func (m *serviceManager) mustHear(want string) {
	m.t.Helper()
	if got := m.hear(); got != want {
		m.t.Fatalf("the manager heard %q, want %q", got, want)
	}
}

// The life of a service, over a socket with a path and an abstract one: status,
// a second start and stop find it by its pidfile, and know what it is.
func TestManaged(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, socket := range []string{filepath.Join(r.dir, "notify"), fmt.Sprintf("@daemonize-test-%d", os.Getpid())} {
		m := newServiceManager(t, socket)
		c := m.service(r, "run", "")
		m.mustHear("READY=1")
		pid := c.Process.Pid
		if i, err := Status(r.pidFile); err != nil || i.State != Running || i.Pid != pid || !i.Managed {
			t.Errorf("status: %+v, %v", i, err)
		}
		want := fmt.Sprintf("process already running (pid %d, as a service of systemd)\n", pid)
		if code, out := run(t, r.command(t, "run", "")); code != codeRunning || out != want {
			t.Errorf("second start: exit code %d, %q", code, out)
		}
		if i, err := Stop(t.Context(), r.pidFile, limit); err != nil || i.Pid != pid || !i.Managed {
			t.Errorf("stop: %+v, %v", i, err)
		}
		m.mustHear("STOPPING=1")
		if err := c.Wait(); err != nil {
			t.Error(err)
		}
		r.nothingLeft(t)
	}
}

// A detached daemon is in a service's way, and is no service.
func TestManagedBesideDetached(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	pid := r.start(t, "run", "")
	if i, err := Status(r.pidFile); err != nil || i.Managed {
		t.Errorf("%+v, %v", i, err)
	}
	c := command(t, r.args("managed", "run", "")...)
	c.Env = append(os.Environ(), "NOTIFY_SOCKET="+filepath.Join(r.dir, "notify"), "RUNTIME_DIRECTORY="+r.dir)
	if code, out := run(t, c); code != codeRunning || out != fmt.Sprintf("process already running (pid %d)\n", pid) {
		t.Errorf("exit code %d, %q", code, out)
	}
}

// The manager hears why a start has failed; the rest is for the log.
func TestManagedFails(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	m := newServiceManager(t, filepath.Join(r.dir, "notify"))
	c := m.service(r, "fail", "a mistake\nand more")
	m.mustHear("STATUS=a mistake")
	if _ = c.Wait(); c.ProcessState.ExitCode() != 6 {
		t.Errorf("exit code %d", c.ProcessState.ExitCode())
	}
	r.nothingLeft(t)
}

// The watchdog is fed while there is progress, and not longer.
func TestFeed(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	m := newServiceManager(t, filepath.Join(r.dir, "notify"))
	progress := filepath.Join(r.dir, "progress")
	if err := os.WriteFile(progress, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	c := m.service(r, "watchdog", progress, "WATCHDOG_USEC=200000")
	m.mustHear("READY=1")
	for range 3 {
		m.mustHear("WATCHDOG=1")
	}
	if err := os.Remove(progress); err != nil {
		t.Fatal(err)
	}
	// One may have been on its way; after that nothing comes.
	for n := 0; ; n++ {
		if n > 2 {
			t.Fatal("the watchdog is fed without progress")
		}
		if err := m.conn.SetReadDeadline(time.Now().Add(time.Second)); err != nil {
			t.Fatal(err)
		}
		if _, err := m.conn.Read(make([]byte, 100)); err != nil {
			break
		}
	}
	if err := os.WriteFile(progress, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	m.mustHear("WATCHDOG=1")
	if err := c.Process.Signal(unix.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := c.Wait(); err != nil {
		t.Error(err)
	}
}

// Without a manager, for another process, or with nonsense there is no
// watchdog, and the variables are gone in any case.
func TestManagedEnvironment(t *testing.T) {
	tests := []struct {
		name     string
		env      string
		watchdog time.Duration
	}{
		{"none", "", 0},
		{"ours", fmt.Sprintf("WATCHDOG_USEC=30000000 WATCHDOG_PID=%d", os.Getpid()), 30 * time.Second},
		{"without a number", "WATCHDOG_USEC=30000000", 30 * time.Second},
		{"another's", "WATCHDOG_USEC=30000000 WATCHDOG_PID=1", 0},
		{"nonsense", "WATCHDOG_USEC=soon", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for pair := range strings.FieldsSeq(tt.env + " NOTIFY_SOCKET=/nowhere RUNTIME_DIRECTORY=") {
				name, value, _ := strings.Cut(pair, "=")
				t.Setenv(name, value)
			}
			d, err := Managed(t.Context(), "d.pid")
			if err != nil || d.watchdog != tt.watchdog {
				t.Fatalf("%+v, %v, want a watchdog of %v", d, err, tt.watchdog)
			}
			for _, name := range []string{"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "RUNTIME_DIRECTORY"} {
				if value, there := os.LookupEnv(name); there {
					t.Errorf("%s=%s is left", name, value)
				}
			}
			if err := d.Ready(); err == nil {
				t.Error("a manager that isn't there heard something")
			}
			if tt.watchdog == 0 {
				d.Feed(t.Context(), nil, nil) // returns at once
			}
		})
	}
	if d, err := Managed(t.Context(), "d.pid"); d != nil || err != nil {
		t.Errorf("without a manager: %+v, %v", d, err)
	}
}
