package main

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"ship-it.example/gpio"
	"ship-it.example/gpio/virtual"
)

// testChip is a chip in memory that a test moves from another process, by
// lines on a unix socket, each answered by one:
//
//	drive 24 high | drive 24 low | float 24   ok
//	level 17                                  high, low or free
//	remove                                    ok; the chip is gone
//	panic wait | panic drive                  ok; the next one panics
//
// Of two processes with one socket the second finds its lines held. As on a
// Raspberry Pi, outputs of a process that was killed stay driven, for the next
// one to find: the pins that are driven stand in SOCKET.driven, which is there
// as long as there are any.
type testChip struct {
	*virtual.Chip
	panics atomic.Value // where the next panic is
	lock   *os.File     // held as long as the inputs are claimed
	left   string       // the name of SOCKET.driven
	driven map[int]bool // by the chip's observer
}

func newTestChip(socket string) (gpio.Chip, error) {
	c := &testChip{Chip: virtual.New("virtual", 54), left: socket + ".driven", driven: map[int]bool{}}
	c.panics.Store("")
	lock, err := os.OpenFile(socket+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		owner, err := os.ReadFile(lock.Name())
		for pin := range c.Lines() {
			c.Hold(pin, string(owner))
		}
		return c, errors.Join(err, lock.Close())
	}
	if err := lock.Truncate(0); err != nil {
		return nil, err
	}
	if _, err := fmt.Fprintf(lock, "ship-it@%d", os.Getpid()); err != nil {
		return nil, err
	}
	if err := os.Remove(socket); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	listener, err := net.Listen("unix", socket)
	if err != nil {
		return nil, err
	}
	c.lock = lock
	c.strand()
	c.Observe(c.note)
	go c.serve(listener)
	return c, nil
}

// strand finds what was left driven.
func (c *testChip) strand() {
	text, _ := os.ReadFile(c.left)
	for word := range strings.FieldsSeq(string(text)) {
		if pin, err := strconv.Atoi(word); err == nil {
			c.Strand(pin, true)
			c.driven[pin] = true
		}
	}
}

// note writes down which pins are driven.
func (c *testChip) note(t virtual.Transition) {
	if c.driven[t.Pin] == t.Driven {
		return
	}
	c.driven[t.Pin] = t.Driven
	var text strings.Builder
	for pin, driven := range c.driven {
		if driven {
			fmt.Fprintln(&text, pin)
		}
	}
	var err error
	if text.Len() == 0 {
		err = os.Remove(c.left)
	} else { // the daemon may be another user than its first lines
		err = errors.Join(os.WriteFile(c.left+".new", []byte(text.String()), 0o600), os.Rename(c.left+".new", c.left))
	}
	if err != nil {
		panic(err)
	}
}

func (c *testChip) serve(listener net.Listener) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		go func() {
			defer conn.Close()
			for lines := bufio.NewScanner(conn); lines.Scan(); {
				fmt.Fprintln(conn, c.obey(strings.Fields(lines.Text())))
			}
		}()
	}
}

func (c *testChip) obey(words []string) string {
	var pin int
	if len(words) > 1 {
		_, _ = fmt.Sscan(words[1], &pin)
	}
	switch words[0] {
	case "drive":
		c.Drive(pin, words[2] == "high")
	case "float":
		c.Float(pin)
	case "remove":
		c.Remove()
	case "panic":
		c.panics.Store(words[1])
	case "level":
		level, driven := c.Output(pin)
		return map[bool]string{true: map[bool]string{true: "high", false: "low"}[level], false: "free"}[driven]
	}
	return "ok"
}

func (c *testChip) trip(where string) {
	if c.panics.CompareAndSwap(where, "") {
		panic("tripped in " + where)
	}
}

func (c *testChip) ClaimInputs(inputs []gpio.Input) (gpio.InputLines, error) {
	lines, err := c.Chip.ClaimInputs(inputs)
	return trippedInputs{lockedInputs{lines, c.lock}, c.trip}, err
}

func (c *testChip) ClaimOutput(pin int, high bool) (gpio.OutputLine, error) {
	line, err := c.Chip.ClaimOutput(pin, high)
	return trippedOutput{line, c.trip}, err
}

type lockedInputs struct {
	gpio.InputLines
	lock *os.File
}

func (l lockedInputs) Close() error { return errors.Join(l.InputLines.Close(), l.lock.Close()) }
