package panel

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"ship-it.example/cmd/ship-it/term"
)

// look is what the terminal can show.
type look struct {
	term.Ink
	glyphs
}

// glyphs are the shapes that tell what is on and what is off, with colours and
// without.
type glyphs struct {
	on, off, marker, more string
	box, pressed          [6]string // corners from the upper left on, clockwise, then — and |
	left, right           string    // a line ends at the frame
	full, empty           string    // of a bar
	loud                  string
}

// lookOf is the look for a terminal of that kind, with what it can show: the
// console of Linux, whose font has few shapes, gets letters, too.
func lookOf(ink term.Ink, kind string) look {
	if ink.Unicode && kind != "linux" {
		return look{ink, shapes()}
	}
	return look{ink, letters()}
}

func shapes() glyphs {
	return glyphs{
		on: "●", off: "○", marker: "▶", more: "…",
		box:     [6]string{"╭", "╮", "╯", "╰", "─", "│"},
		pressed: [6]string{"╔", "╗", "╝", "╚", "═", "║"},
		left:    "├", right: "┤", full: "█", empty: "░", loud: "♪",
	}
}

func letters() glyphs {
	return glyphs{
		on: "*", off: "o", marker: ">", more: "~",
		box:     [6]string{"+", "+", "+", "+", "-", "|"},
		pressed: [6]string{"#", "#", "#", "#", "=", "#"},
		left:    "+", right: "+", full: "#", empty: ".", loud: "!",
	}
}

// The inks. What one says a word or a shape says, too.
const (
	normal = term.Plain
	faint  = term.Dim
	strong = term.Bold
	white  = "1;97"
	red    = term.Bold + ";" + term.Red
	green  = term.Bold + ";" + term.Green
	yellow = term.Bold + ";" + term.Yellow
	blue   = term.Bold + ";" + term.Blue
	cyan   = term.Bold + ";" + term.Cyan
)

// lampInk is the colour of a target's lamp, as in the README's wiring and in
// the Python program's: green, yellow, blue, red, and again.
func lampInk(target int) term.Colour { return []term.Colour{green, yellow, blue, red}[target%4] }

// fit is text that takes so many cells: cut, or filled up with blanks.
func (l look) fit(text string, width int) string {
	if width <= 0 {
		return ""
	}
	text = ansi.TruncateWc(text, width, l.more)
	return text + strings.Repeat(" ", max(0, width-ansi.StringWidthWc(text)))
}

// centre is text in the middle of so many cells.
func (l look) centre(text string, width int) string {
	left := max(0, (width-ansi.StringWidthWc(text))/2)
	return l.fit(strings.Repeat(" ", left)+text, width)
}
