package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ship-it.example/shipit"
	"ship-it.example/shipit/config"
	"ship-it.example/shipit/config/cells"
)

// card prints the legend for the box's lid.
func (p *program) card(_ *cobra.Command, o options) error {
	c, err := load(o, false)
	if err != nil {
		return err
	}
	text := textCard(c)
	if o.svg {
		text = svgCard(c)
	}
	if o.output == "" {
		_, err := io.WriteString(p.stdout, text)
		return err
	}
	return newFile(o.output, text, 0o644)
}

// legend is what a box of that configuration shows.
func legend(c *config.Config) []shipit.Sign {
	shown := shipit.Shown{Rules: c.Rules, Rearm: c.RequireRearm, Siren: sirenTime(c), Journal: c.Journal != "", Targets: len(c.Targets)}
	servers := fleet(c)
	defer func() { _ = servers.Close() }() // which were not asked
	for i, follows := range follow(c) {
		can := servers.Can(i)
		shown.Builds = shown.Builds || follows && can.Look
		shown.Checks = shown.Checks || follows && can.Check
	}
	return shipit.Legend(shown)
}

// The texts of both cards.
const (
	cardTitle   = "ship-it"
	cardSteps   = "Turn the switch on, press launch: the selected target is deployed."
	cardTargets = "The lamps"
	cardSigns   = "What it shows"
	cardBuilds  = "What became of the build, on its target's lamp"
	cardOthers  = "On the lamp of another target than the selected one the short pulses are bright."
)

// cardTime is how much of a rhythm a card shows.
const cardTime = 2 * time.Second

// The columns of the card in text: 80 in all.
const (
	cardWidth = 80
	cardCell  = 100 * time.Millisecond
	cardLabel = 9
	cardBar   = int(cardTime / cardCell)
	cardWords = cardWidth - cardLabel - cardBar - 2
)

// textCard is the legend in 80 columns. A cell of a lamp's line is 0.1 s.
func textCard(c *config.Config) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s\n\n%s\n\n", cardTitle, cardSteps, cardTargets)
	for i, t := range c.Targets {
		fmt.Fprintf(&b, "  %2d  GPIO %-2d  %s\n", i+1, t.LED.Pin, cells.Clip(t.Name, cardWidth-15))
	}
	fmt.Fprintf(&b, "\n%s (2 s; █ is 0.1 s of light)\n", cardSigns)
	builds := false
	for _, sign := range legend(c) {
		if sign.Build && !builds {
			builds = true
			fmt.Fprintf(&b, "\n%s\n", cardBuilds)
		}
		b.WriteString("\n" + textSign(sign))
	}
	if builds && len(c.Targets) > 1 {
		fmt.Fprintf(&b, "\n%s\n", cardOthers)
	}
	return b.String()
}

// cardLine is one lamp, or the loudspeaker, of a sign.
type cardLine struct {
	part   string
	rhythm *shipit.Rhythm // nil: a sound
	sound  string
}

// cardLines is what a sign has to show.
func cardLines(s shipit.Sign) []cardLine {
	var lines []cardLine
	if s.Blinker != nil {
		lines = append(lines, cardLine{part: "blinker", rhythm: s.Blinker})
	}
	if s.Lamp != nil {
		lines = append(lines, cardLine{part: "lamp", rhythm: s.Lamp})
	}
	if s.Sound != "" {
		lines = append(lines, cardLine{part: "sound", sound: s.Sound})
	}
	return lines
}

// textSign is a sign: the lamps on the left, the words on the right.
func textSign(s shipit.Sign) string {
	words := append(cells.Wrap(s.Means, cardWords), cells.Wrap(s.Do, cardWords)...)
	lines := cardLines(s)
	var b strings.Builder
	for i := range max(len(words), len(lines)) {
		left, right := "", ""
		if i < len(lines) {
			left = cells.Pad(lines[i].part, cardLabel) + lines[i].sound + textBar(lines[i].rhythm)
		}
		if i < len(words) {
			right = words[i]
		}
		b.WriteString(strings.TrimRight(cells.Pad(left, cardLabel+cardBar+2)+right, " ") + "\n")
	}
	return b.String()
}

// textBar draws a lamp's light: a cell for 0.1 s, a half for half of that.
func textBar(rhythm *shipit.Rhythm) string {
	if rhythm == nil {
		return ""
	}
	lit := make([]time.Duration, cardBar) // how long each cell is on
	at := time.Duration(0)
	for _, span := range rhythm.Spans(cardTime) {
		for end := at + span.Time; at < end; {
			next := min(end, at.Truncate(cardCell)+cardCell)
			if span.On {
				lit[at/cardCell] += next - at
			}
			at = next
		}
	}
	var b strings.Builder
	for _, d := range lit {
		switch {
		case d == 0:
			b.WriteString("·")
		case d > cardCell/2:
			b.WriteString("█")
		default:
			b.WriteString("▌")
		}
	}
	return b.String()
}
