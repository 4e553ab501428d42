// Package term is how the commands write on a terminal: in colours where it has
// them, and within its width.
//
// It owns the codes of the 16 colours that every terminal knows, and the rules
// by which they are left out. It moves no cursor and draws nothing.
package term

import (
	"cmp"
	"io"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"ship-it.example/shipit/config/cells"
)

// Colour is one of the terminal's own, by its number.
type Colour string

// The colours.
const (
	Plain  Colour = ""
	Dim    Colour = "2"
	Bold   Colour = "1"
	Red    Colour = "91"
	Green  Colour = "92"
	Yellow Colour = "93"
	Orange Colour = "33" // the dark yellow, which most terminals show as an orange or a brown
	Blue   Colour = "94"
	Violet Colour = "95"
	Pink   Colour = "35"
	Brown  Colour = "31" // the dark red: the colour that is called brown is the orange above
	Cyan   Colour = "96"
)

// Ink is what a text may be written with. The zero value is plain ASCII.
type Ink struct {
	Colours bool
	Unicode bool // signs beyond ASCII
}

// For is what w shows, by the environment that lookup tells of (os.Getenv, say):
// no colours where NO_COLOR is set (no-color.org), on a terminal that calls
// itself dumb, and on what is no terminal.
func For(w io.Writer, lookup func(string) string) Ink {
	if !IsTerminal(w) {
		return Ink{}
	}
	term := lookup("TERM")
	locale := strings.ToUpper(cmp.Or(lookup("LC_ALL"), lookup("LC_CTYPE"), lookup("LANG")))
	return Ink{
		Colours: lookup("NO_COLOR") == "" && term != "" && term != "dumb",
		Unicode: strings.Contains(locale, "UTF-8") || strings.Contains(locale, "UTF8"),
	}
}

// Paint gives a text a colour.
func (i Ink) Paint(c Colour, text string) string {
	if !i.Colours || c == Plain || text == "" {
		return text
	}
	return "\x1b[" + string(c) + "m" + text + "\x1b[0m"
}

// Sign is a sign, or what stands for it in ASCII.
func (i Ink) Sign(sign, ascii string) string {
	if i.Unicode {
		return sign
	}
	return ascii
}

// IsTerminal tells whether w is a terminal.
func IsTerminal(w any) bool {
	file, ok := w.(*os.File)
	if !ok {
		return false
	}
	_, err := unix.IoctlGetTermios(int(file.Fd()), unix.TCGETS)
	return err == nil
}

// usual is how wide a terminal is that doesn't tell, such as a serial line.
const usual = 80

// Columns is how wide a terminal is, 0 if w is none.
func Columns(w io.Writer) int {
	if !IsTerminal(w) {
		return 0
	}
	size, err := unix.IoctlGetWinsize(int(w.(*os.File).Fd()), unix.TIOCGWINSZ)
	if err != nil || size.Col == 0 {
		return usual
	}
	return int(size.Col)
}

// Fit is a text in exactly so many columns: cut where it is too long, and
// filled up behind, or before if right says so.
func (i Ink) Fit(text string, columns int, right bool) string {
	if cells.Of(text) > columns {
		end := i.Sign("…", "~")
		var b strings.Builder
		left := columns - cells.Of(end)
		for _, r := range text {
			if left -= cells.Width(r); left < 0 {
				break
			}
			b.WriteRune(r)
		}
		text = b.String() + end
	}
	space := strings.Repeat(" ", columns-cells.Of(text))
	if right {
		return space + text
	}
	return text + space
}
