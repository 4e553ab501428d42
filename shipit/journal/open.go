package journal

import (
	"errors"
	"fmt"
	"os"
	"slices"

	"golang.org/x/sys/unix"

	"ship-it.example/shipit"
)

// HeldError is a journal that another process keeps. Each box has one of its own.
type HeldError struct {
	Path string
	Pid  int    // 0: it can't be told
	Name string // of the process's program
}

// Error names the process.
func (e *HeldError) Error() string {
	if e.Pid == 0 {
		return fmt.Sprintf("the journal %s is kept by another process", e.Path)
	}
	return fmt.Sprintf("the journal %s is kept by %s (pid %d)", e.Path, e.Name, e.Pid)
}

// Open locks the journal and gives the launches of earlier runs that are open,
// for this one to go on with, in the order of their times; those without a target
// are ids that may never have gone out. It repairs what a crash or a power cut has
// left, and tells the log. A *[HeldError] is for the caller to end with; whatever
// else fails, [Journal.Reserve] tries again.
func (j *Journal) Open() ([]shipit.Record, error) {
	j.mu.Lock()
	found, err := j.openFiles()
	j.mu.Unlock()
	if err != nil {
		return nil, err
	}
	open := j.goOn(found)
	j.jobs.do(j.retry)
	return open, nil
}

// openFiles locks and reads what was written ahead, if that isn't open yet, or if
// somebody has taken it away: then what is open is written anew. It gives what it
// finds there of others. The lock of j is held.
func (j *Journal) openFiles() ([]entry, error) {
	switch {
	case j.ended:
		return nil, os.ErrClosed
	case j.ahead != nil && !isGone(j.ahead):
		return nil, nil
	}
	if err := isForeign(j.Path); err != nil {
		return nil, err
	}
	file, err := lock(ahead(j.Path))
	if err != nil {
		return nil, err
	}
	found, file, err := j.recover(file)
	for _, e := range j.open {
		err = errors.Join(err, appendWhole(file, encode(e)))
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	if j.ahead != nil {
		j.Log.Warn(j.ahead.Name() + " was taken away, and is made anew: leave it to ship-it")
		_ = j.ahead.Close() // nobody reads it any more
	}
	j.ahead = file
	found = slices.DeleteFunc(found, func(e entry) bool { _, ours := j.open[e.ID]; return ours })
	for _, e := range found {
		e.earlier = true
		j.open[e.ID] = e
	}
	return found, nil
}

// lock opens a file and locks it for this process.
func lock(path string) (*os.File, error) {
	file, err := openFile(path)
	if err != nil {
		return nil, err
	}
	err = unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		held := &HeldError{Path: path}
		held.Pid, held.Name = holder(file)
		err = held
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// recover reads which launches are open, and repairs both files. The file that
// it returns is the one that is locked from now on.
func (j *Journal) recover(file *os.File) ([]entry, *os.File, error) {
	data, err := readTail(file, maxFile)
	if err != nil {
		return nil, file, err
	}
	entries, torn, bad := parse[entry](data)
	if len(torn) > 0 {
		j.Log.Warn(fmt.Sprintf("The last line of %s was torn, and is cut off: %d bytes", file.Name(), len(torn)))
		if err := cutTorn(file, len(torn)); err != nil {
			return nil, file, err
		}
	}
	open, err := j.unwritten(latest(entries))
	if err != nil {
		return nil, file, err
	}
	if bad > 0 {
		file, err = j.setAside(file, open, bad)
	}
	return open, file, err
}

// lastLines is how much of the journal is looked at for a torn end.
const lastLines = 64 << 10 // bytes

// unwritten repairs the journal, and leaves of what was open the launches that
// have no line there, and no ids of which it is certain that nothing went out.
func (j *Journal) unwritten(open []entry) ([]entry, error) {
	end, err := loadTail(j.Path, lastLines)
	if err != nil {
		return nil, err
	}
	if _, torn, _ := parse[Line](end); len(torn) > 0 {
		j.repair(torn)
	}
	if len(open) == 0 { // as nearly always: then the rest of the journal says nothing
		return nil, nil
	}
	log, err := Read(j.Path)
	if err != nil {
		return nil, err
	}
	written := ids(log.Lines)
	var left []entry
	for _, e := range open {
		unsent := e.Step == stepReserved && e.Boot == j.Boot && j.Boot != ""
		if !written[e.ID] && !unsent {
			left = append(left, e)
		}
	}
	return left, nil
}

// repair ends a last line that lacks its end, or cuts one off that is torn.
func (j *Journal) repair(torn []byte) {
	file, err := openFile(j.Path)
	if err != nil {
		j.Log.Warn("The last line of the journal was torn: " + err.Error())
		return
	}
	defer func() { _ = file.Close() }() // the next line ends one that is torn
	if _, whole := decode[Line](torn); whole == nil {
		_, err = file.Write([]byte{'\n'})
	} else {
		err = cutTorn(file, len(torn))
		j.Log.Warn(fmt.Sprintf("The last line of %s was torn, and is cut off: %d bytes", j.Path, len(torn)))
	}
	if err != nil {
		j.Log.Warn(err.Error())
	}
}

func cutTorn(file *os.File, torn int) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	return file.Truncate(info.Size() - int64(torn))
}

// setAside puts a file that holds more than was ever written there aside, and
// goes on with a new one that has what could be read.
func (j *Journal) setAside(file *os.File, open []entry, bad int) (*os.File, error) {
	aside := file.Name() + ".bad"
	if err := os.Rename(file.Name(), aside); err != nil {
		return file, err
	}
	j.Log.Warn(fmt.Sprintf("%d lines of %s can't be read: it is put aside as %s", bad, file.Name(), aside))
	fresh, err := lock(file.Name())
	if err != nil {
		return file, err
	}
	_ = file.Close() // is read only from now on
	for _, e := range open {
		if err := appendWhole(fresh, encode(e)); err != nil {
			return fresh, err
		}
	}
	return fresh, nil
}
