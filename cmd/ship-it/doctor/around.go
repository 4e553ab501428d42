package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// Folder is one in which the box writes.
type Folder struct {
	What   string // "log"
	Path   string
	Else   string // what to do about one that can't be written
	Dies   string // the file system that it is on, if that dies with the power and should not
	Absent bool   // it may be missing: the box makes it
}

// roomFor is how much a disk should have free: months of a log.
const roomFor = 16 << 20

// clock is whether the time can be believed: certificates, freezes and the log
// go by it.
func (v *visit) clock(context.Context) error {
	now := time.Now()
	if v.ClockDoubt(now) {
		v.warn("", "nobody has set the clock: it says "+now.Format(time.DateTime), "timedatectl tells more; connect the Pi to a network with a time server, or give it a clock with a battery")
		return nil
	}
	v.ok("", "it is set")
	return nil
}

// disk is whether there is room, and whether it lasts.
func (v *visit) disk(context.Context) error {
	for _, f := range v.Folders {
		v.folder(f)
	}
	if len(v.Folders) == 0 {
		v.ok("", "the box writes nowhere")
	}
	return nil
}

// folder looks at one, and leaves nothing in it.
func (v *visit) folder(f Folder) {
	about := f.What + ", " + f.Path
	path := f.Path
	if _, err := os.Stat(path); f.Absent && errors.Is(err, fs.ErrNotExist) {
		path = filepath.Dir(path)
	}
	var st unix.Statfs_t
	if err := unix.Statfs(path, &st); err != nil {
		v.bad(about, fmt.Sprintf("can't be looked at: %v", err), f.Else)
		return
	}
	free := st.Bavail * uint64(st.Bsize)
	switch {
	case st.Flags&unix.ST_RDONLY != 0:
		v.bad(about, "is read-only", f.Else)
	case unix.Access(path, unix.W_OK) != nil:
		v.skip(about, "left out: this user may not write there", "use sudo")
	case f.Dies != "":
		v.warn(about, "lies on "+f.Dies+", and is gone when the power is", f.Else)
	case free < roomFor:
		v.warn(about, fmt.Sprintf("has %d MB free", free>>20), "make room")
	default:
		v.ok(about, "can be written, and has room")
	}
}
