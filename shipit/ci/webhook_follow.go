package ci

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"ship-it.example/shipit"
)

// Can implements [shipit.Follower]: what the hook names an address for.
func (w *Webhook) Can(int) shipit.Abilities {
	h := w.hook
	return shipit.Abilities{Look: h.Look != nil, Find: h.Find != nil || h.goesByLaunch(), Cancel: h.Cancel != nil, Check: h.Check != nil}
}

// goesByLaunch tells whether a look needs the launch's id alone, and can tell
// whose build it sees.
func (h Hook) goesByLaunch() bool { return h.unnamed("id") != "" && h.Look.Launch != "" }

// ask asks what the hook describes; ErrCannot if it doesn't.
func (w *Webhook) ask(ctx context.Context, a *Ask, values map[string]string) (*reply, error) {
	if a == nil {
		return nil, shipit.ErrCannot
	}
	return w.caller.ask(ctx, w.question(*a, values))
}

func (w *Webhook) question(a Ask, values map[string]string) question {
	q := question{method: a.Method, url: w.address(a, values), body: a.body(values)}
	if q.body != "" {
		q.header = http.Header{"Content-Type": {a.Media}}
	}
	return q
}

// Look implements [shipit.Follower].
func (w *Webhook) Look(ctx context.Context, target int, build string) (shipit.Sight, error) {
	s, err := w.lookFor(ctx, target, build)
	if errors.Is(err, shipit.ErrNoBuild) {
		return w.shown[target].missed(build)
	}
	return s, err
}

// lookFor is Look with ErrNoBuild for an answer that tells of another build, or of
// none of the parts whose states are the build's.
func (w *Webhook) lookFor(ctx context.Context, target int, build string) (shipit.Sight, error) {
	l, call := w.hook.Look, w.calls[target]
	if l == nil {
		return shipit.Sight{}, shipit.ErrCannot
	}
	values := call.values("build", build, "launch", build)
	r, err := w.ask(ctx, &l.Ask, values)
	switch {
	case err != nil:
		return shipit.Sight{}, err
	case r.status == http.StatusNotFound:
		return lost(build), nil
	}
	v, err := w.read(r, call)
	if err != nil {
		return shipit.Sight{}, err
	}
	if l.Launch != "" && !slices.ContainsFunc(words(v, []Pointer{l.Launch}), func(text string) bool { return strings.Contains(text, build) }) {
		return shipit.Sight{}, shipit.ErrNoBuild
	}
	states := words(v, l.State)
	if len(states) == 0 && slices.ContainsFunc(l.State, Pointer.hasMany) {
		return shipit.Sight{}, shipit.ErrNoBuild
	}
	w.shown[target].saw(build)
	s := shipit.Sight{Build: build, URL: w.page(l.Page, v, values), Progress: -1}
	s.Stage, s.Waiting = l.stage(states)
	s.Word = w.caller.word(strings.Join(states, ", "))
	if s.Stage == shipit.StageRunning && l.Progress != "" {
		s.Progress = fraction(words(v, []Pointer{l.Progress}))
	}
	return s, nil
}

// read reads an answer that is a 2xx.
func (w *Webhook) read(r *reply, call Call) (any, error) {
	if !r.isOK() {
		return nil, r.troubleJob(call.look())
	}
	v, err := readJSON(r.text)
	if err != nil {
		return nil, lasting("not a build (%d, no JSON): look at %s", r.status, call.look())
	}
	return v, nil
}

// stage is what the words of a build, or of its parts, mean together. Parts that
// are all over have the worst of their ends; as long as one isn't, the build
// runs. A word that is in no list is one of a running build.
func (l *Look) stage(states []string) (stage shipit.Stage, waits bool) {
	count := map[shipit.Stage]int{}
	for _, word := range states {
		count[l.stageOf(word)]++
		waits = waits || slices.Contains(l.Waiting, word)
	}
	switch {
	case count[shipit.StageQueued] == len(states):
		return shipit.StageQueued, waits
	case count[shipit.StageQueued]+count[shipit.StageRunning] > 0:
		return shipit.StageRunning, waits
	case count[shipit.StageFailed] > 0:
		return shipit.StageFailed, false
	case count[shipit.StageCancelled] > 0:
		return shipit.StageCancelled, false
	default:
		return shipit.StagePassed, false
	}
}

func (l *Look) stageOf(word string) shipit.Stage {
	for _, stage := range []shipit.Stage{shipit.StageQueued, shipit.StagePassed, shipit.StageFailed, shipit.StageCancelled} {
		if slices.Contains(l.Words[stage], word) {
			return stage
		}
	}
	return shipit.StageRunning
}

// fraction is a progress that a server gives in percent; negative if it gives
// none.
func fraction(found []string) float64 {
	if len(found) == 0 {
		return -1
	}
	percent, err := strconv.ParseFloat(found[0], 64)
	if err != nil || !(percent >= 0 && percent <= 100) {
		return -1
	}
	return percent / 100
}

// Find implements [shipit.Follower].
func (w *Webhook) Find(ctx context.Context, target int, launch string, _ time.Time) (shipit.Sight, error) {
	f, call := w.hook.Find, w.calls[target]
	switch {
	case w.hook.goesByLaunch():
		s, err := w.lookFor(ctx, target, launch)
		if err == nil && s.Stage == shipit.StageLost {
			return shipit.Sight{}, shipit.ErrNoBuild // what isn't there tells of no launch
		}
		return s, err
	case f == nil:
		return shipit.Sight{}, shipit.ErrCannot
	}
	r, err := w.ask(ctx, &f.Ask, call.values("launch", launch))
	if err != nil {
		return shipit.Sight{}, err
	}
	v, err := w.read(r, call)
	if err != nil {
		return shipit.Sight{}, err
	}
	for _, element := range (f.List + "/*").in(v) {
		holds := func(text string) bool { return strings.Contains(text, launch) }
		names := words(element, []Pointer{f.Build})
		if len(names) == 0 || !isName(names[0]) || !slices.ContainsFunc(words(element, []Pointer{f.Launch}), holds) {
			continue
		}
		if w.caller.leaks(names[0]) {
			return shipit.Sight{}, lasting("not a build (its name holds a secret): look at find in [webhook.%s]", call.Server)
		}
		if w.hook.Look == nil {
			return shipit.Sight{Stage: shipit.StageRunning, Build: names[0], Progress: -1}, nil
		}
		return w.Look(ctx, target, names[0])
	}
	return shipit.Sight{}, shipit.ErrNoBuild
}

// Check implements [shipit.Follower].
func (w *Webhook) Check(ctx context.Context, target int) error {
	call := w.calls[target]
	r, err := w.ask(ctx, w.hook.Check, call.values())
	if err != nil || r.isOK() {
		return err
	}
	return r.troubleJob(call.look())
}
