package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"ship-it.example/gpio/virtual"
	"ship-it.example/shipit/config"
)

// recordedBox is the configuration of a box that is recorded, and its essence.
func recordedBox(t *testing.T, text string) (c *config.Config, essence string) {
	t.Helper()
	var values []config.Value
	c, err := config.Parse([]byte(text), "/etc/ship-it/config.toml", config.WithValues(func(v config.Value) { values = append(values, v) }))
	if err != nil {
		t.Fatal(err)
	}
	return c, config.Essence(values)
}

const twoTargets = `
teamcity = { url = "https://teamcity.example.com" }
[[target]]
name = "Client Int"
led = 22
teamcity = { build_type = "bt280" }
follow = false
[[target]]
name = "Hubot"
led = 25
teamcity = { build_type = "bt1568" }
follow = false
`

// TestReplayIsTheBox has random hands move the lines of a whole box in virtual
// time, bouncing, and plays its recording: the box says the same words in the
// same order, as if nobody had been there.
func TestReplayIsTheBox(t *testing.T) {
	t.Parallel()
	rules := []string{"", "require_rearm = false\n", "safety = { confirm = \"5s\", cooldown = \"20s\" }\n", "safety = { max_armed = \"10s\" }\n"}
	for seed := range 12 {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "box.rec")
			c, essence := recordedBox(t, rules[seed%len(rules)]+twoTargets)
			var said string
			synctest.Test(t, func(t *testing.T) { said = chatter(t, path, c, essence, uint64(seed)) })
			want := story(said)
			got := story(playedFrom(t, path, false))
			if diff := cmp.Diff(want, got); diff != "" || len(want) < 20 {
				t.Errorf("box and replay (-want +got):\n%s", diff)
			}
		})
	}
}

// chatter runs a recorded box under random hands, and returns its log.
func chatter(t *testing.T, path string, c *config.Config, essence string, seed uint64) string {
	t.Helper()
	var box *rig
	m := newMockRig(t, func(*virtual.Chip) {}, func(m *mock, r *rig) {
		m.answer, r.config = answerTime, c
		if err := r.record(path, essence, func(err error) { t.Errorf("panic: %v", err) }); err != nil {
			t.Fatal(err)
		}
		box = r
	})
	rng := rand.New(rand.NewPCG(seed, 2))
	high := map[int]bool{pinLaunch: true, pinBranch: true}
	for range 60 {
		pin := []int{pinSwitch, pinLaunch, pinLaunch, pinBranch}[rng.IntN(4)]
		for range 1 + 2*rng.IntN(5) { // it bounces
			high[pin] = !high[pin]
			m.chip.Drive(pin, high[pin])
			m.pass(time.Duration(rng.Int64N(int64(8 * ms))))
		}
		m.pass(time.Duration(rng.Int64N(int64([]time.Duration{60 * ms, 2 * time.Second, 15 * time.Second}[rng.IntN(3)]))))
	}
	m.pass(20 * time.Second)
	m.stop()
	box.close()
	return m.read()
}

// playedFrom is what a replay at the highest speed says.
func playedFrom(t *testing.T, path string, verbose bool) string {
	t.Helper()
	take, err := openTake(path)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	r := &rig{config: take.config, log: slog.New(slog.DiscardHandler), crash: io.Discard}
	defer r.close()
	server, err := r.standIn("")
	if err != nil {
		t.Fatal(err)
	}
	if err := newPlayback(r, take, server, &out, verbose, fastest).play(t.Context()); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// story is the log's words, without what differs from run to run, and without
// what a replay has beside them.
func story(said string) []string {
	stamp := regexp.MustCompile(`^(\[[^]]*\]| *\d+\.\d{6} ) `)
	other := regexp.MustCompile(`^(pins have|received signal|cleaning up|lamp |blinker|sound|launch \d|edge|the end|arming switch|launch button|branch button)`)
	var lines []string
	for line := range strings.Lines(said) {
		words, _, _ := strings.Cut(stamp.ReplaceAllString(strings.TrimSuffix(line, "\n"), ""), " id=")
		if !other.MatchString(words) {
			lines = append(lines, words)
		}
	}
	return lines
}

// TestRecord records a box that runs as a program, in the foreground and as a
// daemon, and plays that: at the highest speed always the same, and as it was.
func TestRecord(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	record := p.path("box.rec")
	box := p.start("--record", record)
	h := p.hand()
	h.arm()
	h.press()
	<-p.asked
	box.waitLog("Triggered a build")
	box.signal(syscall.SIGTERM)
	if code, log := box.end(); code != 0 {
		t.Fatalf("it ended with %d:\n%s", code, log)
	}
	if text := p.read("box.rec"); strings.Contains(text, secret) || strings.Contains(text, p.server.URL()) {
		t.Errorf("the recording tells of the server:\n%s", text)
	}
	code, first, stderr := p.run("sim", "--replay", record, "--speed", "max")
	_, second, _ := p.run("sim", "--replay", record, "--speed", "100000")
	if code != 0 || stderr != "" || first != second {
		t.Errorf("it ended with %d, %s\n%s", code, stderr, cmp.Diff(first, second))
	}
	for _, want := range []string{"Armed", "Launching Client Int", "Triggered a build of Client Int id=", "blinker: on"} {
		if !strings.Contains(first, want) {
			t.Errorf("no %q in\n%s", want, first)
		}
	}
	select {
	case r := <-p.asked:
		t.Errorf("a replay reached the server: %v", r)
	default:
	}
	code, stderr = p.detach("--record", "box.rec")
	if code != 1 || !strings.Contains(stderr, "exists already") || !strings.Contains(stderr, "hint: choose another name") {
		t.Errorf("-d over the recording: %d, %s", code, stderr)
	}
	code, stderr = p.detach("--record", "daemon.rec")
	if code != 0 {
		t.Fatalf("-d ended with %d: %s", code, stderr)
	}
	h = p.hand()
	h.arm()
	p.waitFile("daemon.rec", "edge high arming switch")
	p.run("stop", "--pidfile", p.path("pid"))
	if _, out, _ := p.run("sim", "--replay", p.path("daemon.rec"), "--speed", "max"); !slices.Contains(story(out), "Armed") {
		t.Errorf("the daemon's recording:\n%s", out)
	}
}

// TestReplayEnds: the end of its context ends a replay that would last long.
func TestReplayEnds(t *testing.T) {
	t.Parallel()
	take, err := openTake("testdata/box.rec")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, speed := range []float64{0.01, fastest} {
		r := &rig{config: take.config, log: slog.New(slog.DiscardHandler), crash: io.Discard}
		server, err := r.standIn("")
		if err != nil {
			t.Fatal(err)
		}
		if err := newPlayback(r, take, server, io.Discard, false, speed).play(ctx); err == nil {
			t.Errorf("at speed %v it went on", speed)
		}
		r.close()
	}
}

// TestReplayLosesNothing plays a recording with far more to say than a log may
// have waiting, at the highest speed: all of it comes out.
func TestReplayLosesNothing(t *testing.T) {
	t.Parallel()
	head, _, _ := strings.Cut(readFile(t, filepath.Join("testdata", "box.rec")), "12367.")
	const presses = 20000
	var text strings.Builder
	text.WriteString(head) // without its end
	const at = 12400       // in its seconds
	for i := range presses {
		fmt.Fprintf(&text, "%d.000000000 edge low branch button\n%d.500000000 edge high branch button\n", at+i, at+i)
	}
	path := filepath.Join(t.TempDir(), "long.rec")
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("ship-it", "sim", "--replay", path, "--speed", "max").CombinedOutput()
	if err != nil || strings.Contains(string(out), "were lost") || strings.Count(string(out), "branch button down\n") < presses || !strings.Contains(string(out), "the end: ") {
		t.Errorf("%v, %d presses, and its end is\n%s", err, strings.Count(string(out), "branch button down\n"), out[max(0, len(out)-300):])
	}
}
