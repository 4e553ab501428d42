package inside_test

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"ship-it.example/gpio/gpiosim"
)

// The service on a machine with systemd, which has started it at boot: with all
// of its hardening on a GPIO chip, through faults and an upgrade, and with the
// init script alone. At the end it is left armed, for the witness to look at
// once the machine has stopped it.
//
// Debian's service asks systemd about every socket before a start or a stop,
// which takes most of a minute here: so that is used where it is the point, and
// else systemctl.
func TestBootedSystemd(t *testing.T) {
	m := boot(t, journal)
	m.step("boot", func(m *machine) {
		eventually(m.T, "the service", func() bool { return m.property("ActiveState") == "active" })
		pid := wantBox(m.T)
		if got := m.property("MainPID"); got != strconv.Itoa(pid) {
			m.Errorf("MainPID is %s, want %d", got, pid)
		}
		m.wantUser(pid)
		m.wantLines(true)
	})
	m.step("press", systemdPress)
	m.step("journal", systemdJournal)
	m.step("one truth", systemdOneTruth)
	m.step("exposure", systemdExposure)
	m.step("kill", systemdKilled)
	m.step("watchdog", systemdWatchdog)
	m.step("mistake", systemdMistake)
	m.step("upgrade", func(m *machine) { m.upgrade(newerDeb, newer) })
	m.step("press after the upgrade", (*machine).launch)
	m.step("script alone", systemdScriptAlone)
	m.step("purge", func(m *machine) {
		must(m.T, "dpkg", "--purge", "ship-it")
		wantNoBox(m.T)
		m.wantLines(false)
	})
	m.step("from the older program", systemdOlder)
	m.step("leave it armed", func(m *machine) {
		m.arm()
		m.wantLines(true)
	})
}

// journal is the service's, without the journal's stamps.
func journal(t *testing.T) string {
	t.Helper()
	return must(t, "journalctl", "--no-pager", "--quiet", "--boot", "--output=cat", "--unit=ship-it")
}

// property is what systemd says of the service.
func (m *machine) property(name string) string {
	m.Helper()
	return strings.TrimSpace(must(m.T, "systemctl", "show", "--value", "--property="+name, "ship-it"))
}

// systemdPress launches, and the alarm is played by a sound card: the sandbox
// lets it through.
func systemdPress(m *machine) {
	m.arm()
	m.press()
	eventually(m.T, "a sound", func() bool { return strings.Contains(read(m.T, "/proc/asound/card0/pcm0p/sub0/status"), "RUNNING") })
	m.logged("Triggered a build of Client Int", 1)
	m.wantRequests()
}

// systemdOneTruth: every other start says what runs already, and how; status
// knows it, and a stop by hand ends it for good.
func systemdOneTruth(m *machine) {
	pid := wantBox(m.T)
	if state, as, got := m.status(); state != "running" || as != "service" || got != pid {
		m.Errorf("ship-it status: %s as %s, pid %d", state, as, got)
	}
	words := []string{fmt.Sprintf("pid %d, as a service of systemd", pid)}
	want(m.T, 0, words, program, "status")
	m.wantShown()
	want(m.T, 0, words, program, "-d")
	want(m.T, 0, words, program, "-d", "--user", "ship-it")
	want(m.T, 1, []string{fmt.Sprint(pid)}, program)
	must(m.T, "systemctl", "start", "ship-it")
	want(m.T, 0, nil, "service", "ship-it", "status")
	if got := wantBox(m.T); got != pid {
		m.Errorf("the box's pid is %d, want %d", got, pid)
	}
	want(m.T, 0, words, program, "stop")
	eventually(m.T, "the end of the service", func() bool { return m.property("ActiveState") == "inactive" })
	wantNoBox(m.T)
	m.wantLines(false)
	if exists(socket) {
		m.Error("the socket is left")
	}
	want(m.T, 3, nil, "service", "ship-it", "status")
	want(m.T, 3, nil, program, "status")

	// A daemon by hand, and the service beside it.
	must(m.T, program, "-d", "--user", "ship-it")
	pid = wantBox(m.T)
	want(m.T, 1, nil, "systemctl", "start", "ship-it")
	m.logged(fmt.Sprintf("(pid %d)", pid), 1)
	must(m.T, "systemctl", "stop", "ship-it")
	if got := wantBox(m.T); got != pid {
		m.Errorf("the daemon's pid is %d, want %d", got, pid)
	}
	must(m.T, program, "stop")
	must(m.T, "systemctl", "start", "ship-it") // it returns when the lines are the box's
	m.wantLines(true)
}

// systemdJournal: the journal stamps the lines, the service doesn't.
func systemdJournal(m *machine) {
	if stamped := regexp.MustCompile(`(?m)^\[\d{4}-.*`).FindString(m.log()); stamped != "" {
		m.Errorf("a stamp beside the journal's: %q", stamped)
	}
	if m.told("pins have been initialized!") == 0 || exists(logfile) {
		m.Errorf("the log is not the journal alone:\n%s", m.log())
	}
}

// systemdExposure: systemd's own score of the running service.
func systemdExposure(m *machine) {
	said := must(m.T, "systemd-analyze", "security", "--no-pager", "ship-it.service")
	found := regexp.MustCompile(`Overall exposure level for ship-it.service: ([0-9.]+)`).FindStringSubmatch(said)
	if found == nil {
		m.Fatal(said)
	}
	if score, err := strconv.ParseFloat(found[1], 64); err != nil || score > 2 {
		m.Errorf("exposure %s, want 2.0 at most:\n%s", found[1], said)
	}
	m.Logf("exposure %s", found[1])
}

// another waits for a box that isn't that one.
func (m *machine) another(old int) int {
	m.Helper()
	var pids []int
	eventually(m.T, "another box", func() bool {
		pids = boxes(m.T)
		return len(pids) == 1 && pids[0] != old && m.held(pids[0])
	})
	return pids[0]
}

// systemdKilled: the lines are given back, by ExecStopPost, before the box is
// started again.
func systemdKilled(m *machine) {
	m.arm()
	pid := wantBox(m.T)
	m.kill(pid)
	eventually(m.T, "lines that were given back", func() bool { return m.lines(false) == nil })
	m.another(pid)
	if got := m.property("NRestarts"); got != "1" {
		m.Errorf("%s restarts, want 1", got)
	}
	m.wantLines(true)
}

// systemdWatchdog: a box that hangs is ended and started again. Its 30 s are
// made fewer here.
func systemdWatchdog(m *machine) {
	if got := m.property("WatchdogUSec"); got != "30s" {
		m.Errorf("the watchdog waits %s, want 30s", got)
	}
	const shorter = "/run/systemd/system/ship-it.service.d/shorter.conf"
	write(m.T, shorter, "[Service]\nWatchdogSec=8\nTimeoutAbortSec=1\n", 0o644)
	must(m.T, "systemctl", "daemon-reload")
	must(m.T, "systemctl", "restart", "ship-it")
	pid := wantBox(m.T)
	gpiosim.Rest(m.Context(), 17*time.Second)
	if got := wantBox(m.T); got != pid {
		m.Errorf("a box that does its work was ended: it has pid %d, and had %d", got, pid)
	}
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		m.Fatal(err)
	}
	m.another(pid)
	m.logged("Watchdog timeout", 1)
	if err := os.Remove(shorter); err != nil {
		m.Fatal(err)
	}
	must(m.T, "systemctl", "daemon-reload")
	must(m.T, "systemctl", "restart", "ship-it")
}

// systemdMistake: failed, with the mistake and its line in the journal and on
// the console, and no restart, until it is repaired.
func systemdMistake(m *machine) {
	write(m.T, config, "nonsense = 1\n", 0o644)
	want(m.T, 1, nil, "service", "ship-it", "restart")
	m.logged(config+":1", 1)
	gpiosim.Rest(m.Context(), 4*time.Second) // twice what a restart waits
	got := []string{m.property("ActiveState"), m.property("NRestarts"), m.property("ExecMainStatus")}
	if fmt.Sprint(got) != "[failed 0 6]" {
		m.Errorf("state, restarts and exit code: %v, want failed, 0 and 6", got)
	}
	if !strings.Contains(read(m.T, "/run/host/console"), config+":1") {
		m.Error("the console doesn't have the mistake")
	}
	m.wantLines(false)
	configure(m.T)
	must(m.T, "systemctl", "start", "ship-it")
	wantBox(m.T)
}

// systemdScriptAlone is a machine with the init script and no unit: systemd
// makes one of it. After a kill the service is no longer taken for one that
// runs, and a start starts it.
func systemdScriptAlone(m *machine) {
	must(m.T, "systemctl", "stop", "ship-it")
	must(m.T, "systemctl", "disable", "ship-it.service")
	must(m.T, "mv", unit, "/tmp/ship-it.service")
	must(m.T, "systemctl", "daemon-reload")
	must(m.T, "systemctl", "start", "ship-it")
	pid := wantBox(m.T)
	if got := m.property("SourcePath"); got != script {
		m.Errorf("the unit comes from %q, want %s", got, script)
	}
	want(m.T, 0, nil, "service", "ship-it", "status")
	m.wantLines(true)
	m.kill(pid)
	eventually(m.T, "a service that has failed", func() bool { return m.property("ActiveState") == "failed" })
	if r := do(m.T, "service", "ship-it", "status"); r.code == 0 {
		m.Errorf("status after a kill:\n%s", r.said)
	}
	must(m.T, "service", "ship-it", "start")
	if got := wantBox(m.T); got == pid {
		m.Errorf("pid %d was killed", got)
	}
	m.wantLines(true)
	must(m.T, "systemctl", "stop", "ship-it")
	wantNoBox(m.T)
	m.wantLines(false)
	must(m.T, "mv", "/tmp/ship-it.service", unit)
	must(m.T, "systemctl", "daemon-reload")
	must(m.T, "systemctl", "enable", "--now", "ship-it.service")
	wantBox(m.T)
}

// systemdOlder: the Python program's package goes over to this one. What systemd
// has made of its script is stopped, and the unit is this package's then.
func systemdOlder(m *machine) {
	buildOlder(m.T)
	must(m.T, "dpkg", "-i", olderDeb)
	must(m.T, "systemctl", "daemon-reload")
	must(m.T, "systemctl", "start", "ship-it")
	eventually(m.T, "the older box", func() bool { return len(olderBoxes(m.T)) == 1 })
	configure(m.T)
	words := []string{script + " of the older program is now " + keptAt, "!still runs", "!conffile"}
	want(m.T, 0, words, "sh", "-c", "dpkg -i "+newerDeb+" <&-")
	if pids := olderBoxes(m.T); len(pids) != 0 {
		m.Errorf("the older box runs on: %v", pids)
	}
	wantBox(m.T)
	if got := m.property("FragmentPath"); got == "" || !strings.HasSuffix(unit, got) || !exists(wanted) {
		m.Errorf("the unit is %s, want %s, and enabled", got, unit)
	}
}
