package doctor

import "errors"

// Verdict is how bad a finding is.
type Verdict string

// The verdicts.
const (
	OK      Verdict = "ok"
	Warn    Verdict = "warn"    // to be looked at
	Bad     Verdict = "bad"     // it does not work like this
	LeftOut Verdict = "skipped" // not examined
)

// Finding is what a step has found out about one thing.
type Finding struct {
	Step    string  `json:"step"`            // "lamps"
	About   string  `json:"about,omitempty"` // "lamp of Hubot, GPIO 25 (pin 22)"
	Verdict Verdict `json:"verdict"`
	Text    string  `json:"text"`
	Remedy  string  `json:"remedy,omitempty"` // what to do; always there unless all is well
}

// Wrong tells whether somebody has to do something about it.
func (f Finding) Wrong() bool { return f.Verdict == Warn || f.Verdict == Bad }

// note is a finding on the way: the step gives the name.
func (v *visit) note(verdict Verdict, about, text, remedy string) {
	f := Finding{Step: v.step, About: about, Verdict: verdict, Text: text, Remedy: remedy}
	v.findings = append(v.findings, f)
	v.report.Finding(f)
}

// unlessSkipped is an error, unless it is that the person wants to leave this one
// out: that is noted.
func (v *visit) unlessSkipped(about string, err error) error {
	if errors.Is(err, errSkipped) {
		v.skip(about, "left out, as you wished", "")
		return nil
	}
	return err
}

func (v *visit) ok(about, text string)           { v.note(OK, about, text, "") }
func (v *visit) warn(about, text, remedy string) { v.note(Warn, about, text, remedy) }
func (v *visit) bad(about, text, remedy string)  { v.note(Bad, about, text, remedy) }
func (v *visit) skip(about, why, remedy string)  { v.note(LeftOut, about, why, remedy) }
