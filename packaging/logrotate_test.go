package packaging_test

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"io"
	"strings"
	"testing"
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
