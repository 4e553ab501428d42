package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"ship-it.example/shipit"
	"ship-it.example/shipit/config"
)

// errUnanswered: somebody has ended the questions. Nothing was written.
var errUnanswered = errors.New("not all was answered: nothing was written")

// interviewer asks a person at a terminal.
type interviewer struct {
	*setup
	ctx   context.Context
	out   io.Writer
	in    *os.File
	lines *bufio.Reader
}

// interview asks for what the flags have left open. Ctrl-C ends it, and leaves
// the terminal as it was.
func (p *program) interview(ctx context.Context, s *setup) error {
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	i := &interviewer{setup: s, ctx: ctx, out: p.stdout, in: p.stdin, lines: bufio.NewReader(p.stdin)}
	fmt.Fprintf(i.out, "This writes %s. Ctrl-C ends it, and nothing is written.\n", s.path)
	for _, question := range []func() error{i.askServer, i.askURL, i.askTargets, i.askLogin} {
		if err := question(); err != nil {
			return err
		}
	}
	return nil
}

func (i *interviewer) askServer() error {
	if i.Server != "" {
		return nil
	}
	fmt.Fprint(i.out, "\n1. Which server starts your builds?\n")
	for _, kind := range config.Drafts() {
		fmt.Fprintf(i.out, "     %-9s %s\n", kind.Server, kind.What)
	}
	return i.again(func(answer string) error {
		i.Server = answer
		_, err := i.Kind()
		return err
	})
}

func (i *interviewer) askURL() error {
	kind, err := i.Kind()
	if err != nil || i.URL != "" || kind.URL == "" {
		return err
	}
	example := ", as in " + kind.URL + "?"
	if kind.OwnURL {
		example = "? (Enter: " + kind.URL + ")"
	}
	fmt.Fprintf(i.out, "\n2. What is its address%s\n", example)
	return i.again(func(answer string) error {
		if answer == "" && !kind.OwnURL {
			return fmt.Errorf("%w: it needs one", config.ErrDraft)
		}
		i.URL = answer
		return i.judge("url")
	})
}

func (i *interviewer) askTargets() error {
	kind, err := i.Kind()
	if err != nil || len(i.Targets) > 0 {
		return err
	}
	fmt.Fprintf(i.out, "\n3. What can be launched? A line for each target, NAME = %s;\n   an empty line ends it. As in: Client Int = %s\n", kind.Build, kind.Like)
	for over := false; !over; {
		err := i.again(func(answer string) error {
			if over = answer == "" && len(i.Targets) > 0; over {
				return nil
			}
			target, err := config.ParseDraftTarget(answer)
			if err != nil {
				return err
			}
			i.Targets = append(i.Targets, target)
			if err := i.judge("[[target]]"); err != nil {
				i.Targets = i.Targets[:len(i.Targets)-1]
				return err
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// askLogin asks who the box is to the server. A token is not shown.
func (i *interviewer) askLogin() error {
	kind, err := i.Kind()
	if err != nil || kind.Token == "" {
		return err
	}
	if kind.User && i.User == "" {
		fmt.Fprintf(i.out, "\n4. As which user does the box sign in?\n")
		if err := i.again(func(answer string) error { i.User = answer; return i.judge("user") }); err != nil {
			return err
		}
	}
	if i.useToken(""); i.tokenPath != "" {
		return nil
	}
	path := i.tokenFile(kind)
	empty := ""
	if kind.NoToken {
		empty = "; Enter: none"
	}
	fmt.Fprintf(i.out, "\n4. Its %s? (It is not shown, and goes into %s%s)\n", kind.Token, path, empty)
	err = i.silently(func() error {
		return i.again(func(answer string) error {
			if answer == "" && !kind.NoToken {
				return fmt.Errorf("%w: it needs one", config.ErrDraft)
			}
			i.token = answer
			return kind.CheckToken(answer)
		})
	})
	if err == nil && i.token != "" {
		i.useToken(path)
	}
	return err
}

// judge is what is wrong with the answers so far, as far as the configuration's
// keys with that in their name go.
func (i *interviewer) judge(key string) error {
	text, err := i.Text()
	if err != nil {
		return err
	}
	_, err = config.Parse([]byte(text), i.path)
	mistakes, _ := errors.AsType[*config.Mistakes](err)
	if mistakes == nil {
		return nil
	}
	for _, m := range mistakes.List {
		if strings.Contains(m.Key, key) {
			return fmt.Errorf("%w: %s: %s", config.ErrDraft, m.Text, m.Remedy)
		}
	}
	return nil
}

// again asks for an answer until take is content with it.
func (i *interviewer) again(take func(answer string) error) error {
	for {
		fmt.Fprint(i.out, "> ")
		answer, err := i.read()
		if err != nil {
			return err
		}
		if err = take(strings.TrimSpace(answer)); err == nil || !errors.Is(err, config.ErrDraft) {
			return err
		}
		fmt.Fprintf(i.out, "  %s\n", err)
	}
}

// read reads a line. A reader that is still waiting when somebody ends the
// questions is left behind: the program is over then.
func (i *interviewer) read() (string, error) {
	type answer struct {
		text string
		err  error
	}
	read := make(chan answer, 1)
	go func() {
		var a answer
		if err := shipit.Guard(func() error { a.text, a.err = i.lines.ReadString('\n'); return nil }); err != nil {
			a.err = err
		}
		read <- a
	}()
	select {
	case a := <-read:
		if a.err != nil {
			return "", errUnanswered // the end of the input, too, is one
		}
		return a.text, nil
	case <-i.ctx.Done():
		return "", errUnanswered
	}
}

// silently does something while what is typed is not shown, and gives the
// terminal back as it was. Ctrl-Z does nothing in that time.
func (i *interviewer) silently(do func() error) error {
	fd := int(i.in.Fd())
	was, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	if err != nil {
		return fmt.Errorf("hide what is typed: %w", err)
	}
	signal.Ignore(syscall.SIGTSTP)
	defer signal.Reset(syscall.SIGTSTP)
	hidden := *was
	hidden.Lflag &^= unix.ECHO
	hidden.Lflag |= unix.ECHONL | unix.ICANON | unix.ISIG
	if err := unix.IoctlSetTermios(fd, unix.TCSETSF, &hidden); err != nil {
		return fmt.Errorf("hide what is typed: %w", err)
	}
	err = do()
	return errors.Join(err, unix.IoctlSetTermios(fd, unix.TCSETS, was))
}
