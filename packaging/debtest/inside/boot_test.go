package inside_test

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"ship-it.example/gpio/gpiosim"
	"ship-it.example/shipit/ci/citest"
)

// The lines of the box.
const (
	blinker = 17
	lampOne = 22
	branch  = 23
	arming  = 24
	lampTwo = 25
	launch  = 27
)

// machine is the booted one: its chip, which was there before its init, and a
// server at the address in the configuration, which is there from now on.
type machine struct {
	*testing.T
	chip    *gpiosim.Chip
	server  *citest.Server
	log     func() string // what the service has logged since the boot
	presses int           // that were to reach the server
}

// boot skips a test outside of a machine.
func boot(t *testing.T, log func(*testing.T) string) *machine {
	t.Helper()
	if os.Getenv("SHIP_IT_INSIDE") != "booted" {
		t.Skip("this is no machine that was booted for a test (make test-deb)")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:8111")
	if err != nil {
		t.Fatal(err)
	}
	server, err := citest.New(citest.WithListener(listener))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	return &machine{T: t, chip: gpiosim.Attach(t, "box"), server: server, log: func() string { return log(t) }}
}

// step runs a part of the test, and none after one that failed: the next begins
// where this one ends.
func (m *machine) step(name string, part func(*machine)) {
	m.Helper()
	if !m.Run(name, func(t *testing.T) {
		of := *m
		of.T = t
		part(&of)
		m.presses = of.presses
	}) {
		m.FailNow()
	}
}

func (m *machine) pull(line int, high bool) {
	m.Helper()
	if err := m.chip.Pull(line, high); err != nil {
		m.Fatal(err)
	}
}

func (m *machine) told(words string) int { return strings.Count(m.log(), words) }

// logged waits until the log has these words n times.
func (m *machine) logged(words string, n int) {
	m.Helper()
	defer func() {
		if m.Failed() {
			m.Logf("the log:\n%s", m.log())
		}
	}()
	eventually(m.T, fmt.Sprintf("%q %d times in the log", words, n), func() bool { return m.told(words) >= n })
}

// arm turns the switch off and on.
func (m *machine) arm() {
	m.Helper()
	before := m.told("Armed")
	m.pull(arming, false)
	gpiosim.Rest(m.Context(), 300*time.Millisecond)
	m.pull(arming, true)
	m.logged("Armed", before+1)
}

// press pushes the launch button.
func (m *machine) press() {
	m.Helper()
	m.presses++
	m.pull(launch, false)
	gpiosim.Rest(m.Context(), 150*time.Millisecond)
	m.pull(launch, true)
}

// launch arms the box and presses; exactly one request is to come of it, and a
// build.
func (m *machine) launch() {
	m.Helper()
	before := m.told("Triggered a build of Client Int")
	m.arm()
	m.press()
	m.logged("Triggered a build of Client Int", before+1)
	m.wantRequests()
}

func (m *machine) wantRequests() {
	m.Helper()
	if got := m.server.Requests(); got != m.presses {
		m.Errorf("%d requests, want %d", got, m.presses)
	}
}

// withhold makes the server keep its answers to itself until the returned
// function is called, or for good if it gets no word: the box then hangs up.
func (m *machine) withhold() (answer func()) {
	m.Helper()
	due := make(chan struct{})
	m.server.SetMode(citest.Custom(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-due:
			w.Header().Set("Content-Type", "application/xml")
			fmt.Fprint(w, `<build id="4711" buildTypeId="bt280" state="queued" webUrl="http://127.0.0.1:8111/x"/>`)
		case <-r.Context().Done():
		}
	}))
	m.Cleanup(func() { m.server.SetMode(citest.OK()) })
	return sync.OnceFunc(func() { close(due) })
}

// info is what the kernel says of each line of the box.
func (m *machine) info() map[int]string {
	m.Helper()
	info := make(map[int]string)
	for line := range strings.Lines(must(m.T, "gpioinfo", "gpiochip0")) {
		var pin int
		if _, err := fmt.Sscanf(strings.TrimSpace(line), "line %d:", &pin); err == nil {
			info[pin] = strings.TrimSpace(line)
		}
	}
	return info
}

// lines are those of the box that are not as they should be: free inputs, or
// the box's.
func (m *machine) lines(held bool) []string {
	m.Helper()
	info := m.info()
	var wrong []string
	for _, pin := range []int{blinker, lampOne, branch, arming, lampTwo, launch} {
		free := regexp.MustCompile(` unused +input `).MatchString(info[pin])
		if free == held || held && !strings.Contains(info[pin], `"ship-it`) {
			wrong = append(wrong, info[pin])
		}
	}
	return wrong
}

func (m *machine) wantLines(held bool) {
	m.Helper()
	if wrong := m.lines(held); wrong != nil {
		m.Errorf("lines of the box:\n%s", strings.Join(wrong, "\n"))
	}
}

// wantUser fails unless the box is what the package made for it: a user with
// the groups gpio and audio and no rights.
func (m *machine) wantUser(pid int) {
	m.Helper()
	status := read(m.T, fmt.Sprintf("/proc/%d/status", pid))
	uid, groups := strings.TrimSpace(must(m.T, "id", "-u", "ship-it")), strings.Fields(must(m.T, "id", "-G", "ship-it"))
	wants := append([]string{"Uid:\t" + uid + "\t" + uid + "\t" + uid + "\t" + uid, "CapEff:\t0000000000000000", "NoNewPrivs:\t1"}, groups...)
	for _, want := range wants {
		if !strings.Contains(status, want) {
			m.Errorf("the box's status has no %q:\n%s", want, status)
		}
	}
	if uid == "0" || len(groups) != 3 {
		m.Errorf("ship-it has uid %s and groups %v", uid, groups)
	}
}

// kill ends the box without giving it a word.
func (m *machine) kill(pid int) {
	m.Helper()
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		m.Fatal(err)
	}
}

// status is what "ship-it status --json" says.
func (m *machine) status() (state, as string, pid int) {
	m.Helper()
	var answer struct {
		State, As string
		Pid       int
	}
	r := do(m.T, program, "status", "--json")
	if err := json.Unmarshal([]byte(r.said), &answer); err != nil {
		m.Fatalf("%v: %s", err, r.said)
	}
	return answer.State, answer.As, answer.Pid
}

// wantShown fails unless a member of the group gpio sees what the box shows, and
// others hear why they don't.
func (m *machine) wantShown() {
	m.Helper()
	as := func(groups string) []string {
		return []string{"setpriv", "--reuid=nobody", "--regid=nogroup", groups, program, "status"}
	}
	want(m.T, 0, []string{"ship-it is running (pid ", " since 20", "Client Int  ", ", selected", "!can't be seen"}, as("--groups=gpio")...)
	want(m.T, 0, []string{"ship-it is running (pid ", "only root and its group may connect", "!selected"}, as("--clear-groups")...)
	if told := m.told("can't be watched by others"); told != 0 {
		m.Errorf("the log says %d times why the box can't be watched:\n%s", told, m.log())
	}
}

// upgrade has dpkg bring another version. A request that waits for its answer
// when the old box is told to end gets it: it comes once the lines are free,
// within the box's 2 s. At no moment are there two boxes.
func (m *machine) upgrade(deb, version string) {
	m.Helper()
	old := wantBox(m.T)
	answer := m.withhold()
	m.arm()
	triggered := m.told("Triggered a build of Client Int")

	done := make(chan result, 1)
	go func() {
		said, err := exec.Command("dpkg", "-i", deb).CombinedOutput()
		done <- result{map[bool]int{true: 1}[err != nil], string(said)}
	}()
	again := time.NewTicker(200 * time.Millisecond) // looking takes dpkg's only processor
	defer again.Stop()
	var dpkg *result
	for before := m.presses; dpkg == nil; {
		select {
		case r := <-done:
			dpkg = &r
		case <-again.C:
		}
		if pids := boxes(m.T); len(pids) > 1 {
			m.Errorf("boxes at one time: %v", pids)
		}
		if m.presses == before && configuring() { // the new files are there, and the box is the old one
			m.press()
			eventually(m.T, "the request", func() bool { return m.server.Requests() == m.presses })
		}
		if !m.held(old) {
			answer()
		}
	}
	if pid := wantBox(m.T); dpkg.code != 0 || pid == old {
		m.Errorf("dpkg -i %s; the box was %d and is %d:\n%s", deb, old, pid, dpkg.said)
	}
	want(m.T, 0, []string{version}, program, "--version")
	m.logged("Triggered a build of Client Int", triggered+1)
	m.server.SetMode(citest.OK())
	m.wantRequests()
	m.wantLines(true)
}

// configuring tells whether the package's last script has come to where it has
// the box restarted. What comes before takes an emulated machine longer than a
// request may wait.
func configuring() bool {
	lines, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, line := range lines {
		text, _ := os.ReadFile(line)
		if words := strings.ReplaceAll(string(text), "\x00", " "); strings.Contains(words, "ship-it check ") || strings.Contains(words, "invoke-rc.d ship-it restart") {
			return true
		}
	}
	return false
}

// held tells whether that box has lines: their descriptors are its own, and are
// called otherwise than the chip's.
func (m *machine) held(pid int) bool {
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
	for _, file := range files {
		if target, _ := os.Readlink(file); strings.Contains(target, "gpio-") {
			return true
		}
	}
	return false
}
