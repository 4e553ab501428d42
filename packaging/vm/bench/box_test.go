package bench_test

import (
	"bufio"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"ship-it.example/gpio/gpiosim"
)

// The lines of a box.
const (
	blinkerPin = 17
	armingPin  = 24
	branchPin  = 23
	launchPin  = 27
	lampOnePin = 22
	lampTwoPin = 25
)

const (
	token    = "eyJ0eXAiOiAiVENWMiJ9"  // what the stand-in server is signed in to with
	failTime = 2500 * time.Millisecond // 2 s for a launch that failed, and some
	patience = time.Second             // a press is answered by then, or not at all
)

//go:embed peer.py
var peerProgram string

// box is a program with a chip, and a server, of its own.
type box struct {
	tb      testing.TB
	program column
	dir     string
	sim     *gpiosim.Chip
	server  *server // nil: it asks none
	cmd     *exec.Cmd
	seen    chan time.Time // when a press came out: at the server, or in the pipe
	ready   time.Time      // when the next press can be answered
}

// newBox makes what a program needs.
func (b *bench) newBox(program column, web string) *box {
	b.tb.Helper()
	dir, err := os.MkdirTemp(b.dir, "box")
	if err != nil {
		b.tb.Fatal(err)
	}
	box := &box{tb: b.tb, program: program, dir: dir, seen: make(chan time.Time, 16)}
	box.sim = gpiosim.New(b.tb, gpiosim.Header("pinctrl-bcm2711"))
	if web != "" {
		box.server = b.newServer(web == "https", box.seen)
	}
	box.write("token", token, 0o600)
	box.write("ca.pem", string(b.authority.PEM()), 0o644)
	box.write("peer.py", peerProgram, 0o755)
	if program == shipIt {
		box.configure(web)
	}
	return box
}

func (b *box) path(name string) string { return filepath.Join(b.dir, name) }

func (b *box) write(name, text string, mode os.FileMode) {
	b.tb.Helper()
	if err := os.WriteFile(b.path(name), []byte(text), mode); err != nil {
		b.tb.Fatal(err)
	}
}

// configure writes ship-it's configuration. There is no sound, for the peer
// has none either.
func (b *box) configure(web string) {
	b.tb.Helper()
	secure := "insecure = true"
	if web == "https" {
		secure = `ca_file = "ca.pem"`
	}
	b.write("config.toml", fmt.Sprintf(`
journal = "journal.jsonl"

[teamcity]
url = %q
token_file = "token"
%s

[sound]
player = []

[[target]]
name = "Client Int"
led  = %d
follow = false
teamcity = { build_type = "bt280" }

[[target]]
name = "Hubot"
led  = %d
follow = false
teamcity = { build_type = "bt1568" }
`, b.server.url, secure, lampOnePin, lampTwoPin), 0o644)
}

// command is the program, in the foreground.
func (b *box) command() *exec.Cmd {
	b.tb.Helper()
	switch b.program {
	case shipIt:
		return b.shipIt("--config", b.path("config.toml"), "--chip", b.sim.Path())
	case peer:
		args := []string{b.path("peer.py"), b.sim.Path(), b.server.url, token}
		if strings.HasPrefix(b.server.url, "https:") {
			args = append(args, b.path("ca.pem"))
		}
		return exec.Command("/usr/bin/python3", args...)
	default:
		return exec.Command("gpiomon", "--line-buffered", "--falling-edge", "--bias=pull-up",
			filepath.Base(b.sim.Path()), fmt.Sprint(launchPin))
	}
}

// shipIt is a call of ship-it.
func (b *box) shipIt(args ...string) *exec.Cmd {
	b.tb.Helper()
	program := os.Getenv("SHIP_IT_BINARY")
	if program == "" {
		b.tb.Fatal("SHIP_IT_BINARY does not name the program to measure")
	}
	return exec.Command(program, args...)
}

// readyWords is what a program says when it can be used. gpiomon says nothing.
func readyWords(program column) string {
	return map[column]string{shipIt: "pins have been initialized!", peer: "ready"}[program]
}

// start starts the program in the foreground. Its log is a file, for whoever
// read a pipe would want the processor just when a press is answered.
func (b *box) start() {
	b.tb.Helper()
	log, err := os.Create(b.path("log"))
	if err != nil {
		b.tb.Fatal(err)
	}
	defer log.Close()
	b.cmd = b.command()
	b.cmd.Stderr = log
	if b.program == floor {
		b.follow()
	}
	if err := b.cmd.Start(); err != nil {
		b.tb.Fatal(err)
	}
	b.tb.Cleanup(b.stop)
}

// follow takes what gpiomon says for what came out.
func (b *box) follow() {
	b.tb.Helper()
	pipe, err := b.cmd.StdoutPipe()
	if err != nil {
		b.tb.Fatal(err)
	}
	go func() {
		for lines := bufio.NewScanner(pipe); lines.Scan(); {
			b.seen <- time.Now()
		}
	}()
}

// stop ends the program, if it still runs.
func (b *box) stop() {
	if b.cmd.ProcessState != nil {
		return
	}
	_ = b.cmd.Process.Signal(syscall.SIGTERM)
	_ = b.cmd.Wait()
}

// logged waits until the log has these words.
func (b *box) logged(words string) {
	b.tb.Helper()
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	late := time.NewTimer(time.Minute)
	defer late.Stop()
	for {
		text, err := os.ReadFile(b.path("log"))
		switch {
		case err != nil:
			b.tb.Fatal(err)
		case strings.Contains(string(text), words):
			return
		}
		select {
		case <-again.C:
		case <-late.C:
			b.tb.Fatalf("%s: not %q in its log within a minute:\n%s", b.program, words, text)
		}
	}
}

// arm turns the arming switch on.
func (b *box) arm() {
	b.tb.Helper()
	if b.program == floor {
		return
	}
	b.pull(armingPin, true)
	b.logged("Armed")
}

func (b *box) pull(pin int, high bool) {
	b.tb.Helper()
	if err := b.sim.Pull(pin, high); err != nil {
		b.tb.Fatal(err)
	}
}

// press pushes the launch button for a time, and tells when the press came
// out after its first contact, if it did.
func (b *box) press(length time.Duration) (took time.Duration, answered bool) {
	b.tb.Helper()
	for len(b.seen) > 0 {
		<-b.seen
	}
	began := time.Now()
	b.pull(launchPin, false)
	release := time.NewTimer(length - time.Since(began))
	defer release.Stop()
	late := time.NewTimer(length + patience)
	defer late.Stop()
	for held := true; held || !answered; {
		select {
		case at := <-b.seen:
			if !answered {
				took, answered = at.Sub(began), true
			}
		case <-release.C:
			b.pull(launchPin, true)
			held = false
		case <-late.C:
			return 0, false
		}
	}
	if b.server != nil {
		b.ready = began.Add(took + failTime)
	}
	return took, true
}
