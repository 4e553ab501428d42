package panel

import (
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"ship-it.example/cmd/ship-it/term"
)

// draw is the whole picture, a line each.
func (m *model) draw() []string {
	if m.tooSmall() {
		lines := []string{
			fmt.Sprintf("The picture needs %d by %d cells:", minWidth, minHeight),
			fmt.Sprintf("there are %d by %d.", m.width, m.height),
			"q: quit",
		}
		for i, line := range lines {
			lines[i] = ansi.TruncateWc(line, m.width, "")
		}
		return lines[:min(len(lines), m.height)]
	}
	l := m.layout()
	lines := []string{m.top()}
	for _, line := range slices.Concat(m.parts(l), m.wrapped()[:l.state], m.targets(l)) {
		lines = append(lines, m.framed(line))
	}
	lines = append(lines, m.rule("log"))
	for _, line := range m.logbook(l) {
		lines = append(lines, m.framed(line))
	}
	b := m.look.box
	return append(lines, m.framed(m.keys()), b[3]+strings.Repeat(b[4], m.width-2)+b[2])
}

// framed is a line of the picture inside its frame.
func (m *model) framed(line string) string {
	side := m.look.box[5]
	return side + " " + m.look.fit(line, m.inner()) + " " + side
}

// top is the upper side of the frame, with what this is.
func (m *model) top() string {
	const longest = 20 // of a version; another box may call its own anything
	b, name := m.look.box, " ship-it "
	where := m.where
	if m.view.Drill && m.hands == nil {
		where = "DRILL, launches go to a stand-in; " + where
	}
	version, _, _ := strings.Cut(m.view.Version, " ")
	if version != "" {
		version = " " + ansi.TruncateWc(version, longest, m.look.more) + " "
	}
	room := m.width - 5 - len(name) - ansi.StringWidthWc(version)
	where = ansi.TruncateWc(" "+where+" ", room, m.look.more)
	return b[0] + b[4] + m.look.Paint(strong, name) + b[4] + where +
		strings.Repeat(b[4], max(0, room-ansi.StringWidthWc(where))) + version + b[4] + b[1]
}

// rule is a line across the frame with a word in it.
func (m *model) rule(word string) string {
	g := m.look.glyphs
	word = " " + word + " "
	return g.left + g.box[4] + word + strings.Repeat(g.box[4], m.width-3-len(word)) + g.right
}

// keys is what can be typed.
func (m *model) keys() string {
	if m.hands == nil {
		return m.look.Paint(strong, "q") + " quit" + m.look.Paint(faint, "    only to look at: nothing here touches the box")
	}
	keys := [][2]string{{"a", "arm"}, {"l", "launch"}, {"b", "branch"}, {"L B", "hold"}, {"q", "quit"}}
	if m.view.SecondDown != nil {
		keys = [][2]string{{"a", "arm"}, {"l", "launch"}, {"b", "branch"}, {"s", "second"}, {"L B S", "hold"}, {"q", "quit"}}
	}
	var b strings.Builder
	for _, key := range keys {
		fmt.Fprintf(&b, "%s %s  ", m.look.Paint(strong, key[0]), key[1])
	}
	return strings.TrimRight(b.String(), " ")
}

// wrapped is the state, broken to the width.
func (m *model) wrapped() []string {
	var lines []string
	for _, line := range m.state() {
		lines = append(lines, strings.Split(ansi.WrapWc(line, m.inner(), ""), "\n")...)
	}
	return lines
}

// logbook is the end of the log.
func (m *model) logbook(l layout) []string {
	var lines []string
	for _, entry := range slices.Backward(m.log) {
		lines = append(m.entry(entry), lines...)
		if len(lines) >= l.log {
			return lines[len(lines)-l.log:]
		}
	}
	return append(lines, make([]string, l.log-len(lines))...)
}

// entry is a line of the log, broken to the width, without its date. What did
// not fit in the first line stands below its words.
func (m *model) entry(text string) []string {
	stamp, text := "", printable(text)
	if len(text) > 22 && text[0] == '[' && text[20] == ']' {
		stamp, text = text[12:20]+" ", text[22:]
	}
	var how term.Colour
	switch {
	case strings.HasPrefix(text, "ERROR "):
		how = red
	case strings.HasPrefix(text, "WARN "):
		how = yellow
	}
	lines := strings.Split(ansi.WrapWc(text, m.inner()-len(stamp), ""), "\n")
	for i, line := range lines {
		lines[i] = stamp + m.look.Paint(how, line)
		stamp = strings.Repeat(" ", len(stamp))
	}
	return lines
}
