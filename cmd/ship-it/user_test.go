package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ship-it.example/shipit/view"
)

// TestUser: with --user the daemon reads a secret that only root may read, then
// is nobody, and so is its player; the box works as before.
func TestUser(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root can become another user")
	}
	p := newPlace(t)
	for dir, mode := range map[string]os.FileMode{filepath.Dir(p.dir): 0o755, p.dir: 0o777} /* the test chip writes there, too */ {
		if err := os.Chmod(dir, mode); err != nil {
			t.Fatal(err)
		}
	}
	out := p.path("out")
	if err := os.Mkdir(out, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(out, 65534, 65534); err != nil {
		t.Fatal(err)
	}
	p.write("player", "#!/bin/sh\ncat >/dev/null\ncat /proc/$$/status >"+out+"/new\nmv "+out+"/new "+out+"/child\n", 0o755)
	p.write("config.toml", strings.Replace(p.read("config.toml"), "player = []", fmt.Sprintf("player = [%q]", p.path("player")), 1), 0o644)
	pidfile := p.path("run/ship-it.pid")
	code, _, stderr := p.finish(p.command("-d", "--user", "nobody", "--pidfile", pidfile, "--logfile", p.path("log")))
	if code != 0 {
		t.Fatalf("-d ended with %d:\n%s", code, stderr)
	}
	t.Cleanup(func() { p.run("stop", "--pidfile", pidfile) })
	h := p.hand()
	h.arm()
	h.press()
	if r := <-p.asked; !strings.Contains(fmt.Sprint(r.Header), secret) {
		t.Errorf("the server did not get the secret: %v", r.Header)
	}
	p.waitFile("out/child", "Seccomp")
	for _, want := range []string{"Uid:\t65534\t65534\t65534\t65534", "CapPrm:\t0000000000000000", "NoNewPrivs:\t1"} {
		if !strings.Contains(p.read("out/child"), want) {
			t.Errorf("no %q in the player's status:\n%s", want, p.read("out/child"))
		}
	}
	p.waitFile("log", "Triggered a build of Client Int")
	p.watch().until("a build", func(v view.View) bool { return v.Targets[0].Build != nil })
	if code, stdout, stderr := p.run("stop", "--pidfile", pidfile); code != 0 || !strings.Contains(stdout, "has ended") {
		t.Errorf("stop ended with %d: %s%s", code, stdout, stderr)
	}
	if driven, err := os.ReadFile(p.path("chip.driven")); err == nil {
		t.Errorf("lines are still driven: %s", driven)
	}
	if _, err := os.Lstat(pidfile); err == nil {
		t.Error("the pidfile is left")
	}
	p.checkNoSocket() // the folder is his
}
