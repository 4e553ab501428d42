package main

import (
	"encoding/xml"
	"errors"
	"fmt"
	"html"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"ship-it.example/shipit/config/cells"
)

// The measures of a terminal's picture, in its own units.
const (
	cellWide = 8.43
	cellHigh = 16 // the frames of DejaVu Sans Mono meet
	border   = 14
)

// pen is how the next characters of a terminal are written.
type pen struct {
	colour     int // of the 16; -1: the usual one
	bold, dim  bool
	background bool // colour and background have changed places
}

// palette is the sixteen colours, on a dark ground.
var palette = [...]string{
	"#4a5666", "#d32029", "#18883a", "#b09000", "#1668d6", "#7a3fc0", "#0d8f9c", "#c3ccd6",
	"#5b6b7a", "#ff5a5f", "#5fd884", "#ffd84a", "#6aa9ff", "#b98af0", "#4fd3df", "#ffffff",
}

// sgr is a sequence that changes the pen, the only ones that tmux' capture has.
var sgr = regexp.MustCompile(`\x1b\[([0-9;]*)m`)

// take changes the pen by the numbers of a sequence.
func (p *pen) take(numbers string) {
	for number := range strings.SplitSeq(numbers, ";") {
		switch n, _ := strconv.Atoi(number); {
		case n == 0:
			*p = pen{colour: -1}
		case n == 1:
			p.bold = true
		case n == 2:
			p.dim = true
		case n == 7:
			p.background = true
		case n == 22:
			p.bold, p.dim = false, false
		case n == 39:
			p.colour = -1
		case n >= 30 && n <= 37:
			p.colour = n - 30
		case n >= 90 && n <= 97:
			p.colour = n - 90 + 8
		}
	}
}

// svg is what a terminal shows, as a picture.
func svg(title, screen string, width int) string {
	lines := strings.Split(strings.TrimRight(screen, "\n "), "\n")
	var b strings.Builder
	w, h := float64(width)*cellWide+2*border, len(lines)*cellHigh+2*border
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %d" role="img" aria-label="%s">
<title>%[3]s</title>
<rect width="100%%" height="100%%" rx="8" fill="#10161d"/>
<g font-family="'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="14" fill="#c3ccd6" xml:space="preserve">
`, w, h, html.EscapeString(title))
	for y, line := range lines {
		p, x, at := pen{colour: -1}, 0, 0
		for _, m := range append(sgr.FindAllStringSubmatchIndex(line, -1), []int{len(line), len(line), len(line), len(line)}) {
			text := line[at:m[0]]
			p.write(&b, x, y, text)
			x, at = x+cells.Of(text), m[1]
			p.take(line[m[2]:m[3]])
		}
	}
	return b.String() + "</g>\n</svg>\n"
}

// write writes some characters, each word in its own place, whatever the font.
func (p pen) write(b *strings.Builder, x, y int, text string) {
	style := ""
	if p.colour >= 0 {
		style = fmt.Sprintf(` fill="%s"`, palette[p.colour])
	}
	if p.bold {
		style += ` font-weight="bold"`
	}
	if p.dim {
		style += ` opacity="0.6"`
	}
	for _, word := range regexp.MustCompile(`\S+`).FindAllStringIndex(text, -1) {
		wide := float64(cells.Of(text[word[0]:word[1]])) * cellWide
		fmt.Fprintf(b, `<text x="%.1f" y="%d" textLength="%.1f" lengthAdjust="spacingAndGlyphs"%s>%s</text>`+"\n",
			border+float64(x+cells.Of(text[:word[0]]))*cellWide, border+y*cellHigh+13, wide, style, html.EscapeString(text[word[0]:word[1]]))
	}
}

// TestSVG: a picture is well-formed, and has the text in its colours and places.
func TestSVG(t *testing.T) {
	t.Parallel()
	got := svg("a < b", "\x1b[1m\x1b[91mred\x1b[39m & bold\x1b[0m x\n  \x1b[2mdim\x1b[m", 20)
	for _, want := range []string{
		`<title>a &lt; b</title>`,
		`<text x="14.0" y="27" textLength="25.3" lengthAdjust="spacingAndGlyphs" fill="#ff5a5f" font-weight="bold">red</text>`,
		`<text x="47.7" y="27" textLength="8.4" lengthAdjust="spacingAndGlyphs" font-weight="bold">&amp;</text>`,
		`lengthAdjust="spacingAndGlyphs">x</text>`,
		`<text x="30.9" y="43" textLength="25.3" lengthAdjust="spacingAndGlyphs" opacity="0.6">dim</text>`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in:\n%s", want, got)
		}
	}
	for decoder := xml.NewDecoder(strings.NewReader(got)); ; {
		if _, err := decoder.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
}
