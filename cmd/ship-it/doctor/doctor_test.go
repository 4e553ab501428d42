package doctor_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"ship-it.example/cmd/ship-it/board"
	"ship-it.example/cmd/ship-it/doctor"
	"ship-it.example/gpio/virtual"
	"ship-it.example/shipit"
)

// TestExamine has somebody sit at boxes that are whole, or that lack something:
// what is found is what is wrong, each with what to do.
func TestExamine(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		prepare func(*virtual.Chip, *doctor.Box)
		does    []deed
		want    []string
	}{
		{"healthy", nil, healthy(), nil},
		{"nobody there", nil, nil, nil},
		{"two lamps swapped", nil, but(deed{words: "Which one is lit?", look: sees([]int{lampA, lampB}, nil)}), []string{
			"lamps: lamp of A, GPIO 22: it is the lamp of B that lights",
			"lamps: lamp of B, GPIO 25: it is the lamp of A that lights",
		}},
		{"a dark lamp", nil, but(deed{words: "Which one is lit?", look: sees(nil, []int{lampA})}), []string{
			"lamps: lamp of A, GPIO 22: it does not light",
		}},
		{"one that is lit while off", nil, but(deed{words: "all lamps dark", answer: "n"}), []string{
			"lamps: : a lamp is lit while it is off",
		}},
		{"no wire to the launch button", nil, but(deed{words: "Press the launch", answer: "n"}), []string{
			"buttons: launch button, GPIO 27: nothing comes: the line floats, nothing is connected",
		}},
		{"two buttons swapped", nil, but(
			deed{words: "Press the branch", hands: press(launch, false), answer: "n", after: 2 * time.Second},
		), []string{"buttons: branch button, GPIO 23: nothing comes, but the launch button moves"}},
		{
			"a button pulled outside, and dead", func(c *virtual.Chip, _ *doctor.Box) { c.Drive(launch, true) },
			but(deed{words: "Press the launch", answer: "n"}),
			[]string{"buttons: launch button, GPIO 27: nothing comes"},
		},
		{
			"a button that opens", func(c *virtual.Chip, _ *doctor.Box) { c.Drive(launch, false) },
			but(deed{words: "Is the launch button held down?", answer: "n"}),
			[]string{
				"lines: launch button, GPIO 27: pressed: it is held against its pull",
				"buttons: launch button, GPIO 27: it reads pressed, and is not",
			},
		},
		{"the switch is on", func(c *virtual.Chip, _ *doctor.Box) { c.Drive(arming, true) }, but(
			deed{words: "Is the arming switch on?", answer: "y"},
			deed{words: "Turn it off, please", hands: turn(false)},
		), []string{"lines: arming switch, GPIO 24: on: it is held against its pull"}},
		{"a contact with long pauses", nil, but(deed{words: "Press the launch", hands: press(launch, false, 2*ms, 14*ms)}), []string{
			`debounce: : debounce is 20ms, too short for these contacts: 14 contacts, 16ms of bounce at most, with pauses of 14ms`,
		}},
		{"everything skipped", nil, []deed{{words: "[", answer: "s"}, {words: "s: skip", answer: "s"}}, nil},
		{"somebody who leaves", nil, []deed{{words: "all lamps dark", answer: "gone"}}, nil},
		{"no chip", func(_ *virtual.Chip, b *doctor.Box) { b.Chip, b.Missing = nil, errors.New("there is no chip") }, healthy(), []string{
			"chip: : there is no chip",
		}},
		{"a chip that the service may use", func(_ *virtual.Chip, b *doctor.Box) {
			b.Service = &doctor.Account{Name: "ship-it", UID: 990, Groups: []int{990, 997}}
			b.Devices = []doctor.Device{{Path: "/dev/gpiochip0", Mode: 0o600}, {Path: "/dev/gpiochip1", Mode: 0o660, GID: 997}}
		}, nil, nil},
		{"one that it may only read", func(_ *virtual.Chip, b *doctor.Box) {
			b.Service = &doctor.Account{Name: "ship-it", UID: 990, Groups: []int{990, 997}}
			b.Devices = []doctor.Device{
				{Path: "/dev/gpiochip0", Mode: 0o646, GID: 997}, {Path: "/dev/gpiochip1", Mode: 0o466, UID: 990}, {Path: "/dev/gpiochip2", Mode: 0o664},
			}
		}, nil, []string{
			"permission: : the service's user, ship-it, may not use /dev/gpiochip0 (mode 0646), /dev/gpiochip1 (mode 0466), /dev/gpiochip2 (mode 0664)",
		}},
		{"a box that runs", func(_ *virtual.Chip, b *doctor.Box) { b.Running = "pid 12" }, healthy(), []string{
			`running: ship-it runs (pid 12): its lines are not tried: remedy "sudo ship-it stop, or sudo service ship-it stop, and then this again"`,
		}},
		{"a box that died", func(_ *virtual.Chip, b *doctor.Box) { b.Left = "/run/pid" }, nil, []string{"running: : ship-it is dead, and has left /run/pid"}},
		{"somebody else's line", func(c *virtual.Chip, _ *doctor.Box) { c.Hold(lampB, "spi0 CS0") }, healthy(), []string{
			`lines: lamp of B, GPIO 25: held by "spi0 CS0"`,
		}},
		{"a line that was left", func(c *virtual.Chip, _ *doctor.Box) { c.Strand(lampB, true) }, healthy(), []string{
			"lines: lamp of B, GPIO 25: left as an output by a program that was killed",
		}},
		{"a switch that floats", func(c *virtual.Chip, _ *doctor.Box) {
			go func() {
				for i := range 40 {
					c.Drive(arming, i%2 == 0)
					<-time.After(3 * ms)
				}
				c.Float(arming)
			}()
		}, nil, []string{"lines: arming switch, GPIO 24: floats: it moves by itself, whatever its pull"}},
		{"trouble that is seen", func(_ *virtual.Chip, b *doctor.Box) {
			b.Troubles = []board.Trouble{{Text: "two on one pin", Remedy: "give each its own"}}
		}, nil, []string{"lines: : two on one pin"}},
		{"no player", func(_ *virtual.Chip, b *doctor.Box) {
			b.Mute = errors.New("sound: aplay: no such program; install alsa-utils")
		}, healthy(), []string{
			"sound: : sound: aplay: no such program",
		}},
		{"a player that fails", func(_ *virtual.Chip, b *doctor.Box) {
			b.Play = func(shipit.Sound) func() error {
				return func() error { return errors.New("sound: aplay: exit status 1") }
			}
		}, healthy(), []string{"sound: alarm: sound: aplay: exit status 1", "sound: buzz: sound: aplay: exit status 1"}},
		{"a mute loudspeaker", nil, but(deed{words: "That is the buzz.", answer: "n"}), []string{"sound: buzz: it is not heard"}},
		{"a server that refuses", func(_ *virtual.Chip, b *doctor.Box) { b.Server = server{check: map[int]error{1: errRefused}} }, nil, []string{
			"server: target B: not authorised (401)",
		}},
		{"a server that can't be asked", func(_ *virtual.Chip, b *doctor.Box) { b.Server = server{blind: true} }, nil, nil},
		{"one that isn't reached", func(_ *virtual.Chip, b *doctor.Box) {
			b.Server = server{blind: true, dial: map[int]error{0: errors.New("unreachable: no route")}}
		}, nil, []string{"server: target A: unreachable: no route"}},
		{"no secret", func(_ *virtual.Chip, b *doctor.Box) {
			b.Server, b.Closed = nil, []board.Trouble{{Text: "no token", Remedy: "make one"}}
		}, nil, []string{"configuration: : no token"}},
		{"where it writes", func(_ *virtual.Chip, b *doctor.Box) {
			b.Folders = []doctor.Folder{
				{What: "log", Path: "/", Else: "x"},
				{What: "journal", Path: "/no-such-folder", Absent: true, Else: "x"},
				{What: "one on no disk", Path: "/", Dies: "tmpfs", Else: "x"},
				{What: "one that is missing", Path: "/no/such/folder", Absent: true, Else: "x"},
			}
		}, nil, []string{
			"disk: one on no disk, /: lies on tmpfs, and is gone when the power is",
			"disk: one that is missing, /no/such/folder: can't be looked at: no such file or directory",
		}},
		{"no clock", func(_ *virtual.Chip, b *doctor.Box) { b.ClockDoubt = func(time.Time) bool { return true } }, nil, []string{
			"clock: : nobody has set the clock: it says 2000-01-01 00:00:00",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				chip := virtual.New("mock", 54)
				box := patient(chip)
				if tt.prepare != nil {
					tt.prepare(chip, &box)
				}
				findings, err := examine(t, chip, box, tt.does)
				if err != nil {
					t.Error(err)
				}
				if diff := cmp.Diff(tt.want, wrong(findings)); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				<-time.After(2 * time.Minute) // for hands that are still at it
			})
		})
	}
}

// Whenever it is ended, every line is given back, and the end is told.
func TestExamineEnds(t *testing.T) {
	t.Parallel()
	errEnd := errors.New("Ctrl-C")
	for _, words := range []string{
		"all lamps dark", "Which one is lit?", "switch on (n", "switch off (n", "Press the branch", "Press the launch", "Do you hear it?",
	} {
		t.Run(words, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				chip := virtual.New("mock", 54)
				ctx, end := context.WithCancelCause(t.Context())
				s := &someone{t: t, chip: chip, lines: make(chan string), does: but(deed{words: words, hands: func(*virtual.Chip) { end(errEnd) }})}
				_, err := doctor.Examine(ctx, patient(chip), doctor.NewPerson(s, s.lines), s)
				if !errors.Is(err, errEnd) {
					t.Errorf("%v, want %v", err, errEnd)
				}
				synctest.Wait()
				if err := chip.Free(); err != nil {
					t.Error(err)
				}
				<-time.After(2 * time.Minute)
			})
		})
	}
}

// The siren is asked for, sounds for half a second, and is silent if nobody
// wants it.
func TestSiren(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, want, heard string
		sounded           time.Duration
		bad               []string
	}{
		{"wanted and heard", "y", "y", 500 * ms, nil},
		{"wanted and silent", "y", "n", 500 * ms, []string{"siren: siren, GPIO 5: it does not sound"}},
		{"not wanted", "n", "", 0, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				chip := virtual.New("mock", 54)
				box := patient(chip)
				box.Siren = len(box.Plan.Outputs)
				box.Plan.Outputs = append(box.Plan.Outputs, siren())
				var sounded, since time.Duration
				began := time.Now()
				chip.Observe(func(tr virtual.Transition) {
					if now := time.Since(began); tr.Pin == horn && tr.High {
						since = now
					} else if tr.Pin == horn && since > 0 {
						sounded, since = sounded+now-since, 0
					}
				})
				findings, err := examine(t, chip, box, but(
					deed{words: "The siren is loud", answer: tt.want}, deed{words: "Did you hear it?", answer: tt.heard}))
				if diff := cmp.Diff(tt.bad, wrong(findings)); diff != "" || err != nil || sounded != tt.sounded {
					t.Errorf("%v; sounded for %v, want %v; (-want +got):\n%s", err, sounded, tt.sounded, diff)
				}
				<-time.After(2 * time.Minute)
			})
		})
	}
}
