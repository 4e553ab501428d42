package journal

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"

	"golang.org/x/sys/unix"

	"ship-it.example/shipit"
)

// maxFile bounds what is read of a file, from its end: years of launches.
const maxFile = 64 << 20

// openToRead opens a file, following no link in its place. There being none is
// no error, and no file.
func openToRead(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_NOCTTY, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return file, err
}

// load reads a file. There being none is no error.
func load(path string) ([]byte, error) { return loadTail(path, maxFile) }

// loadTail is load of the last lines of a file.
func loadTail(path string, limit int64) ([]byte, error) {
	file, err := openToRead(path)
	if file == nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // nothing was written
	return readTail(file, limit)
}

// readTail reads a file, or the last lines of a long one.
func readTail(file *os.File, limit int64) ([]byte, error) {
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	skip := max(info.Size()-limit, 0)
	data, err := io.ReadAll(io.NewSectionReader(file, skip, info.Size()-skip))
	if skip > 0 {
		_, data, _ = bytes.Cut(data, []byte{'\n'})
	}
	return data, err
}

// parse reads the lines of a file. torn is what stands behind the last line that
// has an end, bad how many lines can't be read.
func parse[T any](data []byte) (lines []T, torn []byte, bad int) {
	for len(data) > 0 {
		line, rest, ended := bytes.Cut(data, []byte{'\n'})
		if !ended {
			return lines, line, bad
		}
		data = rest
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		v, err := decode[T](line)
		if err != nil {
			bad++
			continue
		}
		lines = append(lines, v)
	}
	return lines, nil, bad
}

// Log is what a journal has to tell.
type Log struct {
	Lines []Line // of launches that are over and of refusals, oldest first
	Open  []Line // launches of which the end is not known yet
	Bad   int    // lines that can't be read
}

// Rotated is the name that a rotation gives the journal.
func rotated(path string) string { return path + ".1" }

// ahead is the name of what is written ahead of the journal.
func ahead(path string) string { return path + ".open" }

// Read reads the journal at path, with the part that was rotated last. It takes
// no lock, and changes nothing. Without a journal its error is fs.ErrNotExist.
func Read(path string) (Log, error) {
	var log Log
	found := false
	for _, name := range []string{rotated(path), path} {
		data, err := load(name)
		if err != nil {
			return log, err
		}
		found = found || data != nil
		lines, torn, bad := parse[Line](data)
		if line, err := decode[Line](torn); err == nil {
			lines = append(lines, line)
		}
		ours := slices.DeleteFunc(lines, isStrange)
		log.Lines = append(log.Lines, ours...)
		log.Bad += bad + len(lines) - len(ours)
	}
	data, err := load(ahead(path))
	if err != nil {
		return log, err
	}
	if !found && data == nil {
		return log, &fs.PathError{Op: "read", Path: path, Err: fs.ErrNotExist}
	}
	entries, _, _ := parse[entry](data)
	written := ids(log.Lines)
	for _, e := range latest(entries) {
		if e.Step != stepReserved && !written[e.ID] {
			log.Open = append(log.Open, e.Line)
		}
	}
	return log, nil
}

// isStrange tells that a line is JSON, and none that was ever written here.
func isStrange(line Line) bool {
	return line.Kind != shipit.KindLaunch && line.Kind != shipit.KindRefusal
}

// ids are the launches that have a line.
func ids(lines []Line) map[string]bool {
	all := map[string]bool{}
	for _, line := range lines {
		all[line.ID] = true
	}
	return all
}

// latest is the last entry of each launch that is open, in the order in which
// they began.
func latest(entries []entry) []entry {
	var order []string
	last := map[string]entry{}
	for _, e := range entries {
		if e.ID == "" {
			continue
		}
		if _, known := last[e.ID]; !known {
			order = append(order, e.ID)
		}
		last[e.ID] = e
	}
	var open []entry
	for _, id := range order {
		if e := last[id]; e.Step != stepClosed {
			open = append(open, e)
		}
	}
	return open
}
