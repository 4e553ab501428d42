package panel

import (
	"cmp"
	"fmt"
	"strings"
	"time"
	"unicode"

	"ship-it.example/cmd/ship-it/term"
	"ship-it.example/shipit/view"
)

// state is what the box is doing, and what a press would do.
func (m *model) state() []string {
	switch {
	case m.away != "":
		below := "nothing was heard of it yet"
		if m.shown {
			below = "this is how it was at " + clock(m.view.Time)
		}
		return []string{m.look.Paint(red, "NO WORD OF THE BOX: ") + printable(m.away), m.look.Paint(faint, below)}
	case !m.shown:
		return []string{"waiting for the box ...", ""}
	}
	v := m.view
	how := cmp.Or(map[string]term.Colour{"armed": yellow, "launching": red, "failed": red, "locked": yellow}[v.State], strong)
	below := "since " + clock(v.Since)
	if r := v.Refused; r != nil {
		below += fmt.Sprintf("; last refusal %s, %s: %s", clock(r.At), r.What, printable(r.Word))
	}
	return append([]string{m.look.Paint(how, strings.ToUpper(v.State)) + ": " + printable(advice(v)), below}, m.overlong()...)
}

// clock is a time of the day.
func clock(t time.Time) string { return t.Local().Format(time.TimeOnly) }

// advice is what a press of the launch button would do, in the words of the
// refusals.
func advice(v view.View) string {
	var target view.Target
	if v.Selected < len(v.Targets) {
		target = v.Targets[v.Selected]
	}
	switch {
	case v.State == "safe":
		return "turn the switch on to arm it"
	case v.State == "locked":
		return "switch off first"
	case v.State == "launching":
		return "a launch of " + target.Name + " is under way"
	case v.State == "failed":
		return "no launch; look at the log"
	case target.Light == "unknown":
		return "look at the server first"
	case v.Forbidden != "":
		return v.Forbidden
	case v.PressAgain:
		return "press again to launch " + target.Name
	case target.Offline:
		return "no word from the server of " + target.Name
	}
	return "a press launches " + target.Name
}

// printable is text that moves no cursor: what others wrote is shown, not
// obeyed.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return unicode.ReplacementChar
		}
		return r
	}, strings.ReplaceAll(text, "\t", " "))
}
