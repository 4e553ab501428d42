package main

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// onJournal tells whether w leads to systemd's journal: the variable has the
// device and the inode of that very stream (systemd.exec(5)), so that one that
// was redirected, or a variable that was inherited, is not taken for it.
func onJournal(w io.Writer) bool {
	file, ok := w.(*os.File)
	if !ok {
		return false
	}
	var st unix.Stat_t
	err := unix.Fstat(int(file.Fd()), &st)
	return err == nil && os.Getenv("JOURNAL_STREAM") == fmt.Sprintf("%d:%d", st.Dev, st.Ino)
}

// priority is what the journal reads in front of a line, and takes away
// (sd-daemon(3)). It stamps the line itself.
func priority(level slog.Level) string {
	switch {
	case level >= slog.LevelError:
		return "<3>"
	case level >= slog.LevelWarn:
		return "<4>"
	case level >= slog.LevelInfo:
		return "<6>"
	default:
		return "<7>"
	}
}

// complain prints why the program has failed: on stderr, or for a service on
// its standard output, which the unit sends to the journal and the console.
func (p *program) complain(text string) {
	if !onJournal(p.stderr) {
		fmt.Fprint(p.stderr, text)
		return
	}
	for line := range strings.Lines(text) {
		fmt.Fprint(p.stdout, priority(slog.LevelError)+line)
	}
}
