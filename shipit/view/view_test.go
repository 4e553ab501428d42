package view_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ship-it.example/shipit"
	"ship-it.example/shipit/view"
)

var begin = time.Date(2026, 11, 22, 11, 47, 29, 0, time.UTC)

// script is a box with what happened to it, each event that long after begin.
type script []struct {
	after time.Duration
	event shipit.Event
}

// play is the box after all of it, with every tick that it asked for.
func (s script) play(targets ...string) shipit.Box {
	box, now := shipit.NewBox(targets, true), begin
	for _, step := range s {
		for next := box.Next(now); !next.IsZero() && next.Before(begin.Add(step.after)); next = box.Next(now) {
			now = next
			box, _ = box.Step(now, shipit.Tick{})
		}
		now = begin.Add(step.after)
		box, _ = box.Step(now, step.event)
	}
	return box
}

const ms = time.Millisecond

// launched is a launch of A that was pressed at 1 s and answered at 1.2 s.
func launched() script {
	return script{
		{0, shipit.Found{}},
		{500 * ms, shipit.Switched{On: true}},
		{1000 * ms, shipit.Pressed{Button: shipit.LaunchButton, First: begin.Add(980 * ms), SwitchOn: true}},
		{1100 * ms, shipit.Released{Button: shipit.LaunchButton}},
		{1200 * ms, shipit.Answered{Outcome: shipit.Outcome{Verdict: shipit.Started, Build: "106", URL: "http://ci/106"}}},
	}
}

func about() view.About {
	return view.About{Version: "2.0.0", Pid: 7, Pins: view.Pins{Blinker: 17, Lamps: []int{22, 25}}}
}

// TestJSON: the object that is documented, of a box at rest and of one in the
// middle of a launch.
func TestJSON(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, want string
		script     script
		at         time.Duration
	}{
		{name: "at rest", script: script{{0, shipit.Found{}}}, want: `{
	"version": "2.0.0", "pid": 7,
	"time": "2026-11-22T11:47:29Z", "state": "safe", "since": "2026-11-22T11:47:29Z",
	"switch_on": false, "launch_down": false, "branch_down": false,
	"blinker": {"pin": 17, "on": false, "rhythm": "off"},
	"selected": 0,
	"targets": [
		{"name": "A", "lamp": {"pin": 22, "on": true, "rhythm": "on"}, "light": "none"},
		{"name": "B", "lamp": {"pin": 25, "on": false, "rhythm": "off"}, "light": "none"}
	],
	"launches": 0
}`},
		{name: "launching", script: launched(), at: 1250 * ms, want: `{
	"version": "2.0.0", "pid": 7,
	"time": "2026-11-22T11:47:30.25Z", "state": "launching", "since": "2026-11-22T11:47:30Z",
	"switch_on": true, "launch_down": false, "branch_down": false,
	"blinker": {"pin": 17, "on": true, "rhythm": "on"},
	"sound": "alarm",
	"selected": 0,
	"targets": [
		{"name": "A", "lamp": {"pin": 22, "on": false, "rhythm": "blinking (0.1 s off, 0.1 s on)"}, "light": "none",
		 "build": {"id": "106", "url": "http://ci/106"}},
		{"name": "B", "lamp": {"pin": 25, "on": false, "rhythm": "off"}, "light": "none"}
	],
	"launches": 1
}`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			data, err := json.Marshal(view.Of(c.script.play("A", "B"), begin.Add(c.at), about()))
			if err != nil {
				t.Fatal(err)
			}
			var got, want any
			if err := errors.Join(json.Unmarshal(data, &got), json.Unmarshal([]byte(c.want), &want)); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s\n%s", diff, data)
			}
		})
	}
}

// TestOf: what a person would ask about is told.
func TestOf(t *testing.T) {
	t.Parallel()
	press := func(at time.Duration, button shipit.Button) shipit.Event {
		return shipit.Pressed{Button: button, First: begin.Add(at - 20*ms), SwitchOn: true}
	}
	running := func(progress float64) shipit.Event {
		return shipit.Seen{Target: 0, Number: 1, Sight: shipit.Sight{Stage: shipit.StageRunning, Build: "106", Progress: progress, Word: "compiling", Waiting: true}}
	}
	noGo := errors.New("not authorised")
	armed := script{{0, shipit.Found{}}, {500 * ms, shipit.Switched{On: true}}}
	refused := script{{0, shipit.Found{}}, {600 * ms, press(600*ms, shipit.LaunchButton)}}
	cases := []struct {
		name   string
		script script
		at     time.Duration
		got    func(view.View) any
		want   any
	}{
		{"refused", refused, 700 * ms, func(v view.View) any { return *v.Refused }, view.Refusal{What: "launch", Word: "not armed", At: begin.Add(600 * ms)}},
		{"button down", refused, 700 * ms, func(v view.View) any { return []bool{v.LaunchDown, v.BranchDown} }, []bool{true, false}},
		{"buzz", refused, 700 * ms, func(v view.View) any { return v.Sound }, "buzz"},
		{"buzz over", refused, 900 * ms, func(v view.View) any { return v.Sound }, ""},
		{"alarm over", append(launched(), script{{14 * time.Second, shipit.Tick{}}}...), 14 * time.Second, func(v view.View) any { return v.State + v.Sound }, "armed"},
		{"alarm under a refusal", append(launched(), script{{2 * time.Second, press(2*time.Second, shipit.LaunchButton)}}...), 2100 * ms, func(v view.View) any { return v.Sound }, "alarm"},
		{"offline", append(armed, script{{time.Second, shipit.Dialled{Err: noGo}}}...), time.Second, func(v view.View) any { return v.Targets[1].Offline }, true},
		{"no go", append(armed, script{{time.Second, shipit.Checked{Target: 0, Err: noGo}}}...), time.Second, func(v view.View) any { return v.Forbidden + "; " + v.Targets[0].NoGo }, "no go: not authorised; not authorised"},
		{"selected", append(armed, script{{time.Second, press(time.Second, shipit.BranchButton)}}...), time.Second, func(v view.View) any { return v.Selected }, 1},
		{"running", append(launched(), script{{2 * time.Second, running(0.5)}}...), 2 * time.Second, func(v view.View) any { return v.Targets[0].Light + " " + v.Targets[0].Build.Word }, "running compiling"},
		{"progress", append(launched(), script{{2 * time.Second, running(0.5)}}...), 2 * time.Second, func(v view.View) any { return *v.Targets[0].Build.Progress }, 0.5},
		{"no progress", append(launched(), script{{2 * time.Second, running(-1)}}...), 2 * time.Second, func(v view.View) any { return v.Targets[0].Build.Progress == nil }, true},
		{"waits", append(launched(), script{{2 * time.Second, running(-1)}}...), 2 * time.Second, func(v view.View) any { return v.Targets[0].Build.Waiting }, true},
		{"unseen", append(launched(), script{{2 * time.Second, running(-1)}, {3 * time.Second, shipit.Unseen{Target: 0, Number: 1, Err: noGo}}}...), 3 * time.Second, func(v view.View) any { return v.Targets[0].Build.Unseen }, true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, c.got(view.Of(c.script.play("A", "B"), begin.Add(c.at), about()))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestExtras: the second button and the siren are told of where there are any.
func TestExtras(t *testing.T) {
	t.Parallel()
	box := shipit.NewBox([]string{"A", "B"}, true)
	if v := view.Of(box, begin, about()); v.SecondDown != nil || v.Siren != nil {
		t.Errorf("a box without: second button %v, siren %v", v.SecondDown, v.Siren)
	}
	box = box.Under(shipit.Rules{TwoPerson: true}).Sounding(8 * time.Second)
	if v := view.Of(box, begin, about()); *v.SecondDown || *v.Siren {
		t.Errorf("at rest: second button %v, siren %v", *v.SecondDown, *v.Siren)
	}
	for i, ev := range []shipit.Event{
		shipit.Found{},
		shipit.Switched{On: true},
		shipit.Pressed{Button: shipit.SecondButton, First: begin.Add(110 * ms), SwitchOn: true, SecondDown: true},
		shipit.Pressed{Button: shipit.LaunchButton, First: begin.Add(210 * ms), SwitchOn: true, SecondDown: true},
	} {
		box, _ = box.Step(begin.Add(time.Duration(i)*100*ms), ev)
	}
	if v := view.Of(box, begin.Add(350*ms), about()); !*v.SecondDown || !*v.Siren {
		t.Errorf("%s: second button %v, siren %v", v.State, *v.SecondDown, *v.Siren)
	}
}
