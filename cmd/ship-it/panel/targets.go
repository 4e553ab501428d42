package panel

import (
	"fmt"
	"math"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"ship-it.example/cmd/ship-it/term"
	"ship-it.example/shipit/view"
)

// targets are the lines of the targets: all, or those around the selected one.
func (m *model) targets(l layout) []string {
	all := m.view.Targets
	first := 0
	if len(all) > l.targets {
		first = min(max(0, m.view.Selected-l.targets/2), len(all)-l.targets)
	}
	lines := make([]string, l.targets)
	for i := range lines {
		lines[i] = m.target(first + i)
	}
	return lines
}

// overlong is what is known of the selected target once more, where it has no
// room in the target's own line.
func (m *model) overlong() []string {
	i := m.view.Selected
	if i >= len(m.view.Targets) || ansi.StringWidthWc(m.target(i)) <= m.inner() {
		return nil
	}
	t := m.view.Targets[i]
	told := m.story(t)
	if told == "" {
		return nil
	}
	return []string{m.look.Paint(strong, printable(t.Name)) + ": " + told}
}

// names is how many cells the targets' names take.
func (m *model) names() int {
	longest := 0
	for _, t := range m.view.Targets {
		longest = max(longest, ansi.StringWidthWc(printable(t.Name)))
	}
	return min(longest, m.inner()/3)
}

// target is the line of one: whether it is selected, its lamp, and what is known
// of its build and its server.
func (m *model) target(i int) string {
	t := m.view.Targets[i]
	marker, name := "  ", m.look.fit(printable(t.Name), m.names())
	if i == m.view.Selected {
		marker, name = m.look.marker+" ", m.look.Paint(strong, name)
	}
	return fmt.Sprintf("%s%s  %s  %s %-9s %s", marker, m.bulb(t.Lamp, lampInk(i)), name,
		m.look.Paint(faint, fmt.Sprintf("GPIO%-2d", t.Lamp.Pin)), rhythm(t.Lamp), m.story(t))
}

// story is the light of a target's latest launch, its build, and what is wrong.
func (m *model) story(t view.Target) string {
	var words []string
	if t.Light != "none" {
		words = append(words, m.look.Paint(lightInk(t.Light), strings.ToUpper(t.Light)))
	}
	if b := t.Build; b != nil {
		words = append(words, m.build(*b)...)
	}
	if t.Offline {
		words = append(words, "no word from its server")
	}
	if t.NoGo != "" {
		words = append(words, "no go: "+printable(t.NoGo))
	}
	return strings.Join(words, " ")
}

// build is what is known of a build.
func (m *model) build(b view.Build) []string {
	var words []string
	if b.Progress != nil {
		const cells = 5
		p := min(max(*b.Progress, 0), 1)
		done := int(math.Round(p * cells))
		words = append(words, fmt.Sprintf("%s%s %.0f%%", strings.Repeat(m.look.full, done), strings.Repeat(m.look.empty, cells-done), p*100))
	}
	if b.Waiting {
		words = append(words, "waits for a person")
	}
	if b.Unseen {
		words = append(words, "no word of it")
	}
	if b.ID != "" {
		words = append(words, "id="+printable(b.ID))
	}
	if b.Word != "" {
		words = append(words, printable(b.Word))
	}
	return append(words, printable(b.URL))
}

// lightInk is how the light of a launch is written.
func lightInk(light string) term.Colour {
	switch light {
	case "passed":
		return green
	case "queued", "running":
		return blue
	case "not started", "failed":
		return red
	}
	return yellow
}
