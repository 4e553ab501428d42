package packaging_test

import (
	"fmt"
	"os"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// life says which daemon runs after a verb.
type life string

const (
	none  life = "none"
	same  life = "the same"
	fresh life = "a new one"
)

// result is what a verb has to come to.
type result struct {
	Code int
	Life life
}

// verbs are the columns of the table below.
var verbs = []string{"status", "start", "stop", "restart", "try-restart", "reload", "force-reload"}

// situation is a state in which the service is found: a row of the table. Any of its fields may be nil.
type situation struct {
	name   string
	set    func(m *machine)       // brings it about
	uid    int                    // who gives the verb
	others func(m *machine) []int // starts processes that no verb may touch
	after  func(m *machine) error // what else has to hold
	want   [7]result              // in the order of verbs
}

// What holds where no daemon runs, and where one does.
var (
	whenStopped = [7]result{{3, none}, {0, fresh}, {0, none}, {0, fresh}, {0, none}, {7, none}, {0, fresh}}
	whenStale   = [7]result{{1, none}, {0, fresh}, {0, none}, {0, fresh}, {0, none}, {7, none}, {0, fresh}}
	whenRunning = [7]result{{0, same}, {0, same}, {0, none}, {0, fresh}, {0, fresh}, {0, same}, {0, fresh}}
	whenBarred  = [7]result{{3, none}, {1, none}, {0, none}, {1, none}, {0, none}, {7, none}, {1, none}}
)

func situations() []situation {
	list := []situation{
		{name: "stopped", want: whenStopped},
		{name: "running", set: running, want: whenRunning},
		{name: "killed", set: killed, want: whenStale},
		{
			name: "pid reused by a stranger",
			set:  killed,
			others: func(m *machine) []int {
				pid := m.background("sleep 1000")
				m.write(pidfilePath, fmt.Sprintln(pid))
				return []int{pid}
			},
			want: whenStale,
		},
		{
			name: "pidfile is a symlink",
			set: func(m *machine) {
				m.write("/etc/precious", "precious\n")
				m.must("mkdir", "/run/ship-it")
				m.must("ln", "-s", "/etc/precious", pidfilePath)
			},
			after: func(m *machine) error {
				if got := m.read("/etc/precious"); got != "precious\n" {
					return fmt.Errorf("the link's target was overwritten: %q", got)
				}
				return nil
			},
			// A start refuses it, a stop removes the link.
			want: [7]result{{1, none}, {1, none}, {0, none}, {0, fresh}, {0, none}, {7, none}, {0, fresh}},
		},
		{
			name: "pidfile is a directory",
			set:  func(m *machine) { m.must("mkdir", "-p", pidfilePath) },
			want: [7]result{{4, none}, {1, none}, {0, none}, {1, none}, {0, none}, {7, none}, {1, none}},
		},
		{
			name: "directory of the pidfile is missing",
			set:  func(m *machine) { m.write(defaultPath, "PIDFILE=/run/missing/too/ship-it.pid\n") },
			want: whenBarred,
		},
		{
			name: "directory of the pidfile is read-only",
			set: func(m *machine) {
				m.must("mkdir", "/run/ro")
				m.must("mount", "-t", "tmpfs", "-o", "ro", "none", "/run/ro")
				m.write(defaultPath, "PIDFILE=/run/ro/ship-it.pid\n")
			},
			want: whenBarred,
		},
		{
			name: "pidfile was deleted",
			set: func(m *machine) {
				running(m)
				m.remove(pidfilePath)
			},
			want: whenRunning,
		},
		{
			name: "pidfile was emptied",
			set: func(m *machine) {
				running(m)
				m.write(pidfilePath, "")
			},
			want: whenRunning,
		},
		{
			name: "anybody can write the pidfile of root",
			set: func(m *machine) {
				asRoot(m)
				running(m)
				m.must("chmod", "0666", pidfilePath)
			},
			after: func(m *machine) error {
				if m.exists(pidfilePath) && m.must("stat", "-c", "%a", pidfilePath) != "644" {
					return fmt.Errorf("anybody still can")
				}
				return nil
			},
			want: whenRunning,
		},
		{
			name: "anybody can write the pidfile",
			set: func(m *machine) {
				running(m)
				m.must("chmod", "0666", pidfilePath)
			},
			want: whenRunning,
		},
		{name: "stopped, and root", set: asRoot, want: whenStopped},
		{
			name: "running as root",
			set: func(m *machine) {
				asRoot(m)
				running(m)
			},
			want: whenRunning,
		},
		{
			name: "killed as root, and now a user",
			set: func(m *machine) {
				asRoot(m)
				killed(m)
				m.write(defaultPath, "")
			},
			want: whenStale,
		},
		{
			name: "killed as a user, and now root",
			set: func(m *machine) {
				killed(m)
				m.must("chown", "root", logPath)
				asRoot(m)
			},
			want: whenStale,
		},
		{name: "started by hand", set: byHand, want: whenRunning},
		{
			name: "started by hand, and killed",
			set: func(m *machine) {
				byHand(m)
				m.kill("KILL", m.running())
			},
			want: whenStale,
		},
		{
			name: "no such user",
			set:  func(m *machine) { m.write(defaultPath, "USER=nosuch\n") },
			want: whenBarred,
		},
		{
			name: "program replaced while it ran",
			set: func(m *machine) {
				running(m)
				m.must("cp", binaryPath, binaryPath+".new")
				m.must("mv", binaryPath+".new", binaryPath)
			},
			want: whenRunning,
		},
		{
			name:   "somebody tries out the box at the bench",
			others: func(m *machine) []int { return []int{m.bench()} },
			want:   whenBarred,
		},
		{
			name:   "a killed daemon's box is tried out at the bench",
			set:    killed,
			others: func(m *machine) []int { return []int{m.bench()} },
			want:   [7]result{{1, none}, {1, none}, {0, none}, {1, none}, {0, none}, {7, none}, {1, none}},
		},
		{
			name: "no configuration",
			set:  func(m *machine) { m.remove(configPath) },
			want: [7]result{{3, none}, {6, none}, {0, none}, {6, none}, {0, none}, {7, none}, {6, none}},
		},
		{
			name: "a mistake in the configuration of a running box",
			set: func(m *machine) {
				running(m)
				m.write(configPath, "broken\n")
			},
			// It goes on with what it has read; only a stop stops it.
			want: [7]result{{0, same}, {0, same}, {0, none}, {6, same}, {6, same}, {0, same}, {6, same}},
		},
		{
			name: "not root, stopped",
			uid:  65534,
			want: [7]result{{3, none}, {4, none}, {4, none}, {4, none}, {4, none}, {4, none}, {4, none}},
		},
		{
			name: "not root, running",
			set:  running,
			uid:  65534,
			want: [7]result{{0, same}, {4, same}, {4, same}, {4, same}, {4, same}, {4, same}, {4, same}},
		},
		{
			name: "not root, killed",
			set:  killed,
			uid:  65534,
			want: [7]result{{1, none}, {4, none}, {4, none}, {4, none}, {4, none}, {4, none}, {4, none}},
		},
		{
			name: "not root, pidfile is empty",
			set:  func(m *machine) { m.write(pidfilePath, "") },
			uid:  65534,
			want: [7]result{{4, none}, {4, none}, {4, none}, {4, none}, {4, none}, {4, none}, {4, none}},
		},
		{
			name: "not installed",
			set:  func(m *machine) { m.remove(binaryPath) },
			want: [7]result{{4, none}, {5, none}, {0, none}, {5, none}, {5, none}, {5, none}, {5, none}},
		},
		{
			name: "program removed while it ran",
			set: func(m *machine) {
				running(m)
				m.remove(binaryPath)
			},
			want: [7]result{{4, same}, {5, same}, {0, none}, {5, same}, {5, same}, {5, same}, {5, same}},
		},
	}
	for _, text := range []string{"", "garbage\n", "-1\n", "0\n", "1\n"} {
		list = append(list, situation{
			name: fmt.Sprintf("pidfile says %q", text),
			set:  func(m *machine) { m.write(pidfilePath, text) },
			want: whenStale,
		})
	}
	return list
}

func running(m *machine) {
	m.t.Helper()
	if a := m.service("start"); a.code != 0 {
		m.t.Fatalf("start: exit %d\n%s", a.code, a.text)
	}
}

// asRoot has the daemon stay root.
func asRoot(m *machine) {
	m.t.Helper()
	m.write(defaultPath, "USER=root\n")
}

// byHand starts the daemon without the init script.
func byHand(m *machine) {
	m.t.Helper()
	m.must(binaryPath, "-d", "--chip", m.daemon.chip)
}

// killed leaves a pidfile and driven outputs behind.
func killed(m *machine) {
	m.t.Helper()
	running(m)
	m.kill("KILL", m.running())
	if !m.exists(pidfilePath) || !m.driven() {
		m.t.Fatal("a killed daemon left nothing behind")
	}
}

// Each verb in each state that a service can be found in.
func TestVerbs(t *testing.T) {
	t.Parallel()
	for _, s := range situations() {
		for i, verb := range verbs {
			t.Run(s.name+"/"+verb, func(t *testing.T) {
				t.Parallel()
				checkVerb(bootInstalled(t, program()), s, verb, s.want[i])
			})
		}
	}
}

func checkVerb(m *machine, s situation, verb string, want result) {
	m.t.Helper()
	if s.set != nil {
		s.set(m)
	}
	var others []int
	if s.others != nil {
		others = s.others(m)
	}
	before := m.running(others...)
	a := m.runAs(s.uid, scriptPath, verb)
	if want.Life == none {
		// A daemon that could not start may need a moment more to be gone than its caller to say so.
		waitFor(m.t, "no daemon after: "+a.text, func() bool { return m.running(others...) == 0 })
	}
	after := m.running(others...)

	got := result{Code: a.code, Life: fresh}
	switch after {
	case 0:
		got.Life = none
	case before:
		got.Life = same
	}
	if diff := cmp.Diff(want, got); diff != "" {
		m.t.Errorf("-want +got:\n%s\nit said:\n%s", diff, a.text)
	}
	for _, pid := range others {
		if !m.alive(pid) {
			m.t.Errorf("process %d had nothing to do with it, and is gone", pid)
		}
	}
	if got.Life == fresh {
		if text := m.read(pidfilePath); text != strconv.Itoa(after)+"\n" {
			m.t.Errorf("pidfile of %d: %q", after, text)
		}
	}
	if verb == "stop" && want.Code == 0 {
		checkNothingLeft(m)
	}
	if s.after != nil {
		if err := s.after(m); err != nil {
			m.t.Error(err)
		}
	}
}

// checkNothingLeft looks for what a stop has to take away.
func checkNothingLeft(m *machine) {
	m.t.Helper()
	for _, path := range []string{pidfilePath, byHandPath} {
		if info, err := os.Lstat(m.path(path)); err == nil && !info.IsDir() {
			m.t.Errorf("%s is left", path)
		}
	}
	if m.driven() && len(m.processes("ship-it")) == 0 { // else they are a run's at the bench
		m.t.Error("outputs are still driven")
	}
}
