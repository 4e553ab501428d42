package sound

import (
	"bytes"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"ship-it.example/shipit"
)

// blocks is a player that says its number and the WAV's size to $1 and then
// plays until somebody opens $2 for writing.
const blocks = `echo $$ >"$1"; cat >>"$3"; echo playing >"$1"; read -r end <"$2"; exit 0`

// stage is a Player whose sounds last until the test lets them end.
type stage struct {
	*Player
	log    *logged
	said   *pipe  // number and "playing" of each sound
	hold   string // opened for writing: the sound ends well
	played string // the file with every WAV that arrived, in order
}

var alarmWAV, buzzWAV = tiny(0xaaaa), tiny(0xbbbb)

func newStage(t *testing.T) *stage {
	t.Helper()
	s := &stage{log: newLog(), said: newPipe(t), hold: fifo(t), played: filepath.Join(t.TempDir(), "played")}
	s.Player = open(t, s.log, Settings{
		Player: shell(blocks, s.said.path, s.hold, s.played), Alarm: alarmWAV, Buzz: buzzWAV,
	})
	return s
}

// start plays sound and blocks until it is heard. It returns the player's
// process number.
func (s *stage) start(t *testing.T, sound shipit.Sound) int {
	t.Helper()
	s.Play(sound)
	pid := s.said.pid(t)
	if got := s.said.line(t); got != "playing" {
		t.Fatalf("player said %q", got)
	}
	return pid
}

// finish lets the sound come to its end, and blocks until nothing plays.
func (s *stage) finish(t *testing.T) {
	t.Helper()
	file, err := os.OpenFile(s.hold, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_ = file.Close()
	rest(s.Player)
}

// heard checks which WAVs arrived, whole and in that order.
func (s *stage) heard(t *testing.T, want ...[]byte) {
	t.Helper()
	got, err := os.ReadFile(s.played)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, bytes.Join(want, nil)) {
		t.Errorf("players were given %x, want %x", got, want)
	}
	s.log.unlogged(t)
}

// The player's standard input is the WAV to the byte, then its end.
func TestPlayGivesTheWAV(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name     string
		settings Settings
		sound    shipit.Sound
		want     []byte
	}{
		{name: "our alarm", sound: shipit.Alarm, want: ourAlarm},
		{name: "our buzz", sound: shipit.Buzz, want: ourBuzz},
		{name: "user's alarm", settings: Settings{Alarm: alarmWAV}, sound: shipit.Alarm, want: alarmWAV},
		{name: "user's buzz", settings: Settings{Buzz: buzzWAV}, sound: shipit.Buzz, want: buzzWAV},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			file, log := filepath.Join(t.TempDir(), "played"), newLog()
			tc.settings.Player = shell(`cat >"$1"`, file)
			p := open(t, log, tc.settings)
			p.Play(tc.sound)
			rest(p)
			got, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, tc.want) {
				t.Errorf("player was given %d bytes, want %d", len(got), len(tc.want))
			}
			log.unlogged(t)
		})
	}
}

// A new sound ends the old one, whose process is gone before the new one's
// starts: a card may serve only one.
func TestNewSoundEndsTheOld(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name     string
		old, new shipit.Sound
		want     [][]byte
	}{
		{name: "alarm after buzz", old: shipit.Buzz, new: shipit.Alarm, want: [][]byte{buzzWAV, alarmWAV}},
		{name: "alarm after alarm", old: shipit.Alarm, new: shipit.Alarm, want: [][]byte{alarmWAV, alarmWAV}},
		{name: "buzz after buzz", old: shipit.Buzz, new: shipit.Buzz, want: [][]byte{buzzWAV, buzzWAV}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			old := s.start(t, tc.old)
			s.start(t, tc.new)
			gone(t, old)
			s.finish(t)
			s.heard(t, tc.want...)
		})
	}
}

func TestBuzzIsDroppedWhileAnAlarmPlays(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.start(t, shipit.Alarm)
	s.Play(shipit.Buzz)
	s.finish(t)
	s.heard(t, alarmWAV)

	s.start(t, shipit.Buzz) // the alarm is over
	s.finish(t)
	s.heard(t, alarmWAV, buzzWAV)
}

// A failed launch ends the alarm and buzzes in the same breath.
func TestBuzzAfterSilence(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	alarm := s.start(t, shipit.Alarm)
	s.Silence()
	s.start(t, shipit.Buzz)
	gone(t, alarm)
	s.finish(t)
	s.heard(t, alarmWAV, buzzWAV)
}

func TestSilence(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.Silence() // nothing plays
	pid := s.start(t, shipit.Alarm)
	s.Silence()
	rest(s.Player)
	gone(t, pid)
	s.heard(t, alarmWAV)
}

// Play comes back though the player takes nothing: the alarm is larger than
// any pipe, so the test would never end.
func TestPlayDoesNotWaitForAPlayerThatDoesNotRead(t *testing.T) {
	t.Parallel()
	said, log := newPipe(t), newLog()
	p := open(t, log, Settings{Player: shell(`echo $$ >"$1"; read -r never <"$2"`, said.path, fifo(t))})
	p.Play(shipit.Alarm)
	first := said.pid(t)
	p.Play(shipit.Alarm)
	second := said.pid(t)
	gone(t, first)
	closed(t, p)
	gone(t, second)
	log.unlogged(t)
}

func TestEmptyPlayerIsSilence(t *testing.T) {
	t.Parallel()
	log := newLog()
	p := open(t, log, Settings{Player: []string{}})
	p.Play(shipit.Alarm)
	p.Play(shipit.Buzz)
	p.Silence()
	if p.done != nil || p.wanted != nil {
		t.Error("a goroutine was started")
	}
	log.unlogged(t)
}

func TestPlayAfterCloseDoesNothing(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.start(t, shipit.Buzz)
	closed(t, s.Player)
	s.Play(shipit.Alarm)
	s.mu.Lock()
	if s.wanted != nil {
		t.Errorf("Play after Close wants the %s", s.wanted.sound)
	}
	s.mu.Unlock()
	s.Silence()
	closed(t, s.Player)
	s.heard(t, buzzWAV)
}

// The methods may be called from everywhere at once, and nothing is left.
func TestTogether(t *testing.T) {
	t.Parallel()
	log := newLog()
	p := open(t, log, Settings{Player: shell(`read -r never <"$1"`, fifo(t))}) // ends only when it is ended
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for n := range 50 {
				switch (i + n) % 4 {
				case 0:
					p.Silence()
				case 1:
					p.Play(shipit.Alarm)
				default:
					p.Play(shipit.Buzz)
				}
			}
			if i == 0 {
				closed(t, p)
			}
		})
	}
	wg.Wait()
	log.unlogged(t)
}
