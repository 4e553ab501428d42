package packaging_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// What the script says, and the exit codes that are its own.
func TestWords(t *testing.T) {
	t.Parallel()
	usage := "Usage: " + scriptPath + " {start|stop|restart|try-restart|reload|force-reload|status}\n"
	tests := []struct {
		name string
		set  func(m *machine)
		args []string
		code int
		want string // a regular expression for all that is said
	}{
		{name: "no verb", code: 3, want: regexp.QuoteMeta(usage)},
		{name: "unknown verb", args: []string{"frob"}, code: 3, want: regexp.QuoteMeta(usage)},
		{name: "two verbs", args: []string{"stop", "start"}, code: 2, want: "ship-it: too many arguments\n"},
		{name: "first start", args: []string{"start"}, want: "Starting launch box: ship-it\\.\n"},
		{
			name: "second start", set: running, args: []string{"start"},
			want: "ship-it: process already running \\(pid \\d+\\)\n(ship-it: hint: .*\n)?Starting launch box: ship-it\\.\n",
		},
		{
			name: "second start without a pidfile",
			set: func(m *machine) {
				running(m)
				m.remove(pidfilePath)
			},
			args: []string{"start"},
			want: "ship-it: line \\d+ .*\n(ship-it: hint: .*\n)?ship-it: process already running\nStarting launch box: ship-it\\.\n",
		},
		{
			name: "start without a configuration",
			set:  func(m *machine) { m.remove(configPath) },
			args: []string{"start"}, code: 6,
			want: "ship-it: .*config.toml: .*\nStarting launch box: ship-it failed!\n",
		},
		{
			name: "start with options that it doesn't know",
			set:  func(m *machine) { m.write(defaultPath, "DAEMONARGS=--frob\n") },
			args: []string{"start"}, code: 2, want: "ship-it: .*frob\n(ship-it: hint: .*\n)?Starting launch box: ship-it failed!\n",
		},
		{
			name: "start with a value that is empty",
			set:  func(m *machine) { m.write(defaultPath, "CHIP=\n") },
			args: []string{"start"}, code: 2, want: "ship-it: --chip is empty\n(ship-it: hint: .*\n)?Starting launch box: ship-it failed!\n",
		},
		{
			name: "start with options that say otherwise",
			set:  func(m *machine) { m.write(defaultPath, "DAEMONARGS='--user nobodyhere'\n") },
			args: []string{"start"}, code: 1, want: "ship-it: there is no such user: nobodyhere\n(ship-it: hint: .*\n)?Starting launch box: ship-it failed!\n",
		},
		{
			name: "start of a program that can't be run here",
			set: func(m *machine) {
				m.write(binaryPath, "\x7fELF of another kind of machine")
				m.must("chmod", "0755", binaryPath)
			},
			args: []string{"start"}, code: 1, want: "(?s).*Starting launch box: ship-it failed!\n",
		},
		{name: "stop", set: running, args: []string{"stop"}, want: "Stopping launch box: ship-it\\.\n"},
		{
			name: "restart", set: running, args: []string{"restart"},
			want: "Stopping launch box: ship-it\\.\nStarting launch box: ship-it\\.\n",
		},
		{name: "reload", set: running, args: []string{"reload"}, want: "Reopening the log of launch box: ship-it\\.\n"},
		{name: "status", set: running, args: []string{"status"}, want: "ship-it is running\\.\n"},
		{name: "status, stopped", args: []string{"status"}, code: 3, want: "ship-it is not running .* failed!\n"},
		{
			name: "status, killed", set: killed, args: []string{"status"}, code: 1,
			want: "ship-it is dead, but /run/ship-it/ship-it.pid is there .* failed!\n",
		},
		{
			name: "not installed", set: func(m *machine) { m.remove(binaryPath) }, args: []string{"start"},
			code: 5, want: "ship-it: /usr/local/sbin/ship-it is not installed\n",
		},
		{
			name: "no defaults", set: func(m *machine) { m.remove(defaultPath) }, args: []string{"start"},
			want: "Starting launch box: ship-it\\.\n",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := bootInstalled(t, program())
			if tt.set != nil {
				tt.set(m)
			}
			a := m.run(append([]string{scriptPath}, tt.args...)...)
			if a.code != tt.code || !regexp.MustCompile("^"+tt.want+"$").MatchString(a.text) {
				t.Errorf("exit %d, want %d; it said:\n%s\nwant:\n%s", a.code, tt.code, a.text, tt.want)
			}
		})
	}
}

// A daemon that doesn't obey is killed in the end, and what it left is tidied up.
func TestStopKills(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"with its pidfile", "without its pidfile"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := bootInstalled(t, standIn())
			m.write(defaultPath, "RETRY=TERM/1/KILL/5\n")
			running(m)
			if name == "without its pidfile" {
				m.remove(pidfilePath)
			}
			m.kill("STOP", m.running())
			if a := m.service("stop"); a.code != 0 || m.running() != 0 {
				t.Errorf("exit %d, pid %d; it said:\n%s", a.code, m.running(), a.text)
			}
			checkNothingLeft(m)
		})
	}
}

// After a crash a stop has nothing to stop, but to tidy up.
func TestStopReleases(t *testing.T) {
	t.Parallel()
	m := bootInstalled(t, standIn())
	killed(m)
	if a := m.service("stop"); a.code != 0 {
		t.Errorf("exit %d; it said:\n%s", a.code, a.text)
	}
	checkNothingLeft(m)
}

// After a crash a start that fails gives the lines back, too.
func TestFailedStartReleases(t *testing.T) {
	t.Parallel()
	m := bootInstalled(t, standIn())
	killed(m)
	m.write(defaultPath, "LOGFILE=/missing/ship-it.log\n")
	if a := m.service("start"); a.code != 1 {
		t.Errorf("exit %d; it said:\n%s", a.code, a.text)
	}
	if m.driven() {
		t.Error("outputs are still driven")
	}
}

// A release that can't be done says so.
func TestStopSaysWhyOutputsStayDriven(t *testing.T) {
	t.Parallel()
	m := bootInstalled(t, standIn())
	killed(m)
	m.remove(configPath)
	a := m.service("stop")
	if a.code != 0 || !strings.Contains(a.text, "config.toml: no such file") {
		t.Errorf("exit %d; it said:\n%s", a.code, a.text)
	}
}

func TestTwentyStartsAtOnce(t *testing.T) {
	t.Parallel()
	for _, state := range []struct {
		name   string
		daemon daemon
		set    func(m *machine)
	}{
		{"stand-in, stopped", standIn(), func(*machine) {}},
		{"stand-in, killed", standIn(), killed},
		{"ship-it, stopped", program(), func(*machine) {}},
		{"ship-it, killed", program(), killed},
	} {
		t.Run(state.name, func(t *testing.T) {
			t.Parallel()
			m := bootInstalled(t, state.daemon)
			state.set(m)
			var starts sync.WaitGroup
			for range 20 {
				starts.Go(func() {
					if a := m.service("start"); a.code != 0 {
						t.Errorf("exit %d; it said:\n%s", a.code, a.text)
					}
				})
			}
			starts.Wait()
			if m.running() == 0 {
				t.Error("none runs")
			}
		})
	}
}

// A daemon on its way out still runs, but nobody who starts the service wants that one.
func TestStartWaitsForOneThatEnds(t *testing.T) {
	t.Parallel()
	m := bootInstalled(t, standIn())
	m.write(configPath, "linger\n")
	running(m)
	before := m.running()
	m.kill("TERM", before)
	waitFor(t, "the pidfile says that it ends", func() bool {
		return strings.HasSuffix(m.read(pidfilePath), "\nending\n")
	})
	a := m.service("start")
	if after := m.running(); a.code != 0 || after == 0 || after == before {
		t.Errorf("exit %d, pid %d, before %d; it said:\n%s", a.code, after, before, a.text)
	}
}

// The script serves another program when its variables are changed, and nothing else.
func TestReuse(t *testing.T) {
	t.Parallel()
	m := bootInstalled(t, standIn())
	script := m.read(scriptPath)
	script = strings.Replace(script, "NAME=ship-it\n", "NAME=other\n", 1)
	script = strings.Replace(script, "DAEMON="+binaryPath+"\n", "DAEMON=/usr/local/sbin/other\n", 1)
	m.must("mv", binaryPath, "/usr/local/sbin/other")
	m.write("/etc/init.d/other", script)
	m.must("chmod", "0755", "/etc/init.d/other")
	m.write("/etc/other/config.toml", "")
	for _, step := range []struct {
		verb string
		code int
	}{{"status", 3}, {"start", 0}, {"status", 0}, {"restart", 0}, {"reload", 0}, {"stop", 0}, {"status", 3}} {
		if a := m.run("service", "other", step.verb); a.code != step.code {
			t.Errorf("%s: exit %d, want %d; it said:\n%s", step.verb, a.code, step.code, a.text)
		}
		if n := len(m.processes("other")); step.verb == "start" && (n != 1 || !m.exists("/run/other/other.pid")) {
			t.Errorf("after start: %d processes, pidfile %t", n, m.exists("/run/other/other.pid"))
		}
	}
}

// systemd makes a unit of the script. It has to know the pidfile, or it takes a killed daemon for a
// running one, and the usage has to name reload, or it offers none.
func TestSystemdUnit(t *testing.T) {
	t.Parallel()
	const generator = "/usr/lib/systemd/system-generators/systemd-sysv-generator"
	if _, err := os.Stat(generator); err != nil {
		t.Skip("no generator of systemd (Debian's package systemd before version 260): ", err)
	}
	dir := t.TempDir()
	script, err := os.ReadFile("ship-it.init")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "ship-it"), script, 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(generator, dir, dir, dir)
	cmd.Env = append(os.Environ(), "SYSTEMD_SYSVINIT_PATH="+dir, "SYSTEMD_LOG_TARGET=console")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	unit, err := os.ReadFile(filepath.Join(dir, "ship-it.service"))
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"PIDFile=/run/ship-it/ship-it.pid", "RemainAfterExit=no", "ExecReload=" + dir + "/ship-it reload"} {
		if !strings.Contains(string(unit), line+"\n") {
			t.Errorf("no %s in:\n%s", line, unit)
		}
	}
}
