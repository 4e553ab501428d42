package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"ship-it.example/shipit/ci/citest"
)

// left is which pins of the chip are driven, by a process or by nobody.
func (p *place) left() string {
	p.t.Helper()
	text, err := os.ReadFile(p.path("chip.driven"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		p.t.Fatal(err)
	}
	return strings.Join(strings.Fields(string(text)), " ")
}

// givePlayer configures a player that plays for ever, and leaves its number.
func (p *place) givePlayer() {
	p.t.Helper()
	player := fmt.Sprintf(`["sh", "-c", "echo $$ >>%s; exec sleep 1000"]`, p.path("players"))
	p.write("config.toml", strings.Replace(p.read("config.toml"), "player = []", "player = "+player, 1), 0o644)
}

// checkNoPlayer: no player is there any more.
func (p *place) checkNoPlayer() {
	p.t.Helper()
	text, _ := os.ReadFile(p.path("players")) // there may have been none
	for word := range strings.FieldsSeq(string(text)) {
		pid, err := strconv.Atoi(word)
		if err != nil {
			p.t.Fatal(err)
		}
		p.waitGone(pid) // whoever takes the orphans in may take its time
	}
}

// blackHole configures a server that takes connections and never says a word:
// no request gets past the handshake.
func (p *place) blackHole() {
	p.t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { listener.Close() })
	text := strings.Replace(p.read("config.toml"), p.server.URL(), "https://"+listener.Addr().String(), 1)
	p.write("config.toml", strings.Replace(text, "insecure = true", "", 1), 0o644)
}

// TestKilled: a KILL leaves the lines driven, as on a Raspberry Pi, but no
// player. pins tells, release gives them back, and the next start just works.
func TestKilled(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.server.SetMode(citest.Silent())
	p.givePlayer()
	r := p.start()
	h := p.hand()
	h.arm()
	h.press()
	<-p.asked
	p.waitFile("players", "\n")
	r.signal(syscall.SIGKILL)
	r.end()
	if p.left() == "" {
		t.Fatal("no line is driven after a KILL")
	}
	pid, err := strconv.Atoi(strings.TrimSpace(p.read("players")))
	if err != nil {
		t.Fatal(err)
	}
	p.waitGone(pid)
	code, stdout, stderr := p.finish(p.command("pins"))
	if n := strings.Count(stdout, "free, but left as an output: ship-it release"); code != 0 || n != 3 {
		t.Errorf("pins ended with %d and found %d lines left, want 3:\n%s%s", code, n, stdout, stderr)
	}
	if code, stdout, stderr := p.finish(p.command("release")); code != 0 || stdout+stderr != "" {
		t.Errorf("release ended with %d:\n%s%s", code, stdout, stderr)
	}
	if left := p.left(); left != "" {
		t.Errorf("lines are left driven after release: %s", left)
	}
	r = p.start()
	r.signal(syscall.SIGTERM)
	if code, _ := r.end(); code != 0 || p.left() != "" {
		t.Errorf("the next run ended with %d, and left %q", code, p.left())
	}
}

// waitGone waits until a process is gone that is not our child.
func (p *place) waitGone(pid int) {
	p.t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	timeout := time.After(limit)
	for {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil || strings.Contains(string(stat), ") Z ") {
			return
		}
		select {
		case <-tick.C:
		case <-timeout:
			p.t.Fatalf("process %d is still there: %s", pid, stat)
		}
	}
}
