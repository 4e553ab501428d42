package packaging_test

import (
	"bufio"
	"fmt"
	"net"
	"regexp"
	"strings"
	"testing"
	"time"
)

// branchPin is the branch button, targetPins the lamps of twenty targets.
const branchPin = 23

var targetPins = []int{2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 19, 20, 21, 22}

// twentyTargets is a box that logs every press of its branch button by names that tell a lost line.
func twentyTargets() string {
	var text strings.Builder
	text.WriteString("debounce = \"1ms\"\nteamcity = { url = \"http://127.0.0.1:9/guestAuth\" }\n")
	for i, pin := range targetPins {
		fmt.Fprintf(&text, "[[target]]\nname = \"T%d\"\nled = %d\nteamcity = { build_type = \"b\" }\n", i, pin)
	}
	return text.String()
}

// finger presses the branch button of a running box.
type finger struct {
	t      *testing.T
	conn   net.Conn
	answer *bufio.Reader
	at     int // the target whose lamp was on when it last looked
}

func (m *machine) finger() *finger {
	m.t.Helper()
	conn, err := (&net.Dialer{}).DialContext(m.t.Context(), "unix", m.path("/run/chip/socket"))
	if err != nil {
		m.t.Fatal(err)
	}
	m.t.Cleanup(func() { conn.Close() })
	return &finger{t: m.t, conn: conn, answer: bufio.NewReader(conn)}
}

func (f *finger) do(format string, args ...any) string {
	f.t.Helper()
	fmt.Fprintf(f.conn, format+"\n", args...)
	answer, err := f.answer.ReadString('\n')
	if err != nil {
		f.t.Fatal(err)
	}
	return strings.TrimSpace(answer)
}

// lit is the target whose lamp is on. It looks first where it should be.
func (f *finger) lit() int {
	for i := range targetPins {
		if at := (f.at + i) % len(targetPins); f.do("level %d", targetPins[at]) == "high" {
			f.at = at
			break
		}
	}
	return f.at
}

// press presses until the next lamp is on. A press is swallowed if the last release has not settled yet,
// which nothing shows.
func (f *finger) press() {
	f.t.Helper()
	waitFor(f.t, "the next lamp", func() bool {
		next := (f.lit() + 1) % len(targetPins)
		f.do("drive %d low", branchPin)
		swallowed := time.After(100 * time.Millisecond)
		on := false
		for patient := true; patient && !on; {
			select {
			case <-swallowed:
				patient = false
			default:
				on = f.do("level %d", targetPins[next]) == "high"
			}
		}
		f.do("float %d", branchPin)
		if on {
			f.at = next
		}
		<-time.After(3 * time.Millisecond)
		return on
	})
}

// Two rotations while the program itself logs as fast as a finger can make it: no line is lost, and the
// trace of a QUIT or a panic lands in the newest file, whole.
func TestLogrotateOfTheProgram(t *testing.T) {
	t.Parallel()
	for _, end := range []string{"QUIT", "panic"} {
		t.Run(end, func(t *testing.T) {
			t.Parallel()
			d := program()
			d.config = twentyTargets()
			m := bootInstalled(t, d)
			m.write(defaultPath, "DAEMONARGS=-v\n")
			running(m)
			pid := m.running()
			f := m.finger()
			for range 2 {
				for range 50 {
					f.press()
				}
				rotated := make(chan answer)
				go func() {
					rotated <- m.run("logrotate", "--force", "--state", "/var/lib/logrotate.state", logrotatePath)
				}()
				over := false
				for !over {
					f.press()
					select {
					case a := <-rotated:
						if over = true; a.code != 0 {
							t.Fatalf("logrotate: exit %d\n%s", a.code, a.text)
						}
					default:
					}
				}
				waitFor(t, "the daemon goes over", func() bool {
					f.press()
					return m.must("readlink", fmt.Sprintf("/proc/%d/fd/1", pid), fmt.Sprintf("/proc/%d/fd/2", pid)) == logPath+"\n"+logPath
				})
			}
			for range 50 {
				f.press()
			}
			waitFor(t, "the last release", func() bool {
				log := m.read(logPath)
				return strings.LastIndex(log, `"branch button" active=false`) > strings.LastIndex(log, `"branch button" active=true`)
			})
			last := f.lit()
			if end == "panic" {
				fmt.Fprintln(f.conn, "panic wait") // the next wait for an edge, which comes within 2 s
			} else {
				m.kill(end, pid)
			}
			waitFor(t, "the end", func() bool { return !m.alive(pid) })
			old := m.gunzip(logPath+".2.gz") + m.read(logPath+".1")
			checkSteps(t, old+m.read(logPath), last)
			if words := map[string]string{"QUIT": "received signal 3, exiting...", "panic": "ERROR panic: tripped in wait"}[end]; !regexp.MustCompile(`(?s)`+words+`.*goroutine .*\.go:\d+.*cleaning up pins!`).MatchString(m.read(logPath)) || strings.Contains(old, "goroutine ") {
				t.Errorf("the trace is not in the newest file:\n%s", m.read(logPath))
			}
			checkNothingLeft(m)
		})
	}
}

// checkSteps wants an unbroken chain of targets, and the button down and up in turns. On a loaded machine a press is
// answered after its release.
func checkSteps(t *testing.T, log string, last int) {
	t.Helper()
	at, down, due, steps := 0, false, false, 0
	settled := regexp.MustCompile(`Settled line="branch button" active=(true|false)`)
	changed := regexp.MustCompile(`Changing target\.\.\. was T(\d+), is T(\d+)$`)
	for line := range strings.Lines(log) {
		line = strings.TrimSpace(line)
		if strings.Contains(line, "lines were lost") {
			t.Errorf("the program has lost lines: %s", line)
		}
		if s := settled.FindStringSubmatch(line); s != nil {
			if down == (s[1] == "true") {
				t.Fatalf("a line is missing before %q", line)
			}
			down = !down
			due = due || down
		}
		if c := changed.FindStringSubmatch(line); c != nil {
			next := (at + 1) % len(targetPins)
			if !down && !due || c[1] != fmt.Sprint(at) || c[2] != fmt.Sprint(next) {
				t.Fatalf("a line is missing between T%d and %q", at, line)
			}
			at, due = next, false
			steps++
		}
	}
	if at != last || steps < 150 {
		t.Errorf("%d steps in the log, to T%d; the lamp of T%d was on", steps, at, last)
	}
}
