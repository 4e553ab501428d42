package main

import (
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"ship-it.example/shipit/ci/citest"
)

// live is a server that behaves in some way, and what has to become of it.
type live struct {
	name     string
	mode     citest.Mode
	tls, ca  bool
	state    string
	log      string
	requests int
}

// answer is what the journal says of the launch.
func (l live) answer() string {
	switch {
	case strings.Contains(l.log, "Triggered"):
		return "started"
	case strings.Contains(l.log, "Unknown"):
		return "unknown"
	}
	return "not started"
}

// TestLive has the box reach a server that behaves in every way: one request,
// whatever it does, and lamp, log, exit code and journal tell what became of it.
func TestLive(t *testing.T) {
	t.Parallel()
	authority, err := citest.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	cert, err := authority.Issue(citest.Certificate{})
	if err != nil {
		t.Fatal(err)
	}
	cases := []live{
		{"ok", citest.OK(), false, false, "launching", "] Triggered a build of Client Int id=1 url=http://", 1},
		{"TLS with our own authority", citest.OK(), true, true, "launching", "] Triggered a build of Client Int id=1 url=https://", 1},
		{"TLS with an unknown authority", citest.OK(), true, false, "failed", "ERROR No build of Client Int: certificate: ", 0},
		{"not authorised", citest.Fail(401), false, false, "failed", "ERROR No build of Client Int: not authorised (401)", 1},
		{"unknown build type", citest.Fail(404), false, false, "failed", "ERROR No build of Client Int: unknown build type", 1},
		{"conflict", citest.Fail(409), false, false, "failed", "ERROR No build of Client Int: conflict", 1},
		{"redirected", citest.Redirect(302, "https://elsewhere.example/login"), false, false, "failed", "ERROR No build of Client Int: redirected (302 to https://elsewhere.example/login)", 1},
		{"server error", citest.Fail(500), false, false, "failed", "ERROR Unknown whether a build of Client Int started: server error", 1},
		{"nonsense", citest.Answer(200, "text/html", "<p>hello"), false, false, "failed", "ERROR Unknown whether a build of Client Int started: not a build", 1},
		{"cut before the body was read", citest.Unread(), false, false, "failed", "ERROR Unknown whether a build of Client Int started: cut off", 1},
		{"cut after the body", citest.Drop(), false, false, "failed", "ERROR Unknown whether a build of Client Int started: cut off", 1},
		{"cut in the answer", citest.CutAt(3), false, false, "failed", "ERROR Unknown whether a build of Client Int started: cut off", 1},
		{"silent", citest.Silent(), false, false, "failed", "ERROR Unknown whether a build of Client Int started: timed out", 1},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var options []citest.Option
			if c.tls {
				options = append(options, citest.WithTLS(cert))
			}
			p := newPlace(t)
			server, err := citest.New(options...)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { server.Close() })
			server.SetMode(c.mode)
			settings := fmt.Sprintf("url = %q\ntimeout = \"1s\"", server.URL())
			if c.tls {
				settings = strings.Replace(settings, "timeout", "#", 1) + "\n"
			}
			if c.ca {
				p.write("ca.pem", string(authority.PEM()), 0o644)
				settings += "\nca_file = \"ca.pem\""
			}
			text := strings.Replace(p.read("config.toml"), fmt.Sprintf("url = %q", p.server.URL()), settings, 1)
			if c.tls {
				text = strings.Replace(text, "insecure = true", "", 1)
			}
			p.write("config.toml", text, 0o644)
			cmd := p.command()
			cmd.Args = []string{"ship-it", "sim", "--live", "--yes", "--config", p.path("config.toml")}
			script, err := cmd.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			go func() { // the script's end is the box's: not before the request is there
				defer script.Close()
				fmt.Fprintf(script, "arm\npress launch\nexpect state %s\n", c.state)
				tick := time.NewTicker(time.Millisecond)
				defer tick.Stop()
				for late := time.After(limit); server.Requests() < c.requests; {
					select {
					case <-tick.C:
					case <-late:
						return
					}
				}
			}()
			code, stdout, stderr := p.finish(cmd)
			if code != 0 || !strings.Contains(stdout, c.log) || server.Requests() != c.requests {
				t.Errorf("exit code %d, %d requests, want 0 and %d, and %q in:\n%s%s", code, server.Requests(), c.requests, c.log, stdout, stderr)
			}
			if !strings.Contains(stderr, "launches reach "+server.URL()) || strings.Contains(stdout+stderr, secret) {
				t.Errorf("what is reached was not said, or the secret was:\n%s", stderr)
			}
			if lines := p.history(); len(lines) != 1 || lines[0].Answer != c.answer() || lines[0].Drill {
				t.Errorf("the journal has %+v, want one launch, %s", lines, c.answer())
			}
		})
	}
}

// TestLiveBesideBox: what launches in earnest keeps the journal, and one of them
// does at a time.
func TestLiveBesideBox(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	box := p.start()
	cmd := p.command()
	cmd.Args = []string{"ship-it", "sim", "--live", "--yes", "--config", p.path("config.toml")}
	cmd.Stdin = strings.NewReader("arm\nexpect sound buzz\nexpect state locked\npress launch\n")
	code, stdout, stderr := p.finish(cmd)
	want := fmt.Sprintf("is kept by ship-it (pid %d)", box.cmd.Process.Pid)
	if !strings.Contains(stdout, "WARN Refused arming: can't record: the journal ") || !strings.Contains(stdout, want) {
		t.Errorf("exit code %d, want %q in:\n%s%s", code, want, stdout, stderr)
	}
	if n := p.server.Requests(); n != 0 {
		t.Errorf("%d requests", n)
	}
	box.signal(syscall.SIGTERM)
	box.end()
}
