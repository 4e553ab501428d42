package panel

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"golang.org/x/sys/unix"

	"ship-it.example/cmd/ship-it/term"
	"ship-it.example/shipit"
)

// Settings are what a panel is made of.
type Settings struct {
	In, Out *os.File            // of the same terminal
	Getenv  func(string) string // TERM, NO_COLOR and the locale are looked at
	Where   string              // which box this is
	Feed    *Feed
	Hands   Hands // nil: nobody may touch the box
}

const (
	frames   = 30          // a second, at most
	patience = time.Second // with a terminal that takes nothing, at the end
)

// Run shows the panel until somebody quits it or ctx ends, and gives the
// terminal back then. A panic in the panel is returned as a
// [*shipit.PanicError]; a terminal that is gone as an error that wraps EIO.
func Run(ctx context.Context, s Settings) error {
	before, err := unix.IoctlGetTermios(int(s.In.Fd()), unix.TCGETS)
	if err != nil {
		return fmt.Errorf("panel: not a terminal: %w", err)
	}
	ctx, end := context.WithCancel(ctx)
	defer end()
	screen := &screen{model: model{
		look: lookOf(term.For(s.Out, s.Getenv), s.Getenv("TERM")), hands: s.Hands, where: s.Where,
		next: func() tea.Msg {
			if n := s.Feed.next(ctx); n != nil {
				return n
			}
			return nil
		},
		fingers: map[shipit.Button]*finger{},
	}}
	program := tea.NewProgram(screen,
		tea.WithContext(ctx), tea.WithInput(input{s.In, s.In.Fd()}), tea.WithOutput(s.Out), tea.WithFPS(frames),
		tea.WithoutSignalHandler(), // the whole program's is there
		// Both would be looked for in the environment, with a child's help, and
		// in the terminal, whose answer the shell would get if we have gone.
		tea.WithColorProfile(colorprofile.ANSI), tea.WithEnvironment([]string{"TERM=" + s.Getenv("TERM"), "SSH_TTY=none"}))
	screen.quit = program.Quit
	defer suspends(program).close()
	ended := make(chan error, 1)
	go func() {
		ended <- shipit.Guard(func() error { _, err := program.Run(); return err })
	}()
	select {
	case err = <-ended:
	case <-late(ctx):
		// The terminal takes nothing any more, as one whose connection is lost,
		// and the panel waits for it. What can be put right without is.
		return unix.IoctlSetTermios(int(s.In.Fd()), unix.TCSETS, before)
	}
	switch {
	case screen.fault != nil:
		return screen.fault
	case ctx.Err() != nil:
		return nil
	case err != nil:
		return fmt.Errorf("panel: %w", err)
	}
	return nil
}

// input is a terminal whose end is an error: Bubble Tea would wait on without
// any input, for ever where no HUP comes, as under nohup.
type input struct {
	*os.File
	fd uintptr
}

// Fd is asked for beside whatever closes the terminal.
func (i input) Fd() uintptr { return i.fd }

// Read implements [io.Reader].
func (i input) Read(keys []byte) (int, error) {
	n, err := i.File.Read(keys)
	if errors.Is(err, io.EOF) {
		err = unix.EIO
	}
	return n, err
}

// late is closed when ctx has ended for longer than patience.
func late(ctx context.Context) <-chan struct{} {
	c := make(chan struct{})
	context.AfterFunc(ctx, func() { time.AfterFunc(patience, func() { close(c) }) })
	return c
}

// screen is the model as Bubble Tea wants it, with its panics caught: the first
// one ends the panel.
type screen struct {
	model model
	quit  func()
	fault error
}

// Init implements [tea.Model].
func (s *screen) Init() tea.Cmd { return s.model.next }

// Update implements [tea.Model].
func (s *screen) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	var next tea.Cmd
	s.guard(func() { next = s.model.update(msg) })
	return s, next
}

// View implements [tea.Model].
func (s *screen) View() tea.View {
	var lines []string
	s.guard(func() { lines = s.model.draw() })
	view := tea.NewView(strings.Join(lines, "\n"))
	view.AltScreen = true
	if s.model.hands != nil {
		view.MouseMode = tea.MouseModeCellMotion
	}
	return view
}

// guard does something, once nothing has gone wrong before.
func (s *screen) guard(do func()) {
	if s.fault != nil {
		return
	}
	if s.fault = shipit.Guard(func() error { do(); return nil }); s.fault != nil {
		go s.quit() // it waits for the loop that we are in
	}
}
