package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"

	"ship-it.example/gpio"
	"ship-it.example/shipit"
)

// answerTime is how long the stand-in takes in the time of a replay.
const answerTime = 100 * time.Millisecond

// playback plays a recording in a time of its own: the debounce and the Box as
// plain code, moved by the recorded times. So what it prints is the same
// whenever it is played. It follows no builds, and finds every server in reach.
type playback struct {
	*rig
	take     *take
	server   *standIns
	out      io.Writer
	verbose  bool
	speed    float64 // or fastest
	debounce *gpio.Debounce
	box      shipit.Box
	started  bool
	rest     []gpio.Reading // those that are to come
	answers  []answer       // that are to come
	now      time.Time      // by the recording
	shown    map[string]string
}

// answer is an event that comes later.
type answer struct {
	at time.Time
	ev shipit.Event
}

func newPlayback(r *rig, t *take, server *standIns, out io.Writer, verbose bool, speed float64) *playback {
	return &playback{
		rig: r, take: t, server: server, out: out, verbose: verbose, speed: speed,
		debounce: gpio.NewDebounce(plan(t.config)),
		box:      shipit.NewBox(names(t.config), t.config.RequireRearm).Through(r.ways).Under(t.config.Rules).Sounding(sirenTime(t.config)),
		rest:     t.Readings, now: t.Started, shown: map[string]string{},
	}
}

// play plays until nothing is to come any more, or ctx ends.
func (p *playback) play(ctx context.Context) error {
	for {
		at, step := p.next()
		if step == nil {
			break
		}
		if err := p.wait(ctx, at.Sub(p.now)); err != nil {
			return err
		}
		p.now = at
		step(ctx)
	}
	if p.take.Ended.After(p.now) {
		p.now = p.take.Ended
	}
	p.print("the end: %d readings, %d launches", len(p.take.Readings), p.server.Requests())
	return nil
}

// wait lets time pass, as much of it as the speed says.
func (p *playback) wait(ctx context.Context, d time.Duration) error {
	if err := context.Cause(ctx); err != nil || p.speed == fastest {
		return err
	}
	timer := time.NewTimer(time.Duration(float64(d) / p.speed))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// next is what happens next, and when; nil if nothing is to come. Of one moment,
// what was seen comes first, as it does for a header.
func (p *playback) next() (at time.Time, step func(context.Context)) {
	sooner := func(t time.Time, f func(context.Context)) {
		if !t.IsZero() && (step == nil || t.Before(at)) {
			at, step = t, f
		}
	}
	if len(p.rest) > 0 {
		sooner(p.rest[0].Began, p.see)
	}
	sooner(p.debounce.Due(), p.settle)
	if len(p.answers) > 0 {
		sooner(p.answers[0].at, p.hear)
	}
	tick := p.box.Next(p.now)
	state := p.box.State()
	if p.started && (step != nil || state == shipit.Launching || state == shipit.Failed || tick.Before(p.take.Ended)) {
		sooner(tick, func(ctx context.Context) { p.do(ctx, shipit.Tick{}) })
	}
	return at, step
}

// see takes the next reading.
func (p *playback) see(context.Context) {
	r := p.rest[0]
	p.rest = p.rest[1:]
	p.debounce.See(r)
	if p.verbose && r.Edge != gpio.NoEdge {
		p.print("edge: %s %s", plan(p.config).Inputs[r.Edge].Name, level(r.Levels[r.Edge]))
	}
}

// settle goes on with the debounce, and gives the box what has settled.
func (p *playback) settle(ctx context.Context) {
	changes := p.debounce.Go(p.now)
	if !p.started {
		var active []bool
		if active, p.started = p.debounce.Started(); p.started {
			p.do(ctx, p.found(active))
		}
		return
	}
	inputs, buttons := plan(p.config).Inputs, buttons(p.config)
	for _, c := range changes {
		words := map[bool]string{true: "down", false: "up"}
		if c.Input == armingSwitch {
			words = map[bool]string{true: "on", false: "off"}
		}
		p.print("%s %s", inputs[c.Input].Name, words[c.Active])
		p.do(ctx, event(c, buttons))
	}
}

// hear takes the next answer.
func (p *playback) hear(ctx context.Context) {
	a := p.answers[0]
	p.answers = p.answers[1:]
	p.do(ctx, a.ev)
}

// do gives the box an event, and does what it wants.
func (p *playback) do(ctx context.Context, ev shipit.Event) {
	box, actions := p.box.Step(p.now, ev)
	p.box = box
	for _, a := range actions {
		p.act(ctx, a)
	}
	blinker, lamps := box.Rhythms(p.now)
	for i, t := range p.config.Targets {
		p.show(fmt.Sprintf("lamp %d (%s)", t.LED.Pin, t.Name), lamps[i].String())
	}
	p.show("blinker", blinker.String())
}

// act does what the box wants, as far as a replay does.
func (p *playback) act(ctx context.Context, a shipit.Action) {
	later := func(ev shipit.Event) {
		p.answers = append(p.answers, answer{p.now.Add(answerTime), ev})
	}
	switch a := a.(type) {
	case shipit.Launch:
		later(shipit.Answered{Outcome: p.rig.server.Launch(ctx, ctx, a.Target, shipit.NewLaunchID())})
		p.print("launch %d, of %s: request %d at the stand-in", a.Number, p.config.Targets[a.Target].Name, p.server.Requests())
	case shipit.Cancel:
		later(shipit.Cancelled{Target: a.Target, Number: a.Number, Err: p.follower.Cancel(ctx, a.Target, a.Build)})
	case shipit.Play:
		p.print("sound: %s", a.Sound)
	case shipit.Silence:
		p.print("sound: off")
	case shipit.Note:
		p.print("%s", noteText(a))
	}
}

// noteText is a line of the log, without what is another one each time.
func noteText(n shipit.Note) string {
	attrs := slices.DeleteFunc(slices.Clone(n.Attrs), func(a slog.Attr) bool { return a.Key == "url" })
	var b strings.Builder
	if n.Level != slog.LevelInfo {
		b.WriteString(n.Level.String() + " ")
	}
	b.WriteString(oneLine(n.Text))
	for _, a := range attrs {
		b.WriteString(lineHandler{}.attr(a))
	}
	return b.String()
}

// show prints what a part does, if that is new.
func (p *playback) show(part, does string) {
	if was, known := p.shown[part]; known && was == does || !known && does == "off" {
		return
	}
	p.shown[part] = does
	p.print("%s: %s", part, does)
}

// print writes a line with its time in seconds since the recording began.
func (p *playback) print(format string, args ...any) {
	at := p.now.Sub(p.take.Started)
	fmt.Fprintf(p.out, "%6d.%06d  %s\n", at/time.Second, at%time.Second/time.Microsecond, fmt.Sprintf(format, args...))
}
