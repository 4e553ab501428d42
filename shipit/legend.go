package shipit

import (
	"strings"
	"time"
)

// Sign is something that the box shows, and what a person makes of it.
type Sign struct {
	Blinker, Lamp *Rhythm // nil: whatever it was; Lamp is the selected target's
	Sound         string  // alarm, with the siren if there is one, or buzz; empty: none
	Means, Do     string  // a sentence or two; Do may be empty
	Build         bool    // it is shown by a target's lamp after the launch
}

// Shown is what a legend is about.
type Shown struct {
	Rules   Rules
	Rearm   bool          // see NewBox
	Siren   time.Duration // see Box.Sounding
	Journal bool          // launches are recorded, and none without
	Targets int
	Builds  bool // what becomes of the build of any of them is shown
	Checks  bool // the server of any of them is asked whether it would take a launch
}

// Legend is every sign that such a box can give, in the rhythms that it gives
// them, those of its rules only where they hold.
func Legend(s Shown) []Sign {
	on, off := steady(true), steady(false)
	signs := []Sign{
		{Blinker: &off, Lamp: &off, Means: "Not running: all lamps are dark.", Do: "Start it; its log says why it ended."},
		{Blinker: &off, Lamp: &on, Means: "Safe. The lamp that is on is the selected target's.", Do: s.choose() + "Turn the switch on to arm."},
	}
	signs = append(signs, s.armed()...)
	signs = append(signs, s.launched()...)
	if s.Builds {
		signs = append(signs, followed()...)
	}
	return signs
}

func (s Shown) choose() string {
	if s.Targets == 1 {
		return ""
	}
	return "Branch button: next target. "
}

func (s Shown) press() string {
	if s.Rules.TwoPerson {
		return "Press launch while another person holds the second button"
	}
	return "Press launch"
}

// alarm is what is heard of a launch.
func (s Shown) alarm() string {
	if s.Siren > 0 {
		return Alarm.String() + ", siren"
	}
	return Alarm.String()
}

// armed is the signs of a switch that is on, before a launch.
func (s Shown) armed() []Sign {
	locked, armed, offline, forbidden, confirm := lockedRhythm(), armedRhythm(), offlineRhythm(), forbiddenRhythm(), confirmRhythm()
	var signs []Sign
	var reasons []string
	if s.Rearm {
		reasons = append(reasons, "the switch was on when the box started")
	}
	if s.Rules.MaxArmed > 0 {
		reasons = append(reasons, "it was armed for "+brief(s.Rules.MaxArmed))
	}
	if s.Journal {
		reasons = append(reasons, "a launch can't be recorded")
	}
	if len(reasons) > 0 {
		signs = append(signs, Sign{Blinker: &locked, Means: "Locked: " + strings.Join(reasons, ", or ") + ".", Do: "Turn the switch off. The log has the reason."})
	}
	signs = append(signs,
		Sign{Blinker: &armed, Means: "Armed.", Do: s.press() + ", or turn the switch off."},
		Sign{Blinker: &offline, Means: "Armed, but the server can't be reached, or gives no answer: a press would fail.", Do: "Look at network and server."})
	if words := s.forbidden(); len(words) > 0 {
		signs = append(signs, Sign{
			Blinker: &forbidden, Means: "Armed, but a press would be refused: " + strings.Join(words, ", ") + ".", Do: "The log has the reason; mend it, or wait.",
		})
	}
	if s.Rules.Confirm > 0 {
		signs = append(signs, Sign{Blinker: &confirm, Means: "A launch takes a second press, within " + brief(s.Rules.Confirm) + ".", Do: "Press again, or don't."})
	}
	return signs
}

// forbidden is the refusals that an armed box shows before the press.
func (s Shown) forbidden() []string {
	var words []string
	if s.Checks && !s.Rules.OnNoGo {
		words = append(words, noGo)
	}
	if len(s.Rules.Freeze.Windows) > 0 {
		words = append(words, frozen, clockNotSet)
	}
	if s.Rules.Cooldown > 0 {
		words = append(words, coolingDown)
	}
	return words
}

// refusals is every word that a refusal can have.
func (s Shown) refusals() []string {
	words := []string{notArmed}
	if s.Rearm || s.Rules.MaxArmed > 0 {
		words = append(words, switchOffFirst)
	}
	if s.Journal {
		words = append(words, cantRecord)
	}
	words = append(words, busy, choosing, lookAtTheServer)
	if s.Targets == 1 {
		words = append(words, onlyOneTarget)
	}
	words = append(words, s.forbidden()...)
	if s.Rules.TwoPerson {
		words = append(words, holdSecond, pressSecond)
	}
	if s.Rules.Confirm > 0 {
		words = append(words, pressAgain)
	}
	return words
}

// launched is the signs of a press.
func (s Shown) launched() []Sign {
	on, off, launch, failed, unknown := steady(true), steady(false), launchRhythm(), failedRhythm(), unknownRhythm()
	once := flash()
	once.steps = append(once.steps, 2*time.Second-once.length())
	takeBack := "Turned off at once, the switch calls off what was not yet sent."
	if s.Rules.Abort > 0 {
		takeBack = "Turned off within " + brief(s.Rules.Abort) + ", the switch takes the build back, where the server can."
	}
	return []Sign{
		{Blinker: &on, Lamp: &launch, Sound: s.alarm(), Means: "Launching, for " + brief(showTime) + " or until the server has answered.", Do: takeBack},
		{Blinker: &once, Sound: Buzz.String(), Means: "Your press was refused, for one of: " + strings.Join(s.refusals(), ", ") + ".", Do: "The log says which."},
		{Blinker: &off, Lamp: &failed, Sound: Buzz.String(), Means: "No build was started.", Do: "The log has the reason. Branch button or switch: seen."},
		{Blinker: &off, Lamp: &unknown, Sound: Buzz.String(), Means: "Unknown: a build may have been started.", Do: "Look at the server first. Then branch button or switch: seen."},
	}
}

// followed is the signs of a build.
func followed() []Sign {
	looks := []struct {
		lit
		sound, means, do string
	}{
		{lit{Light: LightQueued}, "", "Queued.", ""},
		{lit{Light: LightRunning}, "", "Running; faster towards the end.", ""},
		{lit{Light: LightPassed}, "", "Passed; shown for " + brief(fadeTime) + ".", ""},
		{lit{Light: LightFailed}, Buzz.String(), "Failed.", "Branch button or switch: seen."},
		{lit{Light: LightCancelled}, "", "Cancelled; shown for " + brief(fadeTime) + ".", ""},
		{lit{Light: LightLost}, "", "Nobody can tell its end.", "Look at the server."},
		{lit{Light: LightRunning, away: true}, "", "No word of it: the server can't be asked.", ""},
	}
	signs := make([]Sign, len(looks))
	for i, look := range looks {
		rhythm := look.rhythm(true)
		signs[i] = Sign{Lamp: &rhythm, Sound: look.sound, Means: look.means, Do: look.do, Build: true}
	}
	return signs
}

// brief is a time for a card: 12.5 s, 10 min, 1 h.
func brief(d time.Duration) string {
	text := d.String()
	for _, unit := range []struct{ short, long string }{{"h0m0s", " h"}, {"m0s", " min"}, {"s", " s"}} {
		if number, ok := strings.CutSuffix(text, unit.short); ok && !strings.ContainsAny(number, "hm") {
			return number + unit.long
		}
	}
	return text
}
