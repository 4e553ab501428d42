package inside_test

import (
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"ship-it.example/gpio/gpiosim"
)

const inittab = "/etc/inittab"

// sysvinitInittab: init itself runs the box, by the line that the README has, and
// starts it again when it is gone. At the end it is left armed, for the witness
// to look at once the machine has stopped it.
func sysvinitInittab(m *machine) {
	line := regexp.MustCompile(`(?m)^ +(\S+:respawn:.*\n)`).FindStringSubmatch(read(m.T, "/run/host/README.md"))
	if line == nil {
		m.Fatal("the README has no line for inittab")
	}
	before := read(m.T, inittab)
	must(m.T, "service", "ship-it", "stop")
	must(m.T, "update-rc.d", "ship-it", "disable")
	m.log = listenToSyslog(m.T)
	table := func(text string) {
		m.Helper()
		write(m.T, inittab, text, 0o644)
		must(m.T, "telinit", "q")
	}

	table(before + line[1])
	m.runs(0)
	m.launch()
	want(m.T, 3, []string{"not running"}, program, "status")
	want(m.T, 1, []string{"ship-it@"}, "service", "ship-it", "start")

	m.arm() // its lamps are on
	old := m.runs(0)
	m.kill(old)
	old = m.runs(old)
	m.launch()

	inittabMistaken(m, old)
	table(before)
	eventually(m.T, "free lines", func() bool { return m.lines(false) == nil && m.holder() == 0 })
	table(before + line[1])
	m.runs(0)
	m.arm()
	m.wantLines(true)
}

// inittabMistaken: with a mistake in the configuration init gives up for five
// minutes, or until it is told that the mistake is mended.
func inittabMistaken(m *machine, old int) {
	write(m.T, config, "nonsense = 1\n", 0o644)
	if err := syscall.Kill(old, syscall.SIGTERM); err != nil {
		m.Fatal(err)
	}
	eventually(m.T, "init gives up", func() bool { return strings.Contains(read(m.T, "/run/host/console"), `"ship" respawning too fast`) })
	told := m.told(config + ":1")
	gpiosim.Rest(m.Context(), 3*time.Second)
	if got := m.told(config + ":1"); got != told || told < 2 || told > 12 {
		m.Errorf("the mistake was told %d times, then %d:\n%s", told, got, m.log())
	}
	m.wantLines(false)
	configure(m.T)
	must(m.T, "telinit", "q")
	m.runs(old)
	m.launch()
}

// holder is the program that has lines, 0 if there is none.
func (m *machine) holder() int {
	m.Helper()
	for _, link := range glob(m.T, "/proc/[0-9]*/exe") {
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(link)))
		if exe, _ := os.Readlink(link); exe == program && m.held(pid) {
			return pid
		}
	}
	return 0
}

// runs waits for a box that isn't that one and has its lines.
func (m *machine) runs(old int) int {
	m.Helper()
	eventually(m.T, "a box", func() bool { pid := m.holder(); return pid != 0 && pid != old && m.lines(true) == nil })
	return m.holder()
}

// listenToSyslog is a syslog daemon for as long as the test lasts; it returns
// what it has been told so far.
func listenToSyslog(t *testing.T) func() string {
	t.Helper()
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: "/dev/log", Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var text strings.Builder
	done := make(chan struct{})
	go func() {
		defer close(done)
		for buf := make([]byte, 1<<16); ; {
			n, err := conn.Read(buf)
			if err != nil {
				return
			}
			mu.Lock()
			text.Write(append(buf[:n], '\n'))
			mu.Unlock()
		}
	}()
	t.Cleanup(func() { _ = conn.Close(); <-done })
	return func() string {
		mu.Lock()
		defer mu.Unlock()
		return text.String()
	}
}
