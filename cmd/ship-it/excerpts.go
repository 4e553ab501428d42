package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"ship-it.example/cmd/ship-it/term"
	"ship-it.example/shipit/config"
)

// ink is the colours of a text: none, where nobody would see them.
type ink struct{ loud, quiet, off string }

// inkFor is the ink for a writer: colours go to a terminal that has some, unless
// NO_COLOR is set (https://no-color.org).
func inkFor(w io.Writer) ink {
	if os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" || !term.IsTerminal(w) {
		return ink{}
	}
	return ink{loud: "\x1b[1;31m", quiet: "\x1b[34m", off: "\x1b[m"}
}

// pointed is a message about a configuration's mistakes: the line that the log
// would have for each, and below it what is wrong with which words.
func pointed(mistakes *config.Mistakes, ink ink) string {
	var b strings.Builder
	for _, mistake := range mistakes.List {
		b.WriteString("ship-it: " + mistake.String() + "\n")
		for i, e := range mistakes.Excerpts(mistake) {
			b.WriteString(ink.excerpt(mistake.File, e, i == 0))
		}
	}
	return b.String()
}

// excerpt draws a line of a file with a part of it underlined, as compilers do.
func (k ink) excerpt(file string, e config.Excerpt, first bool) string {
	number := strconv.Itoa(e.Line)
	margin := strings.Repeat(" ", len(number))
	arrow, mark, colour := "-->", "^", k.loud
	if !first {
		arrow, mark, colour = ":::", "-", k.quiet
	}
	line := func(number, text string) string {
		return strings.TrimRight(fmt.Sprintf("  %s%s |%s %s", k.quiet, number, k.off, text), " ") + "\n"
	}
	return fmt.Sprintf("  %s%s%s%s %s:%d:%d\n", margin, k.quiet, arrow, k.off, file, e.Line, e.Column) +
		line(margin, "") +
		line(number, e.Text) +
		line(margin, strings.Repeat(" ", e.Blank)+colour+strings.Repeat(mark, e.Width)+k.off)
}

// point shows the mistakes that a configuration could not be loaded for. Other
// errors are for others to tell.
func (p *program) point(err error) error {
	mistakes, ok := errors.AsType[*config.Mistakes](err)
	if !ok {
		return err
	}
	p.complain(pointed(mistakes, inkFor(p.stderr)))
	return saidError{err}
}
