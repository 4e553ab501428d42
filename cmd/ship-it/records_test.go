package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"ship-it.example/shipit"
	"ship-it.example/shipit/config"
	"ship-it.example/shipit/journal"
)

// TestFullDisk: a box whose disk is full starts, refuses to be armed with the
// reason, and is armed once there is room and the switch was off.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root can mount a disk")
	}
	p := newPlace(t)
	disk := p.path("disk")
	if err := os.Mkdir(disk, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mount("tmpfs", disk, "tmpfs", 0, "size=64k"); err != nil {
		t.Skipf("no disk can be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(disk, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	ballast := filepath.Join(disk, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 1<<20), 0o600); err == nil {
		t.Fatal("the disk does not get full")
	}
	p.write("config.toml", strings.Replace(p.read("config.toml"), `"journal.jsonl"`, `"disk/journal.jsonl"`, 1), 0o644)
	r := p.start()
	r.waitLog("WARN The journal " + disk + "/journal.jsonl lies on tmpfs, and is gone when the power is")
	h := p.hand()
	h.do("drive %d high", pinSwitch)
	r.waitLog("WARN Refused arming: can't record: write " + disk)
	r.waitLog(": no space left on device")
	h.press()
	r.waitLog("WARN Refused launch: can't record")
	h.do("float %d", pinLaunch)
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	h.do("float %d", pinSwitch)
	r.waitLog("] Safe")
	h.do("drive %d high", pinSwitch)
	p.waitReserved("disk/journal.jsonl.open", 1)
	h.press()
	r.waitLog("Triggered a build of Client Int")
	r.signal(syscall.SIGTERM)
	if code, _ := r.end(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if n := p.server.Requests(); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
	lines := p.read("disk/journal.jsonl")
	for _, want := range []string{`"what":"arming","refusal":"can't record: `, `"what":"launch","refusal":"can't record"`} {
		if !strings.Contains(lines, want) {
			t.Errorf("no %s in\n%s", want, lines)
		}
	}
}

// waitReserved waits until the id of a launch was reserved so often: then the box
// is armed, whatever a refusal has the blinker do.
func (p *place) waitReserved(name string, times int) {
	p.t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	timeout := time.After(limit)
	for {
		text, _ := os.ReadFile(p.path(name))
		if strings.Count(string(text), `"step":"reserved"`) >= times {
			return
		}
		select {
		case <-tick.C:
		case <-timeout:
			p.t.Fatalf("not reserved %d times:\n%s", times, text)
		}
	}
}

// TestUnwritable: a user who may not write the journal is told at the start, with
// the remedy, and can't arm.
func TestUnwritable(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root can be somebody else")
	}
	p := newPlace(t)
	if err := os.Chmod(p.path("token"), 0o644); err != nil {
		t.Fatal(err)
	}
	for dir, mode := range map[string]os.FileMode{filepath.Dir(p.dir): 0o755, p.dir: 0o777} { // the test chip writes there
		if err := os.Chmod(dir, mode); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(p.path("roots"), 0o755); err != nil {
		t.Fatal(err)
	}
	p.write("config.toml", strings.Replace(p.read("config.toml"), `"journal.jsonl"`, `"roots/journal.jsonl"`, 1), 0o644)
	cmd := p.command("--drill")
	cmd.Env = append(cmd.Env, "TEST_AS_NOBODY=1")
	r := p.startCommand(cmd)
	r.waitLog("Can't record launches, so arming will be refused: open " + p.path("roots") + "/journal.jsonl.open: permission denied")
	r.waitLog(`hint: use sudo, or name a file of your own in the configuration: journal = "..."`)
	h := p.hand()
	h.do("drive %d high", pinSwitch)
	r.waitLog("Refused arming: can't record: open ")
	r.signal(syscall.SIGTERM)
	r.end()
}

// TestRestart: a build that was under way when the box was stopped is gone on
// with, over a stop and a start of the daemon.
func TestRestart(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	r := p.start()
	h := p.hand()
	h.arm()
	h.press()
	r.waitLog("Triggered a build of Client Int id=1")
	r.signal(syscall.SIGTERM)
	r.end()
	r = p.start()
	r.waitLog("Going on with the build of Client Int id=1")
	r.waitLog("Build of Client Int passed id=1")
	r.signal(syscall.SIGTERM)
	r.end()
	if lines := p.history(); len(lines) != 1 || lines[0].Outcome != "passed" || p.server.Requests() != 1 {
		t.Errorf("%d requests, the journal has %+v", p.server.Requests(), lines)
	}
}

// TestLaunchedAhead: a clock that was ahead at the last launch has the cooldown
// begin now, and not when that time comes.
func TestLaunchedAhead(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal.jsonl")
	const line = `{"time":"2999-01-01T00:00:00Z","kind":"launch","id":"I","target":"A","answer":"started"}` + "\n"
	if err := os.WriteFile(path, []byte(line), 0o640); err != nil {
		t.Fatal(err)
	}
	r := &rig{
		config:  &config.Config{Rules: shipit.Rules{Cooldown: time.Minute}},
		records: journal.New(journal.Settings{Path: path}),
	}
	before := time.Now()
	if got := r.launched(); got.Before(before) || got.After(time.Now()) {
		t.Errorf("the last launch was at %v, want now", got)
	}
}
