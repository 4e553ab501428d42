package panel

import (
	"fmt"
	"os"
	"os/signal"
	"strings"

	tea "charm.land/bubbletea/v2"
	"golang.org/x/sys/unix"

	"ship-it.example/shipit"
)

// suspension is what stops and continues us, as a shell's job control asks.
type suspension struct {
	program *tea.Program
	signals chan os.Signal
}

// suspends begins to obey TSTP: the terminal is given back before we stop, and
// taken again when we go on. Bubble Tea's own way waits for ever where there is
// no shell to go back to, and stops nobody once TSTP is caught elsewhere.
func suspends(p *tea.Program) *suspension {
	s := &suspension{program: p, signals: make(chan os.Signal, 1)}
	signal.Notify(s.signals, unix.SIGTSTP)
	go func() {
		_ = shipit.Guard(func() error { // nobody loses but who wants to stop
			for range s.signals {
				s.stop()
			}
			return nil
		})
	}()
	return s
}

// close obeys no more.
func (s *suspension) close() {
	signal.Stop(s.signals)
	close(s.signals)
}

// stop gives the terminal back, waits until somebody continues us, and draws
// the picture anew.
func (s *suspension) stop() {
	if alone() || s.program.ReleaseTerminal() != nil {
		return
	}
	continued := make(chan os.Signal, 1)
	signal.Notify(continued, unix.SIGCONT)
	defer signal.Stop(continued)
	_ = unix.Kill(os.Getpid(), unix.SIGSTOP)
	<-continued // this thread may be the last one to stop
	if err := s.program.RestoreTerminal(); err != nil {
		s.program.Quit()
		return
	}
	s.program.Send(tea.ClearScreen())
}

// alone tells that there is no shell above us that could continue us: the leader
// of our process group has no parent elsewhere in our session (setpgid(2)).
func alone() bool {
	leader := unix.Getpgrp()
	parent, err := parentOf(leader)
	if err != nil {
		return true
	}
	session, err := unix.Getsid(parent)
	own, _ := unix.Getsid(0)
	group, _ := unix.Getpgid(parent)
	return err != nil || session != own || group == leader
}

// parentOf is a process' parent (proc_pid_status(5)).
func parentOf(pid int) (int, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, fmt.Errorf("parent of process %d: %w", pid, err)
	}
	var parent int
	_, after, _ := strings.Cut(string(status), "\nPPid:")
	_, err = fmt.Sscan(after, &parent)
	return parent, err
}

// suspend is Ctrl-Z: it stops us and whoever shares our place in the shell.
func suspend() tea.Msg {
	_ = unix.Kill(0, unix.SIGTSTP)
	return nil
}
