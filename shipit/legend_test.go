package shipit

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

// everyRule is a box with all that a team can ask for.
func everyRule() Rules {
	always := Window{Days: [7]bool{true, true, true, true, true, true, true}, To: 24 * time.Hour}
	return Rules{
		Confirm: 5 * time.Second, MaxArmed: 10 * time.Minute, Cooldown: time.Minute, Abort: 10 * time.Second,
		Freeze: Freeze{Windows: []Window{always}},
	}
}

// TestLegendIsTheBox brings a box to each moment that the legend speaks of: the
// lamps do what the legend shows, and it speaks of no other.
func TestLegendIsTheBox(t *testing.T) {
	t.Parallel()
	answer := func(verdict Verdict, build string) Answered { return Answered{Outcome{Verdict: verdict, Build: build}} }
	arm := func(b *bench) { b.wait(time.Second); b.do(Switched{On: true}); b.wait(time.Second) }
	launch := func(b *bench, ev Event) { arm(b); b.press(LaunchButton); b.do(ev) }
	build := func(b *bench, stage Stage) {
		launch(b, answer(Started, "1"))
		b.wait(showTime)
		b.do(Seen{Number: 1, Sight: Sight{Stage: stage, Build: "1"}})
	}
	moments := map[string]struct {
		rules Rules
		found Found
		lead  func(*bench)
	}{
		"Safe":                                   {lead: func(*bench) {}},
		"Locked":                                 {found: Found{SwitchOn: true}, lead: func(*bench) {}},
		"Armed.":                                 {lead: arm},
		"Armed, but the server can't be reached": {lead: func(b *bench) { arm(b); b.do(Dialled{Err: errors.New("no")}) }},
		"Armed, but a press would be refused":    {rules: everyRule(), lead: arm},
		"A launch takes a second press":          {rules: Rules{Confirm: time.Minute}, lead: func(b *bench) { arm(b); b.press(LaunchButton); b.wait(time.Second) }},
		"Launching":                              {lead: func(b *bench) { arm(b); b.press(LaunchButton) }},
		"Your press was refused":                 {lead: func(b *bench) { b.press(LaunchButton) }},
		"No build was started":                   {lead: func(b *bench) { launch(b, answer(NotStarted, "")) }},
		"Unknown":                                {lead: func(b *bench) { launch(b, answer(Unknown, "")) }},
		"Queued":                                 {lead: func(b *bench) { launch(b, answer(Started, "1")); b.wait(showTime) }},
		"Running":                                {lead: func(b *bench) { build(b, StageRunning) }},
		"Passed":                                 {lead: func(b *bench) { build(b, StagePassed) }},
		"Failed":                                 {lead: func(b *bench) { build(b, StageFailed) }},
		"Cancelled":                              {lead: func(b *bench) { build(b, StageCancelled) }},
		"Nobody can tell its end":                {lead: func(b *bench) { build(b, StageLost) }},
		"No word of it":                          {lead: func(b *bench) { build(b, StageRunning); b.do(Unseen{Number: 1, Err: errors.New("no")}) }},
		"Not running":                            {lead: nil}, // nothing shows anything
	}
	signs := Legend(Shown{Rules: everyRule(), Rearm: true, Targets: 2, Builds: true, Checks: true})
	for words, moment := range moments {
		i := slices.IndexFunc(signs, func(s Sign) bool { return strings.HasPrefix(s.Means, words) })
		if i < 0 {
			t.Errorf("the legend doesn't have %q", words)
			continue
		}
		sign := signs[i]
		signs = slices.Delete(signs, i, i+1)
		if moment.lead == nil {
			continue
		}
		b := newBench(t, moment.found)
		b.box = b.box.Under(moment.rules).Following([]Follows{{Look: true}, {Look: true}})
		moment.lead(b)
		blinker, lamps := b.box.Rhythms(b.now)
		if sign.Blinker != nil && !strings.HasPrefix(sign.Blinker.String(), strings.TrimSuffix(blinker.String(), ")")) {
			t.Errorf("%s the blinker is shown %v, and is %v", sign.Means, sign.Blinker, blinker)
		}
		if sign.Lamp != nil && sign.Lamp.String() != lamps[0].String() {
			t.Errorf("%s the lamp is shown %v, and is %v", sign.Means, sign.Lamp, lamps[0])
		}
	}
	for _, sign := range signs {
		t.Errorf("no moment is like: %s", sign.Means)
	}
}

// TestLegendOfRules: a rule that isn't asked for has no sign and no word.
func TestLegendOfRules(t *testing.T) {
	t.Parallel()
	text := func(s Shown) string {
		var b strings.Builder
		for _, sign := range Legend(s) {
			b.WriteString(sign.Means + " " + sign.Do + " " + sign.Sound + "\n")
		}
		return b.String()
	}
	plain := Shown{Targets: 1}
	cases := []struct {
		name  string
		shown Shown
		words []string
	}{
		{"rearm", Shown{Targets: 1, Rearm: true}, []string{"Locked: the switch was on when the box started.", "switch off first"}},
		{"max_armed", Shown{Targets: 1, Rules: Rules{MaxArmed: 10 * time.Minute}}, []string{"Locked: it was armed for 10 min.", "switch off first"}},
		{"confirm", Shown{Targets: 1, Rules: Rules{Confirm: 5 * time.Second}}, []string{"second press, within 5 s", "press again"}},
		{"cooldown", Shown{Targets: 1, Rules: Rules{Cooldown: time.Hour}}, []string{"would be refused: cooling down"}},
		{"freeze", Shown{Targets: 1, Rules: Rules{Freeze: everyRule().Freeze}}, []string{"frozen", "clock not set"}},
		{"abort", Shown{Targets: 1, Rules: Rules{Abort: 10 * time.Second}}, []string{"Turned off within 10 s"}},
		{"two_person", Shown{Targets: 1, Rules: Rules{TwoPerson: true}}, []string{"while another person holds", "hold the second button"}},
		{"journal", Shown{Targets: 1, Journal: true}, []string{"Locked: a launch can't be recorded.", "can't record"}},
		{"siren", Shown{Targets: 1, Siren: time.Second}, []string{"alarm, siren"}},
		{"builds", Shown{Targets: 1, Builds: true}, []string{"Queued", "Cancelled"}},
		{"checks", Shown{Targets: 1, Checks: true}, []string{"no go"}},
		{"targets", Shown{Targets: 2}, []string{"next target"}},
	}
	for _, c := range cases {
		for _, word := range c.words {
			if !strings.Contains(text(c.shown), word) || strings.Contains(text(plain), word) {
				t.Errorf("%s: %q is missing, or always there:\n%s", c.name, word, text(c.shown))
			}
		}
	}
	if got := text(Shown{Targets: 1, Checks: true, Rules: Rules{OnNoGo: true}}); strings.Contains(got, "no go") {
		t.Errorf("launch_on_no_go, and yet:\n%s", got)
	}
	if got := text(Shown{Targets: 2}); strings.Contains(got, "only one target") {
		t.Errorf("two targets, and yet:\n%s", got)
	}
}

// TestSpans: the times of a rhythm, up to a limit and not beyond.
func TestSpans(t *testing.T) {
	t.Parallel()
	got := armedRhythm().Spans(450 * time.Millisecond)
	want := []Span{{true, beatTime}, {false, 3 * beatTime}, {true, beatTime / 2}}
	if !slices.Equal(got, want) || !slices.Equal(steady(true).Spans(time.Second), []Span{{true, time.Second}}) {
		t.Errorf("spans %v, want %v", got, want)
	}
}
