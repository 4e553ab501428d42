package gpiosim

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// Config is what a chip is to be.
type Config struct {
	Label string         // what the driver calls itself: "pinctrl-bcm2711"
	Lines int            // how many
	Names map[int]string // of lines; the others have none, and there may be more names
	Hogs  map[int]string // lines that the kernel holds, as inputs, and as whom
}

// Header is a chip like that of a Raspberry Pi's header: 54 lines, each named
// after its number.
func Header(label string) Config {
	c := Config{Label: label, Lines: 54, Names: make(map[int]string)}
	for line := range c.Lines {
		c.Names[line] = fmt.Sprintf("GPIO%d", line)
	}
	return c
}

// Chip is a chip that was made. Its methods are for any goroutine. Once it is
// removed they fail with [fs.ErrNotExist] or the kernel's ENODEV.
type Chip struct {
	folder string // in configfs
	name   string // "gpiochip0"
	lines  string // folder in sysfs with a folder for each line

	mu    sync.Mutex
	files map[string]*os.File // of that folder, kept open: a finger has to be quick
}

// New makes a chip, which is removed when the test ends, at the latest. A test
// that can't have one is skipped: see [Need].
func New(tb testing.TB, config Config) *Chip {
	tb.Helper()
	Need(tb)
	c, err := create()
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := errors.Join(c.Remove(), c.close()); err != nil {
			tb.Error(err)
		}
	})
	if err := c.bring(config); err != nil {
		tb.Fatalf("make the chip %s: %v", config.Label, err)
	}
	return c
}

// create makes a chip that is nothing yet.
func create() (*Chip, error) {
	folder, err := os.MkdirTemp(configfs, "ship-it-")
	return &Chip{folder: folder, files: make(map[string]*os.File)}, err
}

// bring writes down what the chip is to be, and brings it to life. The device
// is there when the kernel has taken the last value.
func (c *Chip) bring(config Config) error {
	settings := [][2]string{
		{"bank0/num_lines", strconv.Itoa(config.Lines)},
		{"bank0/label", config.Label},
	}
	for _, line := range slices.Sorted(maps.Keys(config.Names)) {
		if line >= config.Lines {
			break
		}
		settings = append(settings, [2]string{fmt.Sprintf("bank0/line%d/name", line), config.Names[line]})
	}
	for _, line := range slices.Sorted(maps.Keys(config.Hogs)) {
		hog := fmt.Sprintf("bank0/line%d/hog", line)
		settings = append(settings, [2]string{hog + "/name", config.Hogs[line]}, [2]string{hog + "/direction", "input"})
	}
	for _, setting := range append(settings, [2]string{"live", "1"}) {
		path := filepath.Join(c.folder, setting[0])
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := write(path, setting[1]); err != nil {
			return err
		}
	}
	return c.find()
}

// Attach is a chip that somebody else has made and goes on looking after: the
// one in that folder of configfs.
func Attach(tb testing.TB, folder string) *Chip {
	tb.Helper()
	c := &Chip{folder: filepath.Join(configfs, folder), files: make(map[string]*os.File)}
	if err := c.find(); err != nil {
		tb.Fatalf("find the chip %s: %v", folder, err)
	}
	tb.Cleanup(func() {
		if err := c.close(); err != nil {
			tb.Error(err)
		}
	})
	return c
}

// find finds the device and the lines of a chip that lives.
func (c *Chip) find() error {
	device, err := read(filepath.Join(c.folder, "dev_name"))
	if err != nil {
		return err
	}
	if c.name, err = read(filepath.Join(c.folder, "bank0/chip_name")); err != nil {
		return err
	}
	c.lines = filepath.Join("/sys/devices/platform", device, c.name)
	return nil
}

// Path is the chip's device: /dev/gpiochip0. It may be that of another chip
// once this one is removed.
func (c *Chip) Path() string { return "/dev/" + c.name }

// Pull moves the level of an input, as the finger on a button does. A claim
// with a pull moves the level too: pull after it. While the line is an output
// the level waits until it is free again.
func (c *Chip) Pull(line int, high bool) error {
	value := "pull-down"
	if high {
		value = "pull-up"
	}
	file, err := c.file(line, "pull", os.O_WRONLY)
	if err != nil {
		return err
	}
	_, err = file.WriteAt([]byte(value), 0)
	return err
}

// Value is the level of a line: what drives it, or else where it is pulled.
func (c *Chip) Value(line int) (high bool, err error) {
	file, err := c.file(line, "value", os.O_RDONLY)
	if err != nil {
		return false, err
	}
	var value [1]byte
	_, err = file.ReadAt(value[:], 0)
	return value[0] == '1', err
}

// file opens a file of a line, once.
func (c *Chip) file(line int, name string, flag int) (*os.File, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	path := filepath.Join(c.lines, fmt.Sprintf("sim_gpio%d", line), name)
	if file := c.files[path]; file != nil {
		return file, nil
	}
	file, err := os.OpenFile(path, flag, 0)
	if err == nil {
		c.files[path] = file
	}
	return file, err
}

// close closes all that file has opened.
func (c *Chip) close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	var errs []error
	for _, file := range c.files {
		errs = append(errs, file.Close())
	}
	return errors.Join(errs...)
}

// Remove takes the chip away, as if it was unplugged, from whoever holds its
// lines. Doing it again does nothing. The kernel has numbers for 512 lines in
// all, and those of a chip that went while a line was held are gone for good
// (Linux 6.1): such a chip should be a small one.
func (c *Chip) Remove() error {
	switch err := write(filepath.Join(c.folder, "live"), "0"); {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	}
	var folders []string
	err := filepath.WalkDir(c.folder, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() {
			folders = append(folders, path)
		}
		return err
	})
	if err != nil {
		return err
	}
	slices.Reverse(folders) // a folder comes after what is in it
	for _, folder := range folders {
		if err := os.Remove(folder); err != nil {
			return err
		}
	}
	return nil
}

// write gives a file of the kernel a value. It must be there: these are not
// files that can be made.
func write(path, value string) error {
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = file.WriteString(value)
	return errors.Join(err, file.Close())
}

func read(path string) (string, error) {
	text, err := os.ReadFile(path)
	return strings.TrimSpace(string(text)), err
}
