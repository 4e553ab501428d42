package sound

import (
	"context"
	"log/slog"
	"os"
	"os/exec"
	"testing"
	"time"

	"ship-it.example/shipit"
)

// deaf ends by nothing but KILL, reads nothing, and holds descriptor 3 open, so
// that the test can read when the last of its processes has gone.
const deaf = `trap "" TERM INT HUP QUIT PIPE; exec 3>"$1"; `

// Close ends the sound whatever the player does, and everything that the
// player started: the end of the FIFO says that nobody is left.
func TestCloseLeavesNobody(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, script string }{
		{name: "ignores signals", script: `echo $$ >&3; read -r never <"$2"`},
		{name: "has a child", script: `(echo $$ >&3; read -r never <"$2"); echo >&3`},
		{name: "has a child in the background", script: `(read -r never <"$2") & echo $$ >&3; wait`},
		{name: "is stopped", script: `echo $$ >&3; kill -STOP $$`},
		{name: "is never done", script: `echo $$ >&3; while :; do :; done`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			path, log := fifo(t), newLog()
			p := open(t, log, Settings{Player: shell(deaf+tc.script, path, fifo(t))})
			p.Play(shipit.Alarm)
			said := reader(t, path)
			pid := said.pid(t)
			closed(t, p)
			gone(t, pid)
			said.ended(t)
			log.unlogged(t)
		})
	}
}

// What a player leaves behind in its group when it ends well goes with it.
func TestEndOfThePlayerEndsItsGroup(t *testing.T) {
	t.Parallel()
	path, log := fifo(t), newLog()
	p := open(t, log, Settings{Player: shell(deaf+`(read -r never <"$2") & exit 0`, path, fifo(t))})
	p.Play(shipit.Alarm)
	reader(t, path).ended(t)
	rest(p)
	log.unlogged(t)
}

// server leaves the player's session and holds its pipes, like a sound server
// that was started for the sound. It says "up" on $3 and, once $2 was opened
// for writing, "alive" on $1.
const server = `setsid /bin/sh -c 'echo up >"$3"; read -r end <"$2"; echo alive >"$1"' server "$1" "$2" "$3" <&0 & read -r up <"$3"; `

// A process that left the player's session is left alone, and neither delays
// anything nor makes a failure of the sound.
func TestStrangerHoldsThePipes(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, script string
		end          func(*testing.T, *Player)
	}{
		{name: "player is ended", script: server + `echo up >"$1"; wait`, end: closed},
		{name: "player ends well", script: server + `echo up >"$1"`, end: func(_ *testing.T, p *Player) { rest(p) }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			said, hold, log := newPipe(t), fifo(t), newLog()
			p := open(t, log, Settings{Player: shell(tc.script, said.path, hold, fifo(t))})
			p.Play(shipit.Alarm)
			said.line(t)
			tc.end(t, p)
			log.unlogged(t)

			file, err := os.OpenFile(hold, os.O_WRONLY, 0)
			if err != nil {
				t.Fatal(err)
			}
			_ = file.Close()
			if got := said.line(t); got != "alive" {
				t.Errorf("the stranger said %q", got)
			}
		})
	}
}

// stuck is a log that takes its time.
type stuck struct {
	slog.Handler
	reached, release chan struct{}
}

func (s stuck) Enabled(context.Context, slog.Level) bool { return true }
func (s stuck) Handle(context.Context, slog.Record) error {
	close(s.reached)
	<-s.release
	return nil
}

// Close comes back although a goroutine doesn't end, and says so. The log
// stands for whatever holds one up.
func TestCloseIsBounded(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		player []string
	}{
		{name: "worker", player: []string{"no-such-player"}},
		{name: "limit", player: shell(`read -r never <"$1"`, fifo(t))},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			log := stuck{reached: make(chan struct{}), release: make(chan struct{})}
			p := New(Settings{Player: tc.player, Buzz: buzzWAV}, slog.New(log), func(err error) { t.Errorf("fault: %v", err) })
			p.grace = 0
			p.Play(shipit.Buzz)
			<-log.reached
			p.Play(shipit.Alarm) // nobody else is held up
			p.Silence()
			if err := p.Close(); err == nil {
				t.Error("Close: no error, though a goroutine is still there")
			}
			p.closing = time.Minute
			close(log.release)
			closed(t, p)
		})
	}
}

// victimRole is the argument that makes the test binary a program that plays
// an alarm until it is killed.
const victimRole = "victim"

// victim plays an alarm with the player argv. It never returns.
func victim(argv []string) {
	p := New(Settings{Player: argv}, slog.New(slog.NewTextHandler(os.Stderr, nil)), func(err error) { panic(err) })
	p.Play(shipit.Alarm)
	select {}
}

// The sound doesn't outlive a program that is killed.
func TestPlayerDiesWithTheProgram(t *testing.T) {
	t.Parallel()
	path := fifo(t)
	argv := append([]string{victimRole}, shell(deaf+`echo $$ >&3; read -r never <"$2"`, path, fifo(t))...)
	program := exec.CommandContext(t.Context(), os.Args[0], argv...)
	if err := program.Start(); err != nil {
		t.Fatal(err)
	}
	said := reader(t, path)
	said.pid(t)
	if err := program.Process.Kill(); err != nil {
		t.Error(err)
	}
	_ = program.Wait() // it was killed
	said.ended(t)
}

// BenchmarkClose measures the time that Close takes while an alarm plays, with
// a player that has a child and ignores signals.
func BenchmarkClose(b *testing.B) {
	log, said := slog.New(slog.DiscardHandler), newPipe(b)
	settings := Settings{Player: shell(deaf+`(echo playing >&3; read -r never <"$2"); echo >&3`, said.path, fifo(b))}
	for b.Loop() {
		b.StopTimer()
		p := New(settings, log, func(err error) { b.Error(err) })
		p.Play(shipit.Alarm)
		said.line(b)
		b.StartTimer()
		if err := p.Close(); err != nil {
			b.Error(err)
		}
	}
}
