package daemonize

import (
	"fmt"
	"os"
	"strings"

	"github.com/sevlyar/go-daemon"
	"golang.org/x/sys/unix"
)

// markName is the environment variable that tells a process which of the three
// it is. No process that a daemon starts sees it.
const markName = "_DAEMONIZE"

// The processes after the caller's.
const (
	stageMiddle = 1
	stageDaemon = 2
)

// handover is what one process gives to the next: descriptors by number, and
// the paths that the user meant.
type handover struct {
	stage   int
	lock    int    // the pidfile, locked; an open-file-description lock goes along with the descriptor
	ready   int    // write end of the ready pipe
	log     int    // the log file or /dev/null
	pipe    uint64 // inode of the ready pipe: a mark copied from elsewhere names a pipe that isn't there
	pidFile string
	logFile string
}

// The paths are quoted, as they may hold any byte.
const handoverFormat = "%d %d %d %d %d %q %q"

// env returns h as an environment entry.
func (h handover) env() string {
	return markName + "=" + fmt.Sprintf(handoverFormat, h.stage, h.lock, h.ready, h.log, h.pipe, h.pidFile, h.logFile)
}

// inherited returns what the process before this one handed over; false means
// that there is none and this is the caller. Either way the marks are gone from
// the environment afterwards, but for the middle process, where go-daemon looks
// for its own: a program started from the daemon, or with _GO_DAEMON=1 set by
// mistake, is a caller like any other.
func inherited() (handover, bool) {
	h, ok := parseMark(os.Getenv(markName))
	ok = ok && h.real()
	_ = os.Unsetenv(markName)
	if !ok || h.stage != stageMiddle {
		_ = os.Unsetenv(daemon.MARK_NAME)
	}
	return h, ok
}

// parseMark reads what env wrote.
func parseMark(mark string) (handover, bool) {
	var h handover
	n, err := fmt.Sscanf(mark, handoverFormat, &h.stage, &h.lock, &h.ready, &h.log, &h.pipe, &h.pidFile, &h.logFile)
	known := h.stage == stageMiddle || h.stage == stageDaemon
	return h, err == nil && n == strings.Count(handoverFormat, "%") && known
}

// real says whether the descriptors are what the mark calls them.
func (h handover) real() bool {
	var lock, ready unix.Stat_t
	return unix.Fstat(h.lock, &lock) == nil && lock.Mode&unix.S_IFMT == unix.S_IFREG &&
		unix.Fstat(h.ready, &ready) == nil && ready.Mode&unix.S_IFMT == unix.S_IFIFO && ready.Ino == h.pipe
}
