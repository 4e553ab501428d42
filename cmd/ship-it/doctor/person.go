package doctor

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"ship-it.example/gpio"
)

// The ways out of a question.
var (
	errGone    = errors.New("nobody answers any more") // the end of the input
	errSkipped = errors.New("skipped")                 // s
)

// Person is who is asked, in lines of text. An answer may take any time.
type Person struct {
	out   io.Writer
	lines <-chan string
}

// NewPerson is one who reads out and answers with lines, which are closed when
// there won't be any more.
func NewPerson(out io.Writer, lines <-chan string) *Person { return &Person{out, lines} }

// say tells something.
func (p *Person) say(format string, args ...any) { fmt.Fprintf(p.out, "  "+format+"\n", args...) }

// ask asks until the answer is one that fits takes; s skips the step.
func (p *Person) ask(ctx context.Context, question string, fits func(answer string) bool) (string, error) {
	for {
		fmt.Fprintf(p.out, "  %s ", question)
		select {
		case line, more := <-p.lines:
			answer := strings.ToLower(strings.TrimSpace(line))
			switch {
			case !more:
				fmt.Fprintln(p.out)
				return "", errGone
			case answer == "s":
				return "", errSkipped
			case fits(answer):
				return answer, nil
			}
		case <-ctx.Done():
			fmt.Fprintln(p.out)
			return "", context.Cause(ctx)
		}
	}
}

// yes asks a question that yes or no answers.
func (p *Person) yes(ctx context.Context, question string) (bool, error) {
	answer, err := p.ask(ctx, question+" [y/n/s]", func(a string) bool {
		return a == "y" || a == "yes" || a == "n" || a == "no"
	})
	return strings.HasPrefix(answer, "y"), err
}

// number asks for one of 0 to most.
func (p *Person) number(ctx context.Context, question string, most int) (int, error) {
	answer, err := p.ask(ctx, fmt.Sprintf("%s [0-%d/s]", question, most), func(a string) bool {
		n, err := strconv.Atoi(a)
		return err == nil && n >= 0 && n <= most
	})
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(answer)
}

// watch waits for a contact, or for n: nothing happens. It leaves no line of the
// person's behind unread.
func (p *Person) watch(ctx context.Context, m *gpio.Meter) (c gpio.Contact, nothing bool, err error) {
	for {
		waiting, stop := context.WithCancel(ctx)
		type input struct {
			line string
			more bool
		}
		said := make(chan *input, 1)
		go func() {
			select {
			case line, more := <-p.lines:
				said <- &input{line, more}
				stop()
			case <-waiting.Done():
				said <- nil
			}
		}()
		c, err = m.Next(waiting)
		stop()
		typed := <-said
		if ctx.Err() != nil {
			return c, false, context.Cause(ctx)
		}
		switch {
		case typed == nil:
			return c, false, err
		case !typed.more:
			return c, false, errGone
		}
		switch strings.ToLower(strings.TrimSpace(typed.line)) {
		case "s":
			return c, false, errSkipped
		case "n":
			return c, true, nil
		}
		if err == nil {
			return c, false, nil
		}
	}
}
