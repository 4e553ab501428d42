package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"ship-it.example/cmd/ship-it/term"
	"ship-it.example/shipit/config"
)

// pointed is a message about a configuration's mistakes: the line that the log
// would have for each, and below it what is wrong with which words.
func pointed(mistakes *config.Mistakes, ink term.Ink) string {
	var b strings.Builder
	for _, mistake := range mistakes.List {
		b.WriteString("ship-it: " + mistake.String() + "\n")
		for i, e := range mistakes.Excerpts(mistake) {
			b.WriteString(excerpt(ink, mistake.File, e, i == 0))
		}
	}
	return b.String()
}

// excerpt draws a line of a file with a part of it underlined, as compilers do.
func excerpt(ink term.Ink, file string, e config.Excerpt, first bool) string {
	number := strconv.Itoa(e.Line)
	margin := strings.Repeat(" ", len(number))
	arrow, mark, colour := "-->", "^", term.Red
	if !first {
		arrow, mark, colour = ":::", "-", term.Blue
	}
	line := func(number, text string) string {
		return strings.TrimRight("  "+ink.Paint(term.Blue, number+" |")+" "+text, " ") + "\n"
	}
	return fmt.Sprintf("  %s%s %s:%d:%d\n", margin, ink.Paint(term.Blue, arrow), file, e.Line, e.Column) +
		line(margin, "") +
		line(number, e.Text) +
		line(margin, strings.Repeat(" ", e.Blank)+ink.Paint(colour, strings.Repeat(mark, e.Width)))
}

// point shows the mistakes that a configuration could not be loaded for. Other
// errors are for others to tell.
func (p *program) point(err error) error {
	mistakes, ok := errors.AsType[*config.Mistakes](err)
	if !ok {
		return err
	}
	p.complain(pointed(mistakes, term.For(p.stderr, os.Getenv)))
	return saidError{err}
}
