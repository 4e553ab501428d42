package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"ship-it.example/cmd/ship-it/board"
	"ship-it.example/cmd/ship-it/doctor"
	"ship-it.example/cmd/ship-it/term"
	"ship-it.example/daemonize"
	"ship-it.example/gpio"
	"ship-it.example/shipit"
	"ship-it.example/shipit/ci"
	"ship-it.example/shipit/config"
	"ship-it.example/shipit/journal"
	"ship-it.example/shipit/sound"
)

const doctorHelp = `It looks at chip, permission, pidfile, lines, sounds, servers, clock and disk. At
a terminal it has each lamp looked at, the switch turned, each button pressed
and each sound heard, and proposes a debounce time. Answers are y, n, a number,
or s to skip the step. Without a terminal it does what needs no person, and says
what it left out. It never launches anything: servers are asked what only reads.

A box that runs keeps its lines: stop it first. Exit codes: 0 nothing is wrong,
1 something is to be mended, 6 there is no configuration: then only chip,
permission, pidfile, sounds, clock and disk are looked at.

With --json the findings come as one object on the standard output: wrong and
skipped count them, findings has each with its step, about, verdict (ok, warn,
bad, skipped), text and remedy; questions go to the standard error.`

// doctor examines the box, with whoever sits at the terminal, and tells what is
// wrong with it and what to do. It launches nothing.
func (p *program) doctor(cmd *cobra.Command, o options) error {
	c, closed := load(o, true)
	absent := errors.Is(closed, config.ErrNotConfigured)
	switch {
	case absent:
		c = config.Original() // for its sounds and its journal alone
		c.Path = o.config
	case closed != nil:
		var err error
		if c, err = load(o, false); err != nil {
			return err
		}
	}
	ctx, ends := listen(cmd.Context(), nil)
	defer ends.close()
	to := p.stdout
	if o.json {
		to = p.stderr
	}
	out := newSink(to, ends.fail)
	defer out.Close(simFlush)
	box := p.patient(c, o, ends)
	if box.Absent = absent; absent {
		box.Plan, box.Troubles, box.Targets, box.Siren = gpio.Plan{}, nil, nil, -1
	}
	if box.Closed = secretsLacking(closed); closed == nil {
		servers := fleet(c)
		defer func() { _ = servers.Close() }()
		box.Server = servers
	}
	var person *doctor.Person
	sheet := &chart{w: io.Discard, ink: term.For(to, os.Getenv), columns: term.Columns(to)}
	atTerminal := p.atTerminal() && term.IsTerminal(to)
	if atTerminal || !o.json {
		sheet.w = out
	}
	if atTerminal {
		person = doctor.NewPerson(out, lines(ctx, bufio.NewReader(p.stdin), make(chan error, 1)))
	}
	findings, err := doctor.Examine(ctx, box, person, sheet)
	if ctx.Err() != nil {
		return ended(ctx)
	}
	if err != nil {
		return err
	}
	if err = p.sayFindings(findings, o.json, out); absent && err != nil {
		return codeError{exitNotConfigured, err}
	}
	return err
}

// secretsLacking is why a configuration that is fine otherwise can't sign in.
func secretsLacking(err error) []board.Trouble {
	mistakes, ok := errors.AsType[*config.Mistakes](err)
	if !ok {
		return nil
	}
	var all []board.Trouble
	for _, m := range mistakes.List {
		remedy := m.Remedy
		m.Remedy = ""
		all = append(all, board.Trouble{Text: m.String(), Remedy: remedy})
	}
	return all
}

// patient is the box as far as it is examined, but for its server.
func (p *program) patient(c *config.Config, o options, ends *ends) doctor.Box {
	wiring, machine := plan(c), board.Look(p.root)
	header := board.Header(machine.Model)
	box := doctor.Box{
		Config: c.Path, Plan: wiring, Switch: armingSwitch, Siren: -1, Targets: names(c),
		Place:      func(line int) string { return board.Place(header, line) },
		Troubles:   machine.Troubles(partsOf(wiring)),
		ClockDoubt: ci.ClockDoubt(buildDate()),
		Mute:       sound.Lookup(c.Sound.Player),
		Play:       func(s shipit.Sound) func() error { return playOne(c, s, ends.fail) },
		Folders: []doctor.Folder{{
			What: "log", Path: filepath.Dir(logPath),
			Else: "LOGFILE=none in /etc/default/ship-it, or --logfile none: systemd's journal has the log, or nobody",
		}},
	}
	if c.Journal != "" {
		box.Folders = append(box.Folders, doctor.Folder{
			What: "journal", Path: filepath.Dir(c.Journal), Absent: true, Dies: journal.Volatile(c.Journal),
			Else: `name another file, on the card: journal = "..."`,
		})
	}
	if p.clockDoubt != nil {
		box.ClockDoubt = p.clockDoubt
	}
	if c.Pins.Siren != nil {
		box.Siren = len(wiring.Outputs) - 1
	}
	if len(c.Sound.Player) > 0 {
		box.Player = c.Sound.Player[0]
	}
	box.Chip, box.Missing = p.findChip(o.chip)
	box.Devices, box.Service = devices(p.root), accountOf(serviceUser)
	all, err := o.instances()
	switch { // what can't be told is told by the lines, if the box runs
	case err != nil:
	case all[0].State == daemonize.Dead:
		box.Left = all[0].pidFile
	case all[0].State != daemonize.NotRunning:
		box.Running = who(all[0].Instance)
	}
	return box
}

// fleet is the servers of a configuration, which nobody asks to launch anything.
func fleet(c *config.Config) *ci.Fleet {
	return ci.NewFleet(c.Servers, c.Work(), ci.WithVersion(release), ci.WithClockDoubt(ci.ClockDoubt(buildDate())))
}

// sayFindings ends the examination with a sum, or with everything as JSON. The
// exit code is 1 if there is something to do.
func (p *program) sayFindings(findings []doctor.Finding, asJSON bool, out io.Writer) error {
	wrong, leftOut := 0, 0
	for _, f := range findings {
		if f.Wrong() {
			wrong++
		}
		if f.Verdict == doctor.LeftOut {
			leftOut++
		}
	}
	sum := fmt.Sprintf("%d to be mended, %d left out", wrong, leftOut)
	if asJSON {
		err := json.NewEncoder(p.stdout).Encode(struct {
			Wrong    int              `json:"wrong"`
			LeftOut  int              `json:"skipped"`
			Findings []doctor.Finding `json:"findings"`
		}{wrong, leftOut, findings})
		if err != nil {
			return err
		}
	} else {
		fmt.Fprintf(out, "\n%s\n", sum)
	}
	if wrong == 0 {
		return nil
	}
	return saidError{codeError{exitFailed, fmt.Errorf("doctor: %s", sum)}}
}
