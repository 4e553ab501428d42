package soak_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"sync"
	"time"
)

// entry is a line of the log, without its stamp, and when it was seen.
type entry struct {
	text string
	seen time.Time
}

// journal reads a log on, over rotations: it keeps every file open that was
// the log once. Any goroutine may poll it.
type journal struct {
	path string

	mu    sync.Mutex
	files []*os.File
	text  []byte // all that was read
	begun int    // where the line begins that isn't whole yet
	lines []entry
}

var stamp = regexp.MustCompile(`^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\] `)

// poll reads what is new. A box writes into the old file until it goes over to
// the new one, so what is new there comes first, whenever it is seen.
func (j *journal) poll() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := j.follow(); err != nil {
		return err
	}
	var fresh []byte
	for i := len(j.files) - 1; i >= max(0, len(j.files)-2); i-- {
		text, err := io.ReadAll(j.files[i])
		if err != nil {
			return err
		}
		fresh = append(text, fresh...)
	}
	j.text = append(j.text, fresh...)
	for {
		length := bytes.IndexByte(j.text[j.begun:], '\n')
		if length < 0 {
			return nil
		}
		line := string(j.text[j.begun : j.begun+length])
		j.lines = append(j.lines, entry{line[len(stamp.FindString(line)):], time.Now()})
		j.begun += length + 1
	}
}

// follow opens the log if it is another file than before.
func (j *journal) follow() error {
	info, err := os.Stat(j.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // it is being rotated
	}
	if err != nil {
		return err
	}
	if n := len(j.files); n > 0 {
		if last, err := j.files[n-1].Stat(); err != nil || os.SameFile(info, last) {
			return err
		}
	}
	file, err := os.Open(j.path)
	if err == nil {
		j.files = append(j.files, file)
	}
	return err
}

// next is the next line that nobody took yet.
func (j *journal) next() (entry, bool) {
	if err := j.poll(); err != nil {
		return entry{text: "ERROR " + err.Error(), seen: time.Now()}, true
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.lines) == 0 {
		return entry{}, false
	}
	line := j.lines[0]
	j.lines = j.lines[1:]
	return line, true
}

// back puts a line back.
func (j *journal) back(line entry) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lines = append([]entry{line}, j.lines...)
}

// since is what was read after a place, and where it ends.
func (j *journal) since(place int) (string, int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return string(j.text[place:]), len(j.text)
}

func (j *journal) close() {
	for _, file := range j.files {
		_ = file.Close()
	}
}

// missing compares what was read with what logrotate has left: rotated logs,
// of which the oldest are gone, hold the end of it, byte for byte.
func (j *journal) missing() error {
	left, err := rotated(j.path)
	if err != nil {
		return err
	}
	all, _ := j.since(0)
	if !strings.HasSuffix(all, left) || left == "" && all != "" {
		return fmt.Errorf("%d bytes in the rotated logs are not the last of the %d that were written", len(left), len(all))
	}
	return nil
}

// rotated is what stands in a log and its rotated files, oldest first.
func rotated(path string) (string, error) {
	var all string
	for i := 20; i >= 0; i-- {
		name := path
		if i > 0 {
			name = fmt.Sprintf("%s.%d", path, i)
		}
		text, err := os.ReadFile(name)
		if errors.Is(err, fs.ErrNotExist) {
			text, err = gunzip(name + ".gz")
		}
		if err != nil {
			return "", err
		}
		all += string(text)
	}
	return all, nil
}

// gunzip is what is in a compressed file; nothing if there is none.
func gunzip(name string) ([]byte, error) {
	packed, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}
