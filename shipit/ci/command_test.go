package ci_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ship-it.example/shipit"
	"ship-it.example/shipit/ci"
)

// output gathers the lines of a command.
type output struct {
	mu    sync.Mutex
	lines []string
}

func (o *output) say(line string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.lines = append(o.lines, line)
}

func (o *output) all() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.lines)
}

// commands is a fleet of one command.
func commands(t *testing.T, c ci.Command) (*ci.Fleet, *output) {
	t.Helper()
	if c.Timeout == 0 {
		c.Timeout = time.Minute
	}
	var o output
	f := ci.NewFleet(ci.Servers{}, []ci.Work{c}, ci.WithOutput(o.say, nil))
	t.Cleanup(func() { _ = f.Close() })
	return f, &o
}

// ended waits for the end of a command that was launched.
func ended(t *testing.T, f *ci.Fleet) shipit.Sight {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); <-time.After(5 * time.Millisecond) {
		s, err := f.Look(t.Context(), 0, "L1D")
		if err != nil {
			t.Fatal(err)
		}
		if s.Stage.Ended() {
			return s
		}
	}
	t.Fatal("it does not end")
	return shipit.Sight{}
}

func TestCommandEnds(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		run     string
		timeout time.Duration
		stage   shipit.Stage
		word    string
		lines   []string
	}{
		{"well", "echo one; echo two >&2; printf three", 0, shipit.StagePassed, "exit code 0", []string{"sh: one", "sh: two", "sh: three"}},
		{"badly", "exit 3", 0, shipit.StageFailed, "exit code 3", nil},
		{"by a signal", "kill -9 $$", 0, shipit.StageFailed, "signal: killed", nil},
		{"too late", "trap '' TERM; sleep 60 & wait", 50 * time.Millisecond, shipit.StageFailed, "timed out after 50ms", nil},
		{"odd lines", `printf '\033[31mred\r\n\n%0600d\n' 7`, 0, shipit.StagePassed, "exit code 0", []string{"sh: [31mred", "sh: " + strings.Repeat("0", 499) + "…"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f, o := commands(t, ci.Command{Run: []string{"/bin/sh", "-c", tt.run}, Timeout: tt.timeout})
			if got := f.Launch(t.Context(), t.Context(), 0, "L1D"); got != (shipit.Outcome{Verdict: shipit.Started, Build: "L1D"}) {
				t.Fatalf("outcome %+v", got)
			}
			want := shipit.Sight{Stage: tt.stage, Build: "L1D", Progress: -1, Word: tt.word}
			if diff := cmp.Diff(want, ended(t, f)); diff != "" {
				t.Errorf("end (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.lines, o.all()); diff != "" {
				t.Errorf("lines (-want +got):\n%s", diff)
			}
		})
	}
}

// The whole group ends, by a time-out, by Cancel and with the program.
func TestCommandGroup(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*ci.Fleet) error{
		"cancel": func(f *ci.Fleet) error { return f.Cancel(context.Background(), 0, "L1D") },
		"end":    func(f *ci.Fleet) error { f.End(); return nil },
		"close":  (*ci.Fleet).Close,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "pid")
			f, o := commands(t, ci.Command{Run: []string{"/bin/sh", "-c", "sleep 60 & echo $! > $0.new; mv $0.new $0; wait", file}})
			f.Launch(t.Context(), t.Context(), 0, "L1D")
			var grandchild int
			for deadline := time.Now().Add(time.Minute); grandchild == 0 && time.Now().Before(deadline); <-time.After(5 * time.Millisecond) {
				text, _ := os.ReadFile(file)
				grandchild, _ = strconv.Atoi(strings.TrimSpace(string(text)))
			}
			if err := end(f); err != nil {
				t.Fatal(err)
			}
			if got := ended(t, f); got.Stage != shipit.StageCancelled {
				t.Errorf("end %+v", got)
			} else if want := []string{"sh: " + got.Word}; !slices.Equal(want, o.all()) {
				t.Errorf("the log has %q, want %q", o.all(), want)
			}
			for deadline := time.Now().Add(time.Minute); syscall.Kill(grandchild, 0) == nil && time.Now().Before(deadline); <-time.After(5 * time.Millisecond) {
				state, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", grandchild))
				if strings.Contains(string(state), ") Z ") {
					return // nobody reaps here; it is dead
				}
			}
			if syscall.Kill(grandchild, 0) == nil {
				t.Errorf("process %d of the group is left", grandchild)
			}
		})
	}
}

// A command sees what its own section asks for, and nothing else of ours.
func TestCommandEnvironment(t *testing.T) {
	t.Setenv("SHIP_IT_TEAMCITY_TOKEN", "t0ken")
	t.Setenv("NOTIFY_SOCKET", "/run/x")
	t.Setenv("PATH", "/bin:/usr/bin")
	t.Setenv("LC_ALL", "C")
	f, o := commands(t, ci.Command{
		Run:         []string{"env"},
		Environment: map[string]string{"STAGE": "int", "PATH": "/usr/bin:/bin"},
		Secrets:     map[string]string{"KEY": "s3cret"},
	})
	f.Launch(t.Context(), t.Context(), 0, "L1D")
	ended(t, f)
	var got []string
	for _, line := range o.all() {
		if name, _, _ := strings.Cut(line, "="); !slices.Contains([]string{"env: HOME", "env: USER", "env: LOGNAME", "env: TZ", "env: TMPDIR", "env: LANG", "env: LANGUAGE"}, name) {
			got = append(got, line)
		}
	}
	slices.Sort(got)
	want := []string{"env: (a line with a secret)", "env: LC_ALL=C", "env: PATH=/usr/bin:/bin", "env: SHIP_IT_LAUNCH=L1D", "env: STAGE=int"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A program that doesn't begin is no launch, and is found out before.
func TestCommandUnstartable(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ program, want string }{
		{"/no/such/program", `unknown build type: there is no program "/no/such/program": look at run`},
		{"no-such-program", `unknown build type: there is no program "no-such-program": look at run`},
		{"/etc/passwd", `refused: the program "/etc/passwd" doesn't start: `},
	} {
		f, _ := commands(t, ci.Command{Run: []string{tt.program}})
		got := f.Launch(t.Context(), t.Context(), 0, "L1D")
		err := f.Check(t.Context(), 0)
		if got.Verdict != shipit.NotStarted || !strings.HasPrefix(got.Reason, tt.want) || err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%+v, %v", got, err)
		}
		if s, err := f.Look(t.Context(), 0, "L1D"); err != nil || s.Stage != shipit.StageLost {
			t.Errorf("%+v, %v", s, err)
		}
		// It may have run before a power cut: "no build" would be a guess.
		if _, err := f.Find(t.Context(), 0, "L1D", time.Now()); f.Can(0).Find || !errors.Is(err, shipit.ErrCannot) {
			t.Errorf("%+v, %v", f.Can(0), err)
		}
	}
}

// A command that was taken back before it began doesn't.
func TestCommandCalledOff(t *testing.T) {
	t.Parallel()
	f, o := commands(t, ci.Command{Run: []string{"/bin/echo", "no"}})
	for cause, want := range map[error]string{shipit.ErrCalledOff: "called off", shipit.ErrStopped: "stopped"} {
		over, end := context.WithCancelCause(t.Context())
		end(cause)
		if diff := cmp.Diff(notStarted(want), f.Launch(t.Context(), over, 0, "L1D")); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	if len(o.all()) > 0 {
		t.Error("it ran")
	}
}

func TestCommandSecrets(t *testing.T) {
	t.Parallel()
	c := ci.Command{Run: []string{"deploy"}, Secrets: map[string]string{"KEY": "s3cret"}}
	text, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	for _, shown := range []string{fmt.Sprintf("%v %+v %#v", c, c, []ci.Work{c}), string(text)} {
		if strings.Contains(shown, "s3cret") {
			t.Errorf("a secret is shown: %s", shown)
		}
	}
}

// Endless output fills no log, and a line that is cut in the middle of a secret
// still counts as one.
func TestCommandFlood(t *testing.T) {
	t.Parallel()
	f, o := commands(t, ci.Command{
		Run:     []string{"/bin/sh", "-c", `printf '%0498d%s\n' 1 "$KEY"; i=0; while [ $i -lt 3000 ]; do echo $i; i=$((i+1)); done`},
		Secrets: map[string]string{"KEY": "s3cret"},
	})
	f.Launch(t.Context(), t.Context(), 0, "L1D")
	ended(t, f)
	lines := o.all()
	if len(lines) != 1000 || lines[0] != "sh: (a line with a secret)" || lines[999] != "sh: more than 999 lines: the rest isn't logged" {
		t.Errorf("%d lines, first %q, last %q", len(lines), lines[0], lines[len(lines)-1])
	}
}

// A line of which only a part is read shows no part of a secret, nor one of
// another server's.
func TestCommandLongSecret(t *testing.T) {
	t.Parallel()
	c := ci.Command{
		Run:     []string{"/bin/sh", "-c", `printf '%8185s%s\n' ' ' "$KEY"; printf '%8185s%s\n' ' ' seven-letters; echo tok3n`},
		Secrets: map[string]string{"KEY": "hunter2-and-more"},
		Timeout: time.Minute,
	}
	var o output
	f := ci.NewFleet(ci.Servers{}, []ci.Work{c}, ci.WithOutput(o.say, func(text string) bool { return text == "tok3n" }))
	t.Cleanup(func() { _ = f.Close() })
	f.Launch(t.Context(), t.Context(), 0, "L1D")
	ended(t, f)
	want := []string{"sh: (a line with a secret)", "sh: seven-l", "sh: (a line with a secret)"}
	if diff := cmp.Diff(want, o.all()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
