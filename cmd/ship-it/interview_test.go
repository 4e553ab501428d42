package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// dialogue is a ship-it init at a terminal of its own.
type dialogue struct {
	t              *testing.T
	window, inside *os.File
	cmd            *exec.Cmd
	said           bytes.Buffer
}

// startDialogue begins to write a configuration in dir.
func startDialogue(t *testing.T, dir string, flags ...string) *dialogue {
	t.Helper()
	d := &dialogue{t: t}
	d.window, d.inside = terminal(t)
	t.Cleanup(func() { d.inside.Close() })
	d.cmd = exec.Command("ship-it", append([]string{"init", "-c", filepath.Join(dir, "config.toml")}, flags...)...)
	d.cmd.Stdin, d.cmd.Stdout, d.cmd.Stderr = d.inside, d.inside, d.inside
	d.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := d.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return d
}

// until reads what is said until a text comes.
func (d *dialogue) until(text string) {
	d.t.Helper()
	_ = d.window.SetReadDeadline(time.Now().Add(limit)) // where a terminal has any
	one := make([]byte, 1)
	for from := d.said.Len(); !strings.Contains(d.said.String()[from:], text); {
		if n, err := d.window.Read(one); n == 0 || err != nil {
			d.t.Fatalf("no %q: %v\n%s", text, err, d.said.String())
		}
		d.said.Write(one)
	}
}

// answer waits for a question, and then for its prompt, and types.
func (d *dialogue) answer(question, text string) {
	d.t.Helper()
	if question != "" {
		d.until(question)
	}
	d.until("> ")
	if _, err := d.window.WriteString(text); err != nil {
		d.t.Fatal(err)
	}
}

// end waits for the end, and checks that the terminal shows again what is typed.
func (d *dialogue) end(want int) {
	d.t.Helper()
	_ = d.cmd.Wait() // its code tells
	if got := d.cmd.ProcessState.ExitCode(); got != want {
		d.t.Errorf("it ended with %d, want %d:\n%s", got, want, d.said.String())
	}
	state, err := unix.IoctlGetTermios(int(d.inside.Fd()), unix.TCGETS)
	if err != nil || state.Lflag&unix.ECHO == 0 || state.Lflag&unix.ICANON == 0 {
		d.t.Errorf("the terminal is left as %+v, %v", state, err)
	}
}

// hidden waits until the terminal no longer shows what is typed.
func (d *dialogue) hidden() {
	d.t.Helper()
	state, err := unix.IoctlGetTermios(int(d.inside.Fd()), unix.TCGETS)
	if err != nil || state.Lflag&unix.ECHO != 0 {
		d.t.Fatalf("what is typed is shown: %v", err)
	}
}

// TestInterview: the four questions, each asked again until its answer makes
// sense, with a token that is never shown.
func TestInterview(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	d := startDialogue(t, dir)
	d.answer("1. Which server", "teamcty\n")
	d.answer("did you mean teamcity?", "teamcity\n")
	d.answer("2. What is its address, as in https://teamcity.example.com?", "teamcity.example.com\n")
	d.answer("begins with neither", "https://teamcity.example.com\n")
	d.answer("3. What can be launched?", "\n")
	d.answer("write it as NAME = BUILD", "Client Int = bt280\n")
	d.answer("", "Client Int = bt281\n")
	d.answer("is also the name of the target", "Hubot = bt1568@main\n")
	d.answer("", "\n")
	d.answer("4. Its access token?", "\n")
	d.answer("it needs one", "hunter2 hunter2\n")
	d.until("it holds a space")
	d.until("> ")
	d.hidden()
	if _, err := d.window.WriteString("hunter2\n"); err != nil {
		t.Fatal(err)
	}
	d.until("is written")
	d.end(0)
	if strings.Contains(d.said.String(), "hunter2") {
		t.Errorf("the token was shown:\n%s", d.said.String())
	}
	token := filepath.Join(dir, "teamcity.token")
	if info, err := os.Stat(token); err != nil || info.Mode() != 0o600 || readFile(t, token) != "hunter2\n" {
		t.Errorf("the token's file: %v, %v", info, err)
	}
	out, err := exec.Command("ship-it", "check", "-c", filepath.Join(dir, "config.toml")).CombinedOutput()
	if err != nil || !strings.Contains(string(out), `"Hubot", lamp on GPIO 25`) {
		t.Errorf("check: %v\n%s", err, out)
	}
}

// TestInterviewEnds: Ctrl-C and Ctrl-D end the questions, also while what is
// typed is hidden; nothing is written, and the terminal is as it was.
func TestInterviewEnds(t *testing.T) {
	t.Parallel()
	flags := []string{"--server", "github", "--target", "A=acme/client/deploy.yml", "--url", "https://api.github.com"}
	for name, c := range map[string]struct {
		flags    []string
		question string
		keys     string
	}{
		"Ctrl-C": {nil, "1. Which", "\x03"}, "Ctrl-D": {nil, "1. Which", "\x04"},
		"Ctrl-C at the token": {flags, "4. Its token", "hunter2\x03"}, "Ctrl-D at the token": {flags, "4. Its token", "\x04"},
		"Ctrl-Z and Ctrl-C at the token": {flags, "4. Its token", "\x1a\x03"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			d := startDialogue(t, dir, c.flags...)
			d.answer(c.question, c.keys)
			d.until("not all was answered: nothing was written")
			d.end(1)
			if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
				t.Errorf("left are %v, %v", left, err)
			}
		})
	}
}
