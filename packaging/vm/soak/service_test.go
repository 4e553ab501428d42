package soak_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Where the package has its files.
const (
	program  = "/usr/local/sbin/ship-it"
	script   = "/etc/init.d/ship-it"
	config   = "/etc/ship-it/config.toml"
	pidfile  = "/run/ship-it/ship-it.pid"
	logfile  = "/var/log/ship-it.log"
	snippet  = "/etc/logrotate.d/ship-it"
	token    = "eyJ0eXAiOiAiVENWMiJ9"
	playerIn = "/usr/local/bin"
)

// install puts the program and its files where the package has them, and
// players that can be told from everything else by their names.
func (s *soak) install() {
	s.t.Helper()
	here := os.Getenv("SHIP_IT_BINARY")
	if here == "" {
		s.t.Fatal("SHIP_IT_BINARY does not name the program to test")
	}
	packaging := filepath.Join(*source, "packaging")
	for _, file := range [][3]string{
		{"0755", here, program},
		{"0755", filepath.Join(packaging, "ship-it.init"), script},
		{"0644", filepath.Join(packaging, "ship-it.logrotate"), snippet},
		{"0755", "/bin/cat", playerIn + "/beep-cat"},
		{"0755", "/bin/sleep", playerIn + "/beep-sleep"},
		{"0755", "/bin/false", playerIn + "/beep-false"},
	} {
		s.must("install", "-D", "-m", file[0], file[1], file[2])
	}
	s.must("rm", "-f", logfile) // of a box on the host
	s.write("/etc/default/ship-it", "CHIP="+s.sim.Path()+"\n", 0o644)
	s.write("/etc/ship-it/token", token+"\n", 0o600)
	s.write("/etc/ship-it/ca.pem", string(s.authority.PEM()), 0o644)
}

// configure writes the configuration of a box.
func (s *soak) configure() {
	s.t.Helper()
	players := []string{`["beep-cat"]`, `["beep-sleep", "2"]`, `["beep-sleep", "20"]`, `["beep-false"]`, `["beep-none"]`, `[]`}
	way := "insecure = true"
	if s.server.cert != nil {
		way = `ca_file = "ca.pem"`
	}
	text := fmt.Sprintf("[teamcity]\nurl = %q\ntoken_file = \"token\"\n%s\ntimeout = %q\n[sound]\nplayer = %s\n",
		s.server.url(), way, timeout, players[s.random.IntN(len(players))])
	for i, name := range targets() {
		text += fmt.Sprintf("[[target]]\nname = %q\nled = %d\nfollow = false\nteamcity = { build_type = %q }\n", name, lamps()[i], builds()[i])
	}
	s.write(config, text, 0o644)
}

func (s *soak) write(path, text string, mode os.FileMode) {
	s.t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), mode)); err != nil {
		s.t.Fatal(err)
	}
}

// do runs a command to its end.
func do(args ...string) (code int, out string, err error) {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = []string{"PATH=/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=dumb"}
	cmd.WaitDelay = 10 * time.Second
	text, err := cmd.CombinedOutput()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		err = nil
	}
	return cmd.ProcessState.ExitCode(), string(text), err
}

// must runs a command to its good end.
func (s *soak) must(args ...string) {
	s.t.Helper()
	code, out, err := do(args...)
	if code != 0 || err != nil {
		s.fault("%s: exit code %d, %v\n%s", strings.Join(args, " "), code, err, out)
	}
}

// starts and stops are the ways to begin and end a daemon.
func starts() map[string][]string {
	return map[string][]string{
		"-d":      {program, "-d", "--user", "ship-it", "--config", config, "--pidfile", pidfile, "--logfile", logfile, "--chip"},
		"service": {script, "start"},
	}
}

// pid is the daemon's, or 0.
func pid() int {
	text, err := os.ReadFile(pidfile)
	if err != nil {
		return 0
	}
	first, _, _ := strings.Cut(string(text), "\n")
	n, err := strconv.Atoi(strings.TrimSpace(first))
	if err != nil {
		return 0
	}
	return n
}

// signal sends the daemon one.
func (s *soak) signal(sig syscall.Signal) {
	s.t.Helper()
	if err := syscall.Kill(s.pid, sig); s.pid <= 1 || err != nil {
		s.fault("signal %v to %d: %v", sig, s.pid, err)
	}
}

// gone waits until the daemon's process is.
func (s *soak) gone() {
	s.t.Helper()
	s.eventually("the end of the process", func() bool { return syscall.Kill(s.pid, 0) != nil })
}

// wantNothing fails unless nothing of a box is left: every line is a free
// input, there is no process and no pidfile.
func (s *soak) wantNothing() {
	s.t.Helper()
	_, out, err := do("gpioinfo", filepath.Base(s.sim.Path()))
	if err != nil {
		s.t.Fatal(err)
	}
	free := 0
	for line := range strings.Lines(out) {
		if strings.Contains(line, " unused ") && strings.Contains(line, " input ") {
			free++
		}
	}
	if free != lines {
		s.fault("%d of %d lines are unused inputs:\n%s", free, lines, out)
	}
	for _, pin := range append(lamps(), blinker) {
		if on, err := s.sim.Value(pin); on || err != nil {
			s.fault("the lamp on line %d is on: %v, %v", pin, on, err)
		}
	}
	if left := running(); len(left) > 0 {
		s.fault("processes are left: %v", left)
	}
	if _, err := os.Lstat(pidfile); err == nil {
		s.fault("the pidfile is left")
	}
}

// running is the processes of our programs. A script of the same name is none.
func running() []string {
	var all []string
	links, _ := filepath.Glob("/proc/[0-9]*/exe")
	for _, link := range links {
		if path, _ := os.Readlink(link); path == program || strings.HasPrefix(path, playerIn+"/beep-") {
			all = append(all, path)
		}
	}
	return all
}
