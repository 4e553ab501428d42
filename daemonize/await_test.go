package daemonize

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

// What the caller makes of the last words of the others.
func TestExitError(t *testing.T) {
	t.Parallel()
	const killed, exited2 unix.WaitStatus = 9, 2 << 8
	tests := []struct {
		name    string
		said    string
		status  unix.WaitStatus
		logFile string
		want    string
		code    int // 0: ErrDied
	}{
		{"the daemon's words", "EXIT 6\none\ntwo", exited2, "/l", "one\ntwo", 6},
		{"no words", "EXIT 4\n", exited2, "/l", "", 4},
		{"the middle process's words", "start it: no such file", exited2, "/l", "the daemon died before it was ready: start it: no such file", 0},
		{"killed", "", killed, "/l", "the daemon died before it was ready (signal: killed); its last words are in /l", 0},
		{
			"exit without a log", "", exited2, "",
			"the daemon died before it was ready (exit status 2); without a log its last words are lost: run it in the foreground, or with a log file", 0,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := Options{LogFile: tt.logFile}.exitError(tt.said, tt.status)
			if diff := cmp.Diff(tt.want, err.Error()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			exit, _ := errors.AsType[*ExitError](err)
			if exit != nil && exit.Code != tt.code || exit == nil && (tt.code != 0 || !errors.Is(err, ErrDied)) {
				t.Errorf("%#v, want code %d", err, tt.code)
			}
		})
	}
}
