package inside_test

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
)

// The service on a machine with sysvinit as PID 1, which has started it at
// boot, through every verb and an upgrade. At the end it is left armed, for the
// witness to look at once the machine has stopped it.
func TestBootedSysvinit(t *testing.T) {
	m := boot(t, logFiles)
	m.step("boot", func(m *machine) {
		if exe, err := os.Readlink("/proc/1/exe"); err != nil || !strings.HasSuffix(exe, "/sbin/init") {
			m.Errorf("PID 1 is %s (%v)", exe, err)
		}
		want(m.T, 0, []string{"ship-it is running"}, "service", "ship-it", "status")
		m.wantUser(wantBox(m.T))
		m.wantLines(true)
	})
	m.step("press", (*machine).launch)
	m.step("verbs", sysvinitVerbs)
	m.step("rotate", sysvinitRotates)
	m.step("kill", sysvinitKilled)
	m.step("mistake", sysvinitMistake)
	m.step("upgrade", func(m *machine) { m.upgrade(newerDeb, newer) })
	m.step("press after the upgrade", (*machine).launch)
	m.step("remove and install", func(m *machine) {
		want(m.T, 0, []string{"Stopping launch box: ship-it."}, "dpkg", "--remove", "ship-it")
		wantNoBox(m.T)
		m.wantLines(false)
		want(m.T, 0, []string{"Starting launch box: ship-it."}, "dpkg", "-i", newerDeb)
		wantBox(m.T)
	})
	m.step("leave it armed", func(m *machine) {
		m.arm()
		m.wantLines(true)
	})
}

// logFiles is the log with all that was rotated.
func logFiles(t *testing.T) string {
	t.Helper()
	return must(t, "sh", "-c", "zcat -f "+logfile+"*")
}

// sysvinitVerbs goes through the table of verbs and exit codes.
func sysvinitVerbs(m *machine) {
	pid := wantBox(m.T)
	verb := func(code int, verb string, words ...string) {
		m.Helper()
		want(m.T, code, words, "service", "ship-it", verb)
	}
	same := func() {
		m.Helper()
		if got := wantBox(m.T); got != pid {
			m.Errorf("the box's pid is %d, want %d", got, pid)
		}
	}
	other := func() {
		m.Helper()
		got := wantBox(m.T)
		if got == pid {
			m.Errorf("the box's pid is still %d", got)
		}
		pid = got
		m.wantLines(true)
	}
	running := fmt.Sprintf("process already running (pid %d)", pid)
	verb(0, "start", running)
	want(m.T, 0, []string{running}, program, "-d")
	want(m.T, 1, []string{"ship-it"}, program) // in the foreground, beside it
	verb(0, "reload", "Reopening the log of launch box: ship-it.")
	same()
	if state, as, got := m.status(); state != "running" || as != "daemon" || got != pid {
		m.Errorf("ship-it status: %s as %s, pid %d", state, as, got)
	}
	for _, word := range []string{"restart", "force-reload", "try-restart"} {
		verb(0, word, "Stopping launch box: ship-it.", "Starting launch box: ship-it.")
		other()
	}
	verb(3, "frob", "Usage: ")
	want(m.T, 3, []string{"Usage: "}, script)
	want(m.T, 2, []string{"too many arguments"}, script, "start", "now")
	nobody := []string{"setpriv", "--reuid=nobody", "--clear-groups", script}
	want(m.T, 0, []string{"ship-it is running"}, append(nobody, "status")...)
	want(m.T, 4, []string{"only root can stop it (sudo service ship-it stop)"}, append(nobody, "stop")...)
	same()
	m.wantShown()

	verb(0, "stop", "Stopping launch box: ship-it.")
	wantNoBox(m.T)
	m.wantLines(false)
	if exists(socket) {
		m.Error("the socket is left")
	}
	verb(0, "stop", "Stopping launch box: ship-it.")
	verb(3, "status", "ship-it is not running")
	verb(7, "reload")
	verb(0, "try-restart")
	wantNoBox(m.T)
	verb(0, "restart", "Starting launch box: ship-it.")
	other()
	want(m.T, 0, []string{fmt.Sprintf("ship-it (pid %d) has ended", pid)}, program, "stop")
	m.wantLines(false)
	verb(0, "start", "Starting launch box: ship-it.")
	wantBox(m.T)
}

// sysvinitRotates forces two rotations: the box goes over to the new log, which
// is its user's, and no line is lost.
func sysvinitRotates(m *machine) {
	var before, after syscall.Stat_t
	for _, old := range []string{".1", ".2.gz"} {
		m.arm()
		armed := m.told("Armed")
		if err := syscall.Stat(logfile, &before); err != nil {
			m.Fatal(err)
		}
		must(m.T, "logrotate", "--force", "/etc/logrotate.d/ship-it")
		if err := syscall.Stat(logfile, &after); err != nil {
			m.Fatal(err)
		}
		if before.Ino == after.Ino || after.Mode != syscall.S_IFREG|0o640 || after.Uid != before.Uid || after.Uid == 0 || !exists(logfile+old) {
			m.Errorf("before the rotation %+v, after it %+v", before, after)
		}
		if got := m.told("Armed"); got != armed {
			m.Errorf("after the rotation it was armed %d times, before it %d", got, armed)
		}
		m.arm()
		if !strings.Contains(read(m.T, logfile), "Armed") {
			m.Errorf("the new log:\n%s", read(m.T, logfile))
		}
	}
}

// sysvinitKilled: nothing starts it again by itself. The script knows, gives
// the lines back at a stop, and starts it.
func sysvinitKilled(m *machine) {
	gone := func() {
		m.Helper()
		m.kill(wantBox(m.T))
		eventually(m.T, "no box", func() bool { return len(boxes(m.T)) == 0 })
		want(m.T, 1, []string{"ship-it is dead, but " + pidfile + " is there"}, "service", "ship-it", "status")
		want(m.T, 1, []string{"dead"}, program, "status")
	}
	m.arm() // its lamps are on
	gone()
	want(m.T, 0, []string{"Starting launch box: ship-it."}, "service", "ship-it", "start")
	wantBox(m.T)
	m.wantLines(true)
	gone()
	want(m.T, 0, []string{"Stopping launch box: ship-it."}, "service", "ship-it", "stop")
	want(m.T, 3, nil, "service", "ship-it", "status")
	m.wantLines(false)
	must(m.T, "service", "ship-it", "start")
}

// sysvinitMistake: a mistake costs no running box, keeps one from starting, is
// told with its line, also in the log, and once repaired it starts.
func sysvinitMistake(m *machine) {
	pid := wantBox(m.T)
	write(m.T, config, "nonsense = 1\n", 0o644)
	want(m.T, 6, []string{config + ":1", "Restarting launch box: ship-it failed!"}, "service", "ship-it", "restart")
	if got := wantBox(m.T); got != pid {
		m.Errorf("the box's pid is %d, want %d", got, pid)
	}
	must(m.T, "service", "ship-it", "stop")
	want(m.T, 6, []string{config + ":1", "nonsense", "Starting launch box: ship-it failed!"}, "service", "ship-it", "start")
	want(m.T, 3, nil, "service", "ship-it", "status")
	m.logged(config+":1", 1)
	configure(m.T)
	must(m.T, "service", "ship-it", "start")
	wantBox(m.T)
}
