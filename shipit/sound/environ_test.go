package sound

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ship-it.example/shipit"
)

func TestEnviron(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name      string
		all, want []string
	}{
		{name: "none", all: nil, want: []string{}},
		{name: "what a player needs", all: []string{
			"PATH=/bin", "LC_ALL=C", "PULSE_SERVER=unix:/run/pulse", "ALSA_CARD=1", "AUDIODEV=hw:1", "XDG_RUNTIME_DIR=/run/user/0",
		}, want: []string{
			"PATH=/bin", "LC_ALL=C", "PULSE_SERVER=unix:/run/pulse", "ALSA_CARD=1", "AUDIODEV=hw:1", "XDG_RUNTIME_DIR=/run/user/0",
		}},
		{name: "secrets and marks", all: []string{
			"SHIP_IT_TEAMCITY_PASS=x", "SHIP_IT_TEAMCITY_TOKEN=x", "_GO_DAEMON=1", "NOTIFY_SOCKET=@n", "LISTEN_FDS=1",
			"WATCHDOG_USEC=1", "CREDENTIALS_DIRECTORY=/run/c", "JOURNAL_STREAM=1:2", "INVOCATION_ID=x", "LD_PRELOAD=x", "PATHS=x", "=x", "PATH",
		}, want: []string{}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tc.want, environ(tc.all)); diff != "" {
				t.Errorf("environ (-want +got):\n%s", diff)
			}
		})
	}
}

// A real player is asked what it was given: no secret in its environment or
// arguments, "/" as its directory, nowhere to print to, a session of its own.
func TestWhatAPlayerGets(t *testing.T) {
	const secret = "correct horse battery"
	for _, name := range []string{"SHIP_IT_TEAMCITY_PASS", "_GO_DAEMON", "NOTIFY_SOCKET", "SOMETHING_ELSE"} {
		t.Setenv(name, secret)
	}
	t.Setenv("ALSA_CARD", "Headphones")

	dir, log := t.TempDir(), newLog()
	p := open(t, log, Settings{Buzz: tiny(1), Player: shell(`
		cat "/proc/$$/environ" >"$1/environ" && cat "/proc/$$/cmdline" >"$1/cmdline" &&
		files=$(readlink "/proc/$$/cwd" "/proc/$$/fd/1") && echo "$files" >"$1/files" &&
		cut -d" " -f5,6 "/proc/$$/stat" >"$1/session" && echo "$$ $$" >"$1/own"`, dir)})
	p.Play(shipit.Buzz)
	rest(p)
	log.unlogged(t)

	read := func(name string) string {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	if diff := cmp.Diff(strings.Join(environ(os.Environ()), "\x00")+"\x00", read("environ")); diff != "" {
		t.Errorf("environment (-want +got):\n%s", diff)
	}
	if !strings.Contains(read("environ"), "ALSA_CARD=Headphones\x00") {
		t.Error("ALSA_CARD didn't reach the player")
	}
	if all := read("environ") + read("cmdline"); strings.Contains(all, secret) {
		t.Errorf("the secret is in /proc: %q", all)
	}
	if diff := cmp.Diff("/\n/dev/null\n", read("files")); diff != "" {
		t.Errorf("directory and standard output (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(read("own"), read("session")); diff != "" {
		t.Errorf("process group and session (-want +got):\n%s", diff)
	}
}
