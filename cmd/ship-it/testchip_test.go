package main

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync/atomic"
	"time"

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
// Of two processes with one socket the second finds its lines held.
type testChip struct {
	*virtual.Chip
	panics atomic.Value // where the next panic is
	lock   *os.File     // held as long as the inputs are claimed
}

func newTestChip(socket string) (gpio.Chip, error) {
	c := &testChip{Chip: virtual.New("virtual", 54)}
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
	go c.serve(listener)
	return c, nil
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
	return trippedInputs{lines, c}, err
}

func (c *testChip) ClaimOutput(pin int, high bool) (gpio.OutputLine, error) {
	line, err := c.Chip.ClaimOutput(pin, high)
	return trippedOutput{line, c}, err
}

type trippedInputs struct {
	gpio.InputLines
	chip *testChip
}

func (l trippedInputs) Wait(timeout time.Duration) (int, bool, error) {
	defer l.chip.trip("wait")
	return l.InputLines.Wait(timeout)
}

func (l trippedInputs) Close() error {
	return errors.Join(l.InputLines.Close(), l.chip.lock.Close())
}

type trippedOutput struct {
	gpio.OutputLine
	chip *testChip
}

func (l trippedOutput) Drive(high bool) error {
	l.chip.trip("drive")
	return l.OutputLine.Drive(high)
}
