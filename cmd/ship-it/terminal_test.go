package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"ship-it.example/shipit/ci/citest"
)

// terminal opens a pseudo-terminal: the side of the window, and that of the
// programs in it (pty(7)).
func terminal(t *testing.T) (window, inside *os.File) {
	t.Helper()
	window, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("no pseudo-terminals here: ", err)
	}
	t.Cleanup(func() { window.Close() })
	raw, err := window.SyscallConn() // Fd would make its reads block a Close
	if err != nil {
		t.Fatal(err)
	}
	var number int
	control := raw.Control(func(fd uintptr) {
		if err = unix.IoctlSetPointerInt(int(fd), unix.TIOCSPTLCK, 0); err == nil {
			number, err = unix.IoctlGetInt(int(fd), unix.TIOCGPTN)
		}
	})
	if err != nil || control != nil {
		t.Fatal(err, control)
	}
	inside, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	return window, inside
}

// inTerminal runs a command in a terminal of its own, as the leader of its
// session, and waits until the pins are set up.
func (p *place) inTerminal(t *testing.T, cmd *exec.Cmd) (window *os.File, said chan string) {
	t.Helper()
	window, inside := terminal(t)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = inside, inside, inside
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if err := inside.Close(); err != nil {
		t.Fatal(err)
	}
	said, ready := make(chan string, 1), make(chan struct{})
	go func() {
		var text strings.Builder
		for lines := bufio.NewScanner(window); lines.Scan(); {
			fmt.Fprintln(&text, lines.Text())
			if strings.Contains(lines.Text(), "pins have been initialized!") {
				close(ready)
			}
		}
		said <- text.String()
	}()
	select {
	case <-ready:
	case text := <-said:
		t.Fatalf("it ended before the pins were set up:\n%s", text)
	}
	return window, said
}

// TestTerminal: a window that is closed, as a lost ssh session is, and a Ctrl-C
// end a box in the middle of a launch, with its lines given back and its player
// gone.
func TestTerminal(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name string
		end  func(window *os.File) error
		log  string
	}{
		{"closed", (*os.File).Close, "pins have been initialized!"},
		{"Ctrl-C", func(window *os.File) error { _, err := window.WriteString("\x03"); return err }, "received signal 2, exiting..."},
		{"Ctrl-C twice", func(window *os.File) error { _, err := window.WriteString("\x03\x03"); return err }, "received signal 2, exiting..."},
		{"Ctrl-\\", func(window *os.File) error { _, err := window.WriteString("\x1c"); return err }, "received signal 3, exiting..."},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			p.server.SetMode(citest.Silent())
			p.givePlayer()
			cmd := p.command()
			window, said := p.inTerminal(t, cmd)
			h := p.hand()
			h.arm()
			h.press()
			<-p.asked
			p.waitFile("players", "\n")
			if err := c.end(window); err != nil {
				t.Fatal(err)
			}
			want := map[bool]int{true: 1, false: 0}[c.name == "Ctrl-\\"]
			_ = cmd.Wait() // the exit code tells
			if code := cmd.ProcessState.ExitCode(); code != want {
				t.Errorf("exit code %d, want %d", code, want)
			}
			if left := p.left(); left != "" {
				t.Errorf("lines are left driven: %s", left)
			}
			p.checkNoPlayer()
			if text := <-said; !strings.Contains(text, c.log) {
				t.Errorf("no %q in:\n%s", c.log, text)
			}
			if n := p.server.Requests(); n != 1 {
				t.Errorf("%d requests", n)
			}
		})
	}
}

// TestTee: ship-it 2>&1 | tee log, with Ctrl-C for both. tee goes first, and
// takes the pipe away.
func TestTee(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.server.SetMode(citest.Silent())
	p.givePlayer()
	reads, writes, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := p.command()
	cmd.Stdout, cmd.Stderr = writes, writes
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	tee := exec.CommandContext(t.Context(), "tee", p.path("log"))
	tee.Stdin, tee.Stdout = reads, io.Discard
	tee.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pgid: cmd.Process.Pid}
	if err := tee.Start(); err != nil {
		t.Fatal(err)
	}
	reads.Close()
	writes.Close()
	p.waitFile("log", "pins have been initialized!")
	h := p.hand()
	h.arm()
	h.press()
	<-p.asked
	p.waitFile("players", "\n")
	for range 2 { // out of impatience
		if err := syscall.Kill(-cmd.Process.Pid, syscall.SIGINT); err != nil {
			t.Fatal(err)
		}
		_ = tee.Wait() // ended by the signal
	}
	_ = cmd.Wait() // the exit code tells
	if code, left := cmd.ProcessState.ExitCode(), p.left(); code != 0 || left != "" {
		t.Errorf("exit code %d, lines left driven: %q", code, left)
	}
	p.checkNoPlayer()
}

// TestNoHangup: under nohup and under systemd a HUP does nothing.
func TestNoHangup(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"nohup", "systemd"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			cmd := p.command()
			if name == "systemd" {
				manager, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: p.path("notify"), Net: "unixgram"})
				if err != nil {
					t.Fatal(err)
				}
				defer manager.Close()
				cmd.Env = append(cmd.Env, "NOTIFY_SOCKET="+p.path("notify"))
			} else {
				sh := exec.CommandContext(t.Context(), "sh", append([]string{"-c", `trap '' HUP; exec "$@"`, "sh"}, cmd.Args...)...)
				sh.Dir, sh.Env = cmd.Dir, cmd.Env
				cmd = sh
			}
			r := p.startCommand(cmd)
			r.signal(syscall.SIGHUP)
			h := p.hand()
			h.arm()
			h.press()
			r.waitLog("Triggered a build")
			r.signal(syscall.SIGHUP)
			r.signal(syscall.SIGTERM)
			if code, log := r.end(); code != 0 || strings.Contains(log, "signal 1,") || p.left() != "" {
				t.Errorf("exit code %d, lines left driven: %q, log:\n%s", code, p.left(), log)
			}
		})
	}
}
