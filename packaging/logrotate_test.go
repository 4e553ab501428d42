package packaging_test

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"
	"time"
)

const logrotatePath = "/etc/logrotate.d/ship-it"

func (m *machine) rotate() {
	m.t.Helper()
	m.must("logrotate", "--force", "--state", "/var/lib/logrotate.state", logrotatePath)
}

// Two rotations while lines are written lose none of them, and the daemon goes over to the new log.
func TestLogrotateLosesNoLine(t *testing.T) {
	t.Parallel()
	m := bootInstalled(t, standIn())
	m.write(configPath, "chatter\n")
	running(m)
	for range 2 {
		waitFor(t, "more lines", func() bool { return strings.Count(m.read(logPath), "\n") > 100 })
		m.rotate()
		waitFor(t, "the daemon goes over", func() bool { return strings.Contains(m.read(logPath), "reopened\n") })
		if got := m.must("stat", "-c", "%U:%G %a", logPath); got != "root:adm 640" {
			t.Errorf("the new log is %s", got)
		}
		for _, fd := range []string{"1", "2"} {
			if got := m.must("readlink", fmt.Sprintf("/proc/%d/fd/%s", m.running(), fd)); got != logPath {
				t.Errorf("descriptor %s is %s", fd, got)
			}
		}
	}
	if a := m.service("stop"); a.code != 0 {
		t.Fatalf("stop: exit %d\n%s", a.code, a.text)
	}
	checkLines(t, m.gunzip(logPath+".2.gz")+m.read(logPath+".1")+m.read(logPath))
}

// checkLines wants "line 1" to "line n" in order, and "last n".
func checkLines(t *testing.T, log string) {
	t.Helper()
	n, last := 0, -1
	for lines := bufio.NewScanner(strings.NewReader(log)); lines.Scan(); {
		switch text := lines.Text(); {
		case text == fmt.Sprint("line ", n+1):
			n++
		case strings.HasPrefix(text, "line "):
			t.Fatalf("%q came after line %d", text, n)
		default:
			_, _ = fmt.Sscanf(text, "last %d", &last)
		}
	}
	if n < 200 || n != last {
		t.Errorf("%d lines were found, %d written", n, last)
	}
}

func (m *machine) gunzip(name string) string {
	m.t.Helper()
	z, err := gzip.NewReader(strings.NewReader(m.read(name)))
	if err != nil {
		m.t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		m.t.Fatal(err)
	}
	return string(text)
}

// A box that never ran, or doesn't run now, is no error, and nobody else gets the HUP.
func TestLogrotateWithoutDaemon(t *testing.T) {
	t.Parallel()
	m := bootInstalled(t, standIn())
	m.rotate()
	killed(m)
	m.write(logPath, "a line\n")
	stranger := m.background("sleep 1000")
	m.write(pidfilePath, fmt.Sprintln(stranger))
	m.rotate()
	if !m.exists(logPath+".1") || !m.alive(stranger) {
		t.Errorf("rotated %t, stranger lives %t", m.exists(logPath+".1"), m.alive(stranger))
	}
}

// runningAs is a machine on which the real daemon runs as that user, and its pid.
func runningAs(t *testing.T, user string) (m *machine, pid string) {
	t.Helper()
	m = bootInstalled(t, program())
	m.write(defaultPath, "USER="+user+"\n")
	running(m)
	return m, strconv.Itoa(m.running())
}

// The real daemon is its user when the log is rotated: the new one is made for him, and he goes over to it.
func TestLogrotateForTheUser(t *testing.T) {
	t.Parallel()
	for _, user := range []string{"ship-it", "root"} {
		t.Run(user, func(t *testing.T) {
			t.Parallel()
			m, pid := runningAs(t, user)
			if got := m.must("stat", "-c", "%U", pidfilePath, "/run/ship-it"); got != user+"\n"+user {
				t.Errorf("pidfile and folder belong to %q", got)
			}
			if got := m.must("ps", "-o", "euser=,ruser=,supgrp=", "-p", pid); user != "root" && got != "ship-it  ship-it  audio,ship-it" {
				t.Errorf("the daemon is %q", got)
			}
			for range 2 {
				m.must("sh", "-c", "echo a line >>"+logPath)
				m.rotate()
				waitFor(t, "the daemon goes over", func() bool { return m.must("readlink", "/proc/"+pid+"/fd/2") == logPath })
				if got := m.must("stat", "-c", "%U:%G %a", logPath); got != user+":adm 640" {
					t.Errorf("the new log is %s", got)
				}
			}
			if a := m.service("stop"); a.code != 0 {
				t.Fatalf("stop: exit %d\n%s", a.code, a.text)
			}
			if text := m.read(logPath); !strings.Contains(text, "cleaning up pins!") {
				t.Errorf("the newest log has no end:\n%s", text)
			}
			checkNothingLeft(m)
		})
	}
}

// Somebody moves the log away and has it opened anew, as one does by hand: there is a new one, whoever the daemon is.
func TestReloadMakesTheLogAnew(t *testing.T) {
	t.Parallel()
	for _, user := range []string{"ship-it", "root"} {
		t.Run(user, func(t *testing.T) {
			t.Parallel()
			m, pid := runningAs(t, user)
			m.must("mv", logPath, logPath+".mine")
			if a := m.service("reload"); a.code != 0 {
				t.Fatalf("reload: exit %d\n%s", a.code, a.text)
			}
			waitFor(t, "the daemon goes over", func() bool { return m.must("readlink", "/proc/"+pid+"/fd/2") == logPath })
			if got := m.must("stat", "-c", "%U:%G %a", logPath); got != user+":adm 640" {
				t.Errorf("the new log is %s", got)
			}
		})
	}
}

// The journal lies in a folder that is the user's, where root must do nothing: the user rotates it, and the box
// goes on in the new one.
func TestLogrotateJournal(t *testing.T) {
	t.Parallel()
	const (
		journal   = "/var/lib/ship-it/journal.jsonl"
		launchPin = 27
	)
	m := bootInstalled(t, program())
	running(m)
	f := m.finger()
	refused := func() {
		t.Helper()
		before := ""
		if m.exists(journal) {
			before = m.read(journal)
		}
		waitFor(t, "a line in the journal", func() bool {
			f.do("drive %d low", launchPin)
			<-time.After(50 * time.Millisecond)
			f.do("float %d", launchPin)
			<-time.After(50 * time.Millisecond)
			return m.exists(journal) && m.read(journal) != before
		})
	}
	refused()
	line := m.read(journal)
	m.rotate()
	if got := m.read(journal + ".1"); got != line || m.read(journal) != "" {
		t.Errorf("the old journal is\n%s\nand was\n%s", got, line)
	}
	if got := m.must("stat", "-c", "%U:%G %a", journal, journal+".1"); got != "ship-it:ship-it 640\nship-it:ship-it 640" {
		t.Errorf("the journals are %s", got)
	}
	refused()
	if said := m.must("logrotate", "--debug", "--force", "--state", "/var/lib/logrotate.state", logrotatePath); !strings.Contains(said, "switching euid from 0 to 990") {
		t.Errorf("root rotates it:\n%s", said)
	}
}
