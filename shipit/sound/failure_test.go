package sound

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ship-it.example/shipit"
)

// oneWarning plays the buzz several times, with a player that fails, and checks
// that there is one warning in all.
func oneWarning(t *testing.T, s Settings, want string) {
	t.Helper()
	log := newLog()
	p := open(t, log, s)
	for range 3 {
		p.Play(shipit.Buzz)
		rest(p)
	}
	if diff := cmp.Diff([]string{"WARN " + want}, log.lines(t)); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
}

func TestPlayerThatCannotStartIsOneWarning(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	plain := write("plain", "", 0o600)
	script := write("script", "#!/nowhere/sh\n", 0o700)
	for _, tc := range []struct{ name, player, want string }{
		{name: "aplay is missing", player: "/nowhere/aplay", want: "no such program; install alsa-utils"},
		{name: "not in PATH", player: "no-such-player", want: "no such program; correct player"},
		{name: "no name", player: "", want: "no such program; correct player"},
		{name: "not a program", player: plain, want: `exec: "` + plain + `": permission denied; correct player`},
		{name: "no interpreter", player: script, want: "fork/exec " + script + ": no such file or directory; correct player"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			oneWarning(t, Settings{Player: []string{tc.player, "a secret argument"}},
				"sound: "+tc.player+": "+tc.want+", or set player = [] for silence")
		})
	}
}

func TestPlayerThatFailsIsOneWarning(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, script, want string }{
		{
			name:   "no card",
			script: `echo "ALSA lib confmisc.c:855:(parse_card) cannot find card '0'" >&2; echo "audio open error" >&2; exit 1`,
			want:   "exit status 1: ALSA lib confmisc.c:855:(parse_card) cannot find card '0'",
		},
		{name: "no words", script: `exit 3`, want: "exit status 3: it gave no reason"},
		{name: "killed by another", script: `kill -SEGV $$`, want: "signal: segmentation fault: it gave no reason"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			oneWarning(t, Settings{Player: shell(tc.script, "a secret argument")},
				"sound: /bin/sh: "+tc.want+"; set player = [] for silence if there is no sound card")
		})
	}
}

func TestBrokenWAVIsOneWarning(t *testing.T) {
	t.Parallel()
	oneWarning(t, Settings{Player: []string{"/bin/cat"}, Buzz: []byte("OggS")},
		`sound: buzz: not a WAV file: it begins with "OggS"; convert it, for instance with ffmpeg -i FILE out.wav`)
}

// After a sound that played well a failure is news again; a sound that we
// ended proves nothing.
func TestWarningComesBackAfterASuccess(t *testing.T) {
	t.Parallel()
	mode, said, log := filepath.Join(t.TempDir(), "mode"), newPipe(t), newLog()
	p := open(t, log, Settings{Buzz: buzzWAV, Player: shell(
		`read -r mode <"$1"; if [ "$mode" = hold ]; then echo playing >"$2"; read -r never <"$3"; fi; echo "$mode" >&2; exit "${mode%% *}"`,
		mode, said.path, fifo(t))})
	for _, step := range []string{"1 first", "1 second", "hold", "1 third", "0 well", "1 fourth", "1 fifth"} {
		if err := os.WriteFile(mode, []byte(step+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		p.Play(shipit.Buzz)
		if step == "hold" {
			_ = said.line(t)
			p.Silence()
		}
		rest(p)
	}
	var words []string
	for _, line := range log.lines(t) {
		_, after, _ := strings.Cut(line, "exit status 1: ")
		word, _, _ := strings.Cut(after, ";")
		words = append(words, word)
	}
	if diff := cmp.Diff([]string{"1 first", "1 fourth"}, words); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
}

// A player that never ends is killed some time after its sound should have
// ended. The WAV is 1 ms long, and the grace is the test's own.
func TestHangingPlayer(t *testing.T) {
	t.Parallel()
	said, log := newPipe(t), newLog()
	p := open(t, log, Settings{Buzz: buzzWAV, Player: shell(`trap "" TERM; echo $$ >"$1"; read -r never <"$2"`, said.path, fifo(t))})
	p.grace = 0
	for range 2 {
		p.Play(shipit.Buzz)
		rest(p)
	}
	want := []string{"WARN sound: /bin/sh: hangs, killed 0s after the end of the buzz; set player = [] for silence"}
	if diff := cmp.Diff(want, log.lines(t)); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
}

func TestComplaint(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		writes []string
		want   string
	}{
		{name: "nothing"},
		{name: "first line of several writes", writes: []string{"\n au", "dio open error\r\nmore\n", "and more"}, want: "audio open error"},
		{name: "control characters", writes: []string{"\x1b[31mred\x1b[0m\x07\u202eeno\u0085"}, want: "[31mred [0m  eno"},
		{name: "not UTF-8", writes: []string{"a\xff\xfeb"}, want: "a  b"},
		{name: "bounded", writes: []string{strings.Repeat("x", said-1), strings.Repeat("é", said)}, want: strings.Repeat("x", said-1)},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var c complaint
			for _, w := range tc.writes {
				if n, err := c.Write([]byte(w)); n != len(w) || err != nil {
					t.Errorf("Write: %d, %v", n, err)
				}
			}
			if diff := cmp.Diff(tc.want, c.String()); diff != "" {
				t.Errorf("String (-want +got):\n%s", diff)
			}
		})
	}
}

// panics is a log that can't be written.
type panics struct{ slog.Handler }

func (panics) Enabled(context.Context, slog.Level) bool  { return true }
func (panics) Handle(context.Context, slog.Record) error { panic("log") }

// A panic in either goroutine is told, and who is told may close the Player.
func TestPanicIsAFault(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		player []string
	}{
		{name: "in the worker", player: []string{"no-such-player"}},
		{name: "at the limit", player: shell(`read -r never <"$1"`, fifo(t))},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			faults := make(chan error, 1)
			var p *Player
			p = New(Settings{Player: tc.player, Buzz: buzzWAV}, slog.New(panics{}), func(err error) {
				closed(t, p)
				faults <- err
			})
			p.grace, p.closing = 0, time.Minute
			p.Play(shipit.Buzz)
			fault := <-faults
			if p, ok := errors.AsType[*shipit.PanicError](fault); !ok || p.Value != "log" {
				t.Errorf("fault: %v, want the panic", fault)
			}
		})
	}
}
