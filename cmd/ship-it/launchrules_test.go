package main

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ship-it.example/gpio/virtual"
	"ship-it.example/shipit"
	"ship-it.example/shipit/config"
)

// longBuild is a follower of a build that passes after a while.
type longBuild struct {
	shipit.Follower
	over time.Time
}

func (longBuild) Can(int) shipit.Abilities { return shipit.Abilities{Look: true, Check: true} }

// Check takes its time: the press comes after the switch.
func (longBuild) Check(context.Context, int) error {
	<-time.After(time.Second)
	return nil
}

func (l longBuild) Look(_ context.Context, _ int, build string) (shipit.Sight, error) {
	if time.Now().Before(l.over) {
		return shipit.Sight{Stage: shipit.StageRunning, Build: build}, nil
	}
	return shipit.Sight{Stage: shipit.StagePassed, Build: build}, nil
}

// TestLaunchRules: the rules for a person with a switch and a button are none for
// one with a shell.
func TestLaunchRules(t *testing.T) {
	t.Parallel()
	for name, rules := range map[string]shipit.Rules{
		"confirm":   {Confirm: time.Second},
		"max_armed": {MaxArmed: 10 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				m := &mock{t: t, chip: virtual.New("mock", 54)}
				c := config.Original()
				c.Targets, c.Rules = c.Targets[:1], rules
				c.Targets[0].Follow = true
				r := &rig{config: c, log: slog.New(lineHandler{w: m}), crash: m, server: m, follower: longBuild{over: time.Now().Add(time.Minute)}}
				err := r.launch(t.Context(), c.Targets[0].Name)
				if log := m.read(); err != nil || m.launches != 1 || strings.Contains(log, "WARN") {
					t.Errorf("%d launches, %v:\n%s", m.launches, err, log)
				}
			})
		})
	}
}
