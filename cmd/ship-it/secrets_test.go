package main

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// The password of the tests, and what it looks like on the way to a server.
const password = "correct-horse-very-secret"

func basic() string { return base64.StdEncoding.EncodeToString([]byte("ship-it:" + password)) }

// checkNoSecret looks for the secrets in a text, and for marks of ours that no
// child may see.
func checkNoSecret(t *testing.T, where, text string, marks ...string) {
	t.Helper()
	for _, mark := range append([]string{secret, password, basic()}, marks...) {
		if strings.Contains(text, mark) {
			t.Errorf("%q is in %s: %q", mark, where, text)
		}
	}
}

// TestSecrets looks for secrets in everything that a daemon and its children
// show: arguments, environment, output, and the log in both its forms with the
// traces of a QUIT and of a panic.
func TestSecrets(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, format, with, end string }{
		{"token, text, QUIT", "text", "token", "QUIT"},
		{"token, JSON, panic", "json", "token", "panic"},
		{"token of the environment, JSON, QUIT", "json", "environment", "QUIT"},
		{"password, text, panic", "text", "password", "panic"},
		{"password, JSON, QUIT", "json", "password", "QUIT"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			p.givePlayer()
			if c.with == "password" {
				p.write("password", password+"\n", 0o600)
				p.write("config.toml", strings.Replace(p.read("config.toml"), `token_file = "token"`, "user = \"ship-it\"\npassword_file = \"password\"", 1), 0o644)
			}
			cmd := p.command("-d", "-v", "--log-format", c.format, "--pidfile", p.path("pid"), "--logfile", p.path("log"))
			sent := "Bearer " + secret
			switch c.with {
			case "password":
				sent = "Basic " + basic()
			case "environment":
				sent += "-2"
				cmd.Env = append(cmd.Env, "SHIP_IT_TEAMCITY_TOKEN="+secret+"-2", "SHIP_IT_OTHER=no business of a player's")
			}
			code, stdout, stderr := p.finish(cmd)
			if code != 0 {
				t.Fatalf("-d ended with %d:\n%s", code, stderr)
			}
			t.Cleanup(func() { p.service("stop") })
			checkNoSecret(t, "the output", stdout+stderr)
			pid := p.pid()
			h := p.hand()
			h.arm()
			h.press()
			if r := <-p.asked; !strings.Contains(fmt.Sprint(r.Header), sent) {
				t.Errorf("the server did not get the secret: %v", r.Header)
			}
			p.waitFile("log", "Triggered a build")
			p.waitFile("players", "\n")
			checkNoSecret(t, "the daemon's arguments", proc(t, pid, "cmdline"))
			var player int
			if _, err := fmt.Sscan(p.read("players"), &player); err != nil {
				t.Fatal(err)
			}
			for _, child := range append(children(t, pid), player) {
				checkNoSecret(t, "a child's arguments", proc(t, child, "cmdline"))
				checkNoSecret(t, "a child's environment", proc(t, child, "environ"), "SHIP_IT", "_GO_DAEMON", "DAEMONIZE")
			}
			if c.end == "panic" {
				h.last("panic drive")
				h.last("float %d", pinSwitch) // whatever comes of it, a lamp changes
			} else if err := syscall.Kill(pid, syscall.SIGQUIT); err != nil {
				t.Fatal(err)
			}
			p.waitGone(pid)
			log := p.read("log")
			if !strings.Contains(log, "goroutine ") || !strings.Contains(log, "cleaning up pins!") {
				t.Errorf("no trace in the log:\n%s", log)
			}
			checkNoSecret(t, "the log", log)
		})
	}
}

func proc(t *testing.T, pid int, file string) string {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid, file))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// children is the processes that a process has started, of all its threads, as
// far as the kernel tells (CONFIG_PROC_CHILDREN).
func children(t *testing.T, pid int) []int {
	t.Helper()
	lists, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	if err != nil {
		t.Fatal(err)
	}
	var pids []int
	for _, list := range lists {
		text, _ := os.ReadFile(list) // a thread may be gone by now
		for word := range strings.FieldsSeq(string(text)) {
			var child int
			if _, err := fmt.Sscan(word, &child); err != nil {
				t.Fatal(err)
			}
			pids = append(pids, child)
		}
	}
	return pids
}

// TestSecretsOfBadConfigurations: no message about a mistake tells a secret,
// whether that stands in a file, in the configuration or in the environment.
func TestSecretsOfBadConfigurations(t *testing.T) {
	t.Parallel()
	const bad = "../../shipit/config/testdata/bad"
	names, err := filepath.Glob(bad + "/*")
	if err != nil || len(names) < 50 {
		t.Fatalf("%d bad files: %v", len(names), err)
	}
	credentials := regexp.MustCompile(`/(http|no-cred|password|secret|token|url|user)`) // what speaks of them
	for name, env := range map[string][]string{
		"files alone":    nil,
		"token":          {"SHIP_IT_TEAMCITY_TOKEN=" + secret + " with a blank"},
		"password alone": {"SHIP_IT_TEAMCITY_PASS=" + password},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			for _, name := range names {
				text, err := os.ReadFile(name)
				if err != nil {
					t.Fatal(err)
				}
				p.write(filepath.Base(name), string(text), 0o600)
			}
			for _, name := range names {
				if filepath.Ext(name) != ".toml" || env != nil && !credentials.MatchString(name) {
					continue
				}
				cmd := p.command()
				cmd.Args = []string{"ship-it", "check", "--config", filepath.Base(name)}
				cmd.Env = slices.Concat(cmd.Env, env)
				code, stdout, stderr := p.finish(cmd)
				if env == nil && (code != 6 || stderr == "") || stdout != "" && strings.Contains(stdout, "is a configuration") != (code == 0) {
					t.Errorf("%s ended with %d:\n%s%s", name, code, stdout, stderr)
				}
				checkNoSecret(t, "what is said of "+name, stdout+stderr, "secret-of-the-token", "secret of the password", "hunter2", "a token with spaces")
			}
		})
	}
}
