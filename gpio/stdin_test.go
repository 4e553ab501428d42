package gpio

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// childCase names, in the environment, what a child of TestKeepStdin does.
const childCase = "GPIO_TEST_STDIN"

// TestKeepStdin runs each case in a process of its own: descriptor 0 belongs to
// the whole process.
func TestKeepStdin(t *testing.T) {
	if name := os.Getenv(childCase); name != "" {
		stdinChild(name)
		return
	}
	t.Parallel()
	for name, want := range map[string]string{
		"left alone":       "hello",
		"closed by init":   "hello",
		"taken by init":    "hello",
		"closed before":    "", // /dev/null
		"closed and again": "",
		"init fails":       "hello",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKeepStdin$")
			cmd.Env = append(os.Environ(), childCase+"="+name)
			cmd.Stdin = strings.NewReader("hello")
			var stderr bytes.Buffer
			cmd.Stderr = &stderr
			out, err := cmd.Output()
			if err != nil {
				t.Fatalf("child: %v: %s", err, stderr.String())
			}
			got, _, _ := strings.Cut(string(out), "\nPASS")
			if want := fmt.Sprintf("%q", want); got != want {
				t.Errorf("the child read %s from descriptor 0, want %s", got, want)
			}
		})
	}
}

// stdinChild prints what can be read from descriptor 0 at the end.
func stdinChild(name string) {
	closed := func() error { return unix.Close(0) }
	var err error
	switch name {
	case "left alone":
		err = keepStdin(func() error { return nil })
	case "closed by init":
		err = keepStdin(closed)
	case "taken by init":
		err = keepStdin(func() error {
			_ = closed()
			_, err := unix.Open("/dev/zero", unix.O_RDONLY, 0)
			return err
		})
	case "closed before":
		_ = closed()
		err = keepStdin(func() error { return nil })
	case "closed and again":
		_ = closed()
		err = keepStdin(closed)
	case "init fails":
		failure := errors.New("no chips")
		if err = keepStdin(func() error { return errors.Join(closed(), failure) }); errors.Is(err, failure) {
			err = nil
		}
	}
	if err != nil {
		fmt.Println(err)
		return
	}
	read, err := io.ReadAll(io.LimitReader(os.NewFile(0, "descriptor 0"), 100))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%q\n", read)
}
