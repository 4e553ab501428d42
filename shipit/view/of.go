package view

import (
	"time"

	"ship-it.example/shipit"
)

// Of is what a box shows at now. As for [shipit.Box.Lamps], no time may have
// passed unnoticed. The Log is left empty.
func Of(box shipit.Box, now time.Time, about About) View {
	lamps := box.Lamps(now)
	blinker, rhythms := box.Rhythms(now)
	selected, _ := box.Target()
	v := View{
		About: about,
		Time:  now, State: box.State().String(), Since: box.Since(),
		SwitchOn: box.SwitchOn(), LaunchDown: box.Down(shipit.LaunchButton), BranchDown: box.Down(shipit.BranchButton),
		Blinker:   Lamp{Pin: about.Pins.Blinker, On: lamps.Blinker, Rhythm: blinker.String()},
		Selected:  selected,
		Forbidden: box.Forbidden(now), PressAgain: box.PressAgain(now), Launches: box.Launches(),
	}
	if box.TwoPerson() {
		v.SecondDown = new(box.Down(shipit.SecondButton))
	}
	if box.HasSiren() {
		v.Siren = &lamps.Siren
	}
	if sound, on := box.Sounds(now); on {
		v.Sound = sound.String()
	}
	for i, name := range box.Targets() {
		t := target(box, i)
		t.Name = name
		t.Lamp = Lamp{Pin: about.Pins.Lamps[i], On: lamps.Targets[i], Rhythm: rhythms[i].String()}
		v.Targets = append(v.Targets, t)
	}
	if r := box.Refused(); !r.At.IsZero() {
		v.Refused = &Refusal{What: r.What, Word: r.Word, At: r.At}
	}
	return v
}

// target is what is known of a target's latest launch and of its server.
func target(box shipit.Box, i int) Target {
	t := Target{Light: box.Light(i).String(), Offline: box.Offline(i)}
	if err := box.NoGo(i); err != nil {
		t.NoGo = err.Error()
	}
	sight := box.Sight(i)
	if sight.Build == "" && sight.URL == "" {
		return t
	}
	t.Build = &Build{ID: sight.Build, URL: sight.URL, Word: sight.Word, Waiting: sight.Waiting, Unseen: box.Unseen(i)}
	if sight.Progress >= 0 && box.Light(i) == shipit.LightRunning {
		t.Build.Progress = &sight.Progress
	}
	return t
}
