package packaging_test

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// A disk that is full under the log costs log lines and nothing else: the box works, does nothing that it
// doesn't do else, can be restarted, and logs again when there is room, with the number of the lost lines.
func TestLogIsFull(t *testing.T) {
	t.Parallel()
	d := program()
	d.config = twentyTargets()
	m := bootInstalled(t, d)
	m.must("mount", "-t", "tmpfs", "-o", "size=64k,mode=0755", "log", "/var/log")
	running(m)
	f := m.finger()
	f.press()
	if a := m.run("sh", "-c", "cat /dev/zero >/var/log/filler"); !strings.Contains(a.text, "No space left on device") {
		t.Fatalf("/var/log is not full: %s", a.text)
	}
	presses := 1
	press := func(n int) {
		for range n {
			f.press()
		}
		presses += n
	}
	for size := int64(1); size%int64(os.Getpagesize()) != 0; size = m.size(logPath) { // it has a page to fill
		press(1)
	}
	before := m.read(logPath)
	press(20)
	used := m.ticks()
	<-time.After(2 * time.Second)
	if used = m.ticks() - used; used > 20 {
		t.Errorf("at rest it used %d hundredths of a second in two seconds", used)
	}
	if m.read(logPath) != before {
		t.Errorf("the log has grown, so the disk was not full:\n%s", m.read(logPath))
	}

	m.remove("/var/log/filler")
	press(3)
	waitFor(t, "the last line", func() bool { return strings.HasSuffix(m.read(logPath), fmt.Sprintf("is T%d\n", f.lit())) })
	checkLost(t, m.read(logPath), presses)

	m.must("sh", "-c", "cat /dev/zero >/var/log/filler 2>/dev/null; :")
	for _, verb := range []string{"restart", "stop", "start", "stop"} {
		if a := m.service(verb); a.code != 0 {
			t.Errorf("%s with a full disk: exit %d\n%s", verb, a.code, a.text)
		}
	}
	checkNothingLeft(m)
}

// checkLost wants every press in the log, or among the number of lines that were lost. The line that the full
// disk has cut off is among them, too, and may look whole.
func checkLost(t *testing.T, log string, presses int) {
	t.Helper()
	told := len(regexp.MustCompile(`(?m)^\[.*\] Changing target\.\.\. was T\d+, is T\d+$`).FindAllString(log, -1))
	found := regexp.MustCompile(`(?m)^ship-it: (\d+) log lines were lost here: the disk was full`).FindAllStringSubmatch(log, -1)
	if len(found) != 1 {
		t.Fatalf("the lost lines are told %d times:\n%s", len(found), log)
	}
	lost, err := strconv.Atoi(found[0][1])
	if err != nil || lost < 20 || told+lost != presses && told+lost != presses+1 {
		t.Errorf("%d presses are told and %d lost, of %d:\n%s", told, lost, presses, log)
	}
}

// size is a file's.
func (m *machine) size(name string) int64 {
	m.t.Helper()
	info, err := os.Stat(m.path(name))
	if err != nil {
		m.t.Fatal(err)
	}
	return info.Size()
}

// ticks is the time that the daemon has had a processor, in hundredths of a second.
func (m *machine) ticks() int {
	m.t.Helper()
	fields := strings.Fields(m.stat(m.running()))
	if len(fields) < 14 {
		m.t.Fatal("no daemon runs")
	}
	sum := 0
	for _, field := range fields[12:14] { // utime and stime, behind the name and eleven others: proc(5)
		n, err := strconv.Atoi(field)
		if err != nil {
			m.t.Fatal(err)
		}
		sum += n
	}
	return sum
}
