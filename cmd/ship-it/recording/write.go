package recording

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"ship-it.example/gpio"
	"ship-it.example/shipit"
)

// backlog is how many readings wait for a slow card before readings are lost.
const backlog = 1000

// fileMode lets the group read: a recording says when people pressed what.
const fileMode = 0o640

// Settings are what a Recorder is made of.
type Settings struct {
	Path    string   // of the file, which must not exist
	Program string   // the version of the program, one line
	Config  string   // see [Recording]
	Inputs  []string // the names of the lines, in the order of the readings' levels
	// Warn is told, once, why the recording has ended before its time. It is
	// called from the recorder's goroutine, and Fault with a panic there.
	Warn, Fault func(error)
}

// Recorder writes readings into a file. Its reader never waits for the file: that
// is a goroutine's, which sleeps while nothing is seen.
type Recorder struct {
	Settings
	readings chan gpio.Reading
	lost     atomic.Int64
	quit     chan struct{} // closed by Close
	done     chan struct{} // closed when all is written

	// Of the goroutine.
	file   *os.File // nil: no more is written
	size   int64    // of what is in the file, whole lines
	levels []bool   // as they were written last; nil: nothing was
	began  time.Time
	clock  time.Duration // the monotonic clock then
}

// New opens the file, for nobody but its owner and its group. One that is there
// is an error, whatever it is: nothing is written over, appended to, or followed
// by a symbolic link. Close ends the recorder.
func New(s Settings) (*Recorder, error) {
	file, err := os.OpenFile(s.Path, os.O_WRONLY|os.O_CREATE|os.O_EXCL|unix.O_NOFOLLOW, fileMode)
	if errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("record: %s %w", s.Path, ErrExists)
	}
	if err != nil {
		return nil, fmt.Errorf("record: %w", err)
	}
	if err := file.Chmod(fileMode); err != nil { // whatever the umask is
		return nil, errors.Join(fmt.Errorf("record: %w", err), file.Close(), os.Remove(s.Path))
	}
	r := &Recorder{Settings: s, readings: make(chan gpio.Reading, backlog), quit: make(chan struct{}), done: make(chan struct{}), file: file}
	go func() {
		defer close(r.done)
		if err := shipit.Guard(func() error { r.run(); return nil }); err != nil {
			r.Fault(err)
		}
	}()
	return r, nil
}

// Saw takes a reading. It never blocks: one that finds the backlog full is
// counted, and the count is written later.
func (r *Recorder) Saw(reading gpio.Reading) {
	select {
	case r.readings <- reading:
	default:
		r.lost.Add(1)
	}
}

// Close writes what is waiting, for as long as patience lasts, and takes a file
// away in which there is nothing. It is called once, when nothing is seen any
// more.
func (r *Recorder) Close(patience time.Duration) {
	close(r.quit)
	limit := time.NewTimer(patience)
	defer limit.Stop()
	select {
	case <-r.done:
	case <-limit.C:
	}
}

// run writes readings until Close: all that are there at once, so that a chatter
// is few writes.
func (r *Recorder) run() {
	for {
		select {
		case reading := <-r.readings:
			r.write(r.batch(reading))
		case <-r.quit:
			for len(r.readings) > 0 {
				r.write(r.batch(<-r.readings))
			}
			if r.levels != nil {
				r.write(fmt.Appendf(nil, "%s %s\n", clockText(r.clock+time.Since(r.began)), endWord))
			}
			r.end(nil)
			return
		}
	}
}

// batch is a reading, and all that wait behind it, as lines.
func (r *Recorder) batch(reading gpio.Reading) []byte {
	var b bytes.Buffer
	lost := r.lost.Swap(0) // they came after what waits
	for n := len(r.readings); ; n-- {
		r.format(&b, reading)
		if n == 0 {
			break
		}
		reading = <-r.readings
	}
	if lost > 0 {
		fmt.Fprintf(&b, "%s %s %d\n", clockText(r.at(reading)), lostWord, lost)
	}
	return b.Bytes()
}

// at is a reading's time by the monotonic clock.
func (r *Recorder) at(reading gpio.Reading) time.Duration {
	return r.clock + reading.Began.Sub(r.began)
}

// format writes a line for each line of the reading that has an edge or another
// level than before.
func (r *Recorder) format(b *bytes.Buffer, reading gpio.Reading) {
	first := r.levels == nil
	if first {
		r.began, r.clock = reading.Began, monotonic()-time.Since(reading.Began)
		r.head(b)
	}
	at := clockText(r.at(reading))
	for i, high := range reading.Levels {
		how := levelWord
		switch {
		case i == reading.Edge:
			how = edgeWord
		case !first && high == r.levels[i]:
			continue
		}
		fmt.Fprintf(b, "%s %s %s %s\n", at, how, map[bool]string{true: highWord, false: lowWord}[high], r.Inputs[i])
	}
	r.levels = slices.Clone(reading.Levels)
}

// head begins the file, at the time of the first reading.
func (r *Recorder) head(b *bytes.Buffer) {
	fmt.Fprintf(b, "%s%s\n%s %s\n%s %s %s\n", title, version, programWord, r.Program,
		startedWord, r.began.UTC().Format(time.RFC3339Nano), clockText(r.clock))
	for line := range strings.Lines(r.Config) {
		fmt.Fprintf(b, "%s %s\n", configWord, strings.TrimSuffix(line, "\n"))
	}
}

// write appends lines, as long as there is room for them. Whatever keeps it from
// that ends the recording, and nothing else.
func (r *Recorder) write(lines []byte) {
	if r.file == nil {
		return
	}
	if r.size+int64(len(lines)) > limit {
		r.end(fmt.Errorf("%s has %d MiB, and that is the most", r.Path, limit>>20))
		return
	}
	if _, err := r.file.Write(lines); err != nil {
		r.end(errors.Join(err, r.file.Truncate(r.size))) // no half line
		return
	}
	r.size += int64(len(lines))
}

// end closes the file, and tells why if that was to go on.
func (r *Recorder) end(why error) {
	if r.file == nil {
		return
	}
	err := errors.Join(why, r.file.Close())
	r.file = nil
	if r.size == 0 {
		_ = os.Remove(r.Path) // who is no root any more may have to leave it
	}
	if err != nil {
		r.Warn(fmt.Errorf("the recording has ended: %w", err))
	}
}

// monotonic is the kernel's clock that nobody sets.
func monotonic() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &t); err != nil {
		return 0 // times from the first reading on do as well
	}
	return time.Duration(t.Nano())
}

// clockText is a time of the monotonic clock in seconds.
func clockText(d time.Duration) string {
	d = max(d, 0)
	return fmt.Sprintf("%d.%09d", d/time.Second, d%time.Second)
}
