package panel

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// look is what the terminal can show.
type look struct {
	colours bool // the sixteen that every terminal has
	glyphs
}

// glyphs are the shapes that tell what is on and what is off, with colours and
// without.
type glyphs struct {
	on, off, marker, more string
	box, pressed          [6]string // corners from the upper left on, clockwise, then — and |
	left, right           string    // a line ends at the frame
	done, todo            string    // of a bar
	loud                  string
}

// lookOf is the look for an environment. NO_COLOR wins; the console of Linux,
// whose font has few shapes, and whatever isn't UTF-8 get letters.
func lookOf(getenv func(string) string) look {
	l := look{colours: getenv("NO_COLOR") == "", glyphs: letters()}
	charset := getenv("LC_ALL")
	for _, name := range []string{"LC_CTYPE", "LANG"} {
		if charset == "" {
			charset = getenv(name)
		}
	}
	charset = strings.ToUpper(strings.ReplaceAll(charset, "-", ""))
	if strings.Contains(charset, "UTF8") && getenv("TERM") != "linux" {
		l.glyphs = shapes()
	}
	return l
}

func shapes() glyphs {
	return glyphs{
		on: "●", off: "○", marker: "▶", more: "…",
		box:     [6]string{"╭", "╮", "╯", "╰", "─", "│"},
		pressed: [6]string{"╔", "╗", "╝", "╚", "═", "║"},
		left:    "├", right: "┤", done: "█", todo: "░", loud: "♪",
	}
}

func letters() glyphs {
	return glyphs{
		on: "*", off: "o", marker: ">", more: "~",
		box:     [6]string{"+", "+", "+", "+", "-", "|"},
		pressed: [6]string{"#", "#", "#", "#", "=", "#"},
		left:    "+", right: "+", done: "#", todo: ".", loud: "!",
	}
}

// ink is how something is written.
type ink struct {
	colour ansi.BasicColor
	bold   bool
	faint  bool
	plain  bool // no colour
}

// The inks. What a colour says a word or a shape says, too.
func white() ink  { return ink{colour: ansi.BrightWhite, bold: true} }
func strong() ink { return ink{plain: true, bold: true} }
func normal() ink { return ink{plain: true} }
func faint() ink  { return ink{plain: true, faint: true} }
func red() ink    { return ink{colour: ansi.BrightRed, bold: true} }
func green() ink  { return ink{colour: ansi.BrightGreen, bold: true} }
func yellow() ink { return ink{colour: ansi.BrightYellow, bold: true} }
func blue() ink   { return ink{colour: ansi.BrightBlue, bold: true} }
func cyan() ink   { return ink{colour: ansi.BrightCyan, bold: true} }

// lampInk is the colour of a target's lamp, as in the README's wiring and in
// the Python program's: green, yellow, blue, red, and again.
func lampInk(target int) ink { return []ink{green(), yellow(), blue(), red()}[target%4] }

// write is text in an ink.
func (l look) write(i ink, text string) string {
	style := ansi.NewStyle()
	if i.bold {
		style = style.Bold()
	}
	if i.faint {
		style = style.Faint()
	}
	if l.colours && !i.plain {
		style = style.ForegroundColor(i.colour)
	}
	return style.Styled(text)
}

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
