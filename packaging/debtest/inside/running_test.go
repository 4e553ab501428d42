package inside_test

import (
	"fmt"
	"strings"
	"syscall"
	"testing"
)

// startBox installs the package with the program that has a chip in memory in
// the place of its own, and starts the service. It stays root, whose files that
// chip's are; TestBooted... has the service's own user.
func startBox(t *testing.T) int {
	t.Helper()
	runlevel(t)
	must(t, "dpkg-divert", "--quiet", "--local", "--rename", "--divert", program+".real", "--add", program)
	must(t, "install", virtual, program)
	must(t, "dpkg", "-i", newDeb)
	write(t, defaults, "CHIP=virtual:/tmp/chip\nUSER=root\n", 0o644)
	configure(t)
	want(t, 0, []string{"Starting launch box: ship-it."}, "service", "ship-it", "start")
	return wantBox(t)
}

// An upgrade, a downgrade and a reinstall each end the old box before the new
// one begins, and a removal and a purge leave none.
func TestLifeSysvinitRunning(t *testing.T) {
	old := startBox(t)
	for _, step := range []string{newerDeb, newDeb, newDeb} {
		want(t, 0, []string{"Stopping launch box: ship-it.", "Starting launch box: ship-it."}, "dpkg", "--force-confold", "-i", step)
		pid := wantBox(t)
		if pid == old {
			t.Errorf("%s: the old box goes on", step)
		}
		old = pid
	}
	want(t, 0, []string{"Stopping launch box: ship-it."}, "dpkg", "--remove", "ship-it")
	wantNoBox(t)
	for _, file := range []string{pidfile, "/tmp/chip.driven"} {
		if exists(file) {
			t.Errorf("%s is left", file)
		}
	}
	if !exists(logfile) || !exists(config) || !exists(journalled) {
		t.Error("a removal took log, journal or configuration away")
	}
	want(t, 0, []string{"Starting launch box: ship-it."}, "dpkg", "-i", newDeb)
	wantBox(t)
	must(t, "dpkg", "--purge", "ship-it")
	wantNoBox(t)
	for _, file := range []string{"/etc/ship-it", "/run/ship-it", journalled, logfile, script, defaults} {
		if exists(file) {
			t.Errorf("%s is left after a purge", file)
		}
	}
}

// An upgrade that breaks off at a question leaves the package unpacked, and dpkg removes such a one without asking
// prerm: the box is ended all the same.
func TestLifeSysvinitBrokenOff(t *testing.T) {
	startBox(t)
	want(t, 1, []string{"end of file on stdin at conffile prompt"}, "dpkg", "-i", newerDeb)
	wantBox(t)
	must(t, "dpkg", "--purge", "ship-it")
	wantNoBox(t)
	if exists("/tmp/chip.driven") {
		t.Error("outputs are left driven")
	}
}

// Whoever has stopped the box finds it stopped after an upgrade; one that has
// crashed is started again.
func TestLifeSysvinitStopped(t *testing.T) {
	pid := startBox(t)
	must(t, "service", "ship-it", "stop")
	want(t, 0, []string{"!Starting"}, "dpkg", "--force-confold", "-i", newerDeb)
	wantNoBox(t)
	must(t, "service", "ship-it", "start")
	if err := syscall.Kill(wantBox(t), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	eventually(t, "no box", func() bool { return len(boxes(t)) == 0 })
	want(t, 1, []string{"ship-it is dead, but " + pidfile + " is there"}, "service", "ship-it", "status")
	must(t, "dpkg", "--force-confold", "-i", newerDeb)
	if wantBox(t) == pid {
		t.Error("the old box goes on")
	}
}

// A mistake that was made while the box ran doesn't end it at an upgrade.
func TestLifeSysvinitMistakeMadeLater(t *testing.T) {
	pid := startBox(t)
	write(t, config, "nonsense = 1\n", 0o644)
	words := []string{config + ":1", "the configuration has a mistake, so it did not restart"}
	want(t, 0, words, "dpkg", "--force-confold", "-i", newerDeb)
	if got := wantBox(t); got != pid {
		t.Errorf("pid %d, want %d, which has a good configuration", got, pid)
	}
}

// What keeps the service from starting is named, with what to do about it.
func TestLifeSysvinitBadInput(t *testing.T) {
	startBox(t)
	must(t, "service", "ship-it", "stop")
	chip := read(t, defaults)
	fails := func(what string, code int, words ...string) {
		t.Helper()
		want(t, code, append(words, "Starting launch box: ship-it failed!"), "service", "ship-it", "start")
		wantNoBox(t)
		want(t, 3, nil, "service", "ship-it", "status")
		if t.Failed() {
			t.Logf("that was with %s", what)
		}
	}
	write(t, defaults, "USER=root\n", 0o644)
	fails("no chip", 1, "no GPIO chip")
	write(t, defaults, chip, 0o644)
	must(t, "chmod", "0644", token)
	fails("a token for everybody", 6, config+":4: [teamcity] token_file: can be read by others", "chmod")
	must(t, "chmod", "0600", token)
	must(t, "chmod", "0666", config)
	fails("a configuration that everybody may write", 6, config, "chmod")
	must(t, "chmod", "0644", config)
	must(t, "mount", "-t", "tmpfs", "-o", "ro", "readonly", "/var/log")
	fails("a log on a file system that is read-only", 1, "read-only file system", "--logfile none")
	write(t, defaults, chip+"LOGFILE=none\n", 0o644)
	want(t, 0, nil, "service", "ship-it", "start")
	wantBox(t)
	want(t, 0, nil, "service", "ship-it", "stop")
	must(t, "umount", "/var/log")
	write(t, config, "nonsense = 1\n", 0o644)
	fails("a mistake", 6, config+":1", "nonsense")
	configure(t)
	write(t, defaults, chip, 0o644)
	want(t, 0, nil, "service", "ship-it", "start")
	want(t, 0, []string{fmt.Sprintf("process already running (pid %d)", wantBox(t))}, "service", "ship-it", "start")
	if strings.Contains(read(t, logfile), "panic") {
		t.Error(read(t, logfile))
	}
}

// A user that isn't there is named, by the service and by -d, and what the hint
// says makes him.
func TestLifeSysvinitNoUser(t *testing.T) {
	startBox(t)
	must(t, "service", "ship-it", "stop")
	must(t, "install", "-d", "-m", "0777", "/tmp/open") // the chip's files
	write(t, defaults, "CHIP=virtual:/tmp/open/chip\nUSER=nobodyhere\n", 0o644)
	must(t, "groupdel", "gpio")
	const remedy = "groupadd -f --system gpio && useradd --system --groups gpio,audio"
	words := []string{
		"ship-it: there is no such user: nobodyhere",
		"ship-it: hint: make him: " + remedy + ", and the name; or stay root: USER=root in /etc/default/ship-it",
	}
	want(t, 1, append(words, "Starting launch box: ship-it failed!"), "service", "ship-it", "start")
	byHand := []string{program, "-d", "--user", "nobodyhere", "--chip", "virtual:/tmp/open/chip", "--pidfile", pidfile}
	want(t, 1, words, byHand...)
	wantNoBox(t)
	want(t, 3, nil, "service", "ship-it", "status")

	must(t, "sh", "-c", remedy+" nobodyhere")
	want(t, 0, []string{"Starting launch box: ship-it."}, "service", "ship-it", "start")
	uid := strings.TrimSpace(must(t, "id", "-u", "nobodyhere"))
	if status := read(t, fmt.Sprintf("/proc/%d/status", wantBox(t))); !strings.Contains(status, "Uid:\t"+uid+"\t"+uid) {
		t.Errorf("the box isn't nobodyhere (%s):\n%s", uid, status)
	}
	want(t, 0, nil, "service", "ship-it", "stop")
	want(t, 0, nil, byHand...)
	wantBox(t)
	want(t, 0, nil, program, "stop")
}
