package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ship-it.example/shipit"
	"ship-it.example/shipit/journal"
)

// history prints the journal.
func (p *program) history(cmd *cobra.Command, o options) error {
	since, err := sinceWhen(o.since, time.Now())
	if err != nil {
		return usageError{err}
	}
	c, err := load(o, false)
	if err != nil {
		return err
	}
	if c.Journal == "" {
		return fmt.Errorf(`there is no journal: %s says journal = ""`, c.Path)
	}
	log, err := journal.Read(c.Journal)
	if errors.Is(err, fs.ErrNotExist) {
		fmt.Fprintf(p.stderr, "ship-it: nothing was launched or refused yet: there is no %s, the journal in %s\n", c.Journal, c.Path)
		return nil
	}
	if err != nil {
		return err
	}
	lines := slices.Concat(log.Lines, log.Open)
	slices.SortStableFunc(lines, func(a, b journal.Line) int { return a.Time.Compare(b.Time) })
	for _, line := range lines {
		if line.Time.Before(since) {
			continue
		}
		if err := p.printLine(cmd.Context(), line, o.json); err != nil {
			return err
		}
	}
	if log.Bad > 0 {
		fmt.Fprintf(p.stderr, "ship-it: %d lines of %s can't be read\n", log.Bad, c.Journal)
	}
	return nil
}

// printLine prints a line of the journal, as it is or for people.
func (p *program) printLine(ctx context.Context, line journal.Line, asJSON bool) error {
	if asJSON {
		e := json.NewEncoder(p.stdout)
		e.SetEscapeHTML(false)
		return e.Encode(line)
	}
	level, text := inWords(line)
	if line.Drill {
		text = "DRILL " + text
	}
	record := slog.NewRecord(line.Time.Local(), level, text, 0)
	add := func(key, value string) {
		if value != "" {
			record.AddAttrs(slog.String(key, value))
		}
	}
	add("id", line.Build)
	add("url", line.URL)
	if line.Press > 0 {
		add("press", time.Duration(line.Press*float64(time.Second)).Round(time.Millisecond).String())
	}
	add("launch", line.ID)
	return lineHandler{w: p.stdout}.Handle(ctx, record)
}

// inWords is what happened, and how bad that is.
func inWords(line journal.Line) (slog.Level, string) {
	if line.Kind == shipit.KindRefusal {
		return slog.LevelWarn, fmt.Sprintf("Refused %s of %s: %s", line.What, line.Target, line.Refusal)
	}
	about := "Launch of " + line.Target + ": "
	switch {
	case line.Answer == shipit.NotStarted.String():
		return slog.LevelError, about + "no build: " + line.Reason
	case line.Outcome == shipit.OutcomeUnknown:
		return slog.LevelError, about + "unknown whether a build was started: " + line.Reason
	case line.Outcome == "" && line.Answer == shipit.Started.String():
		return slog.LevelInfo, about + "started, and not over yet"
	case line.Outcome == "":
		return slog.LevelWarn, about + "not known yet whether a build was started"
	case line.Outcome == shipit.OutcomeUnfollowed:
		return slog.LevelInfo, about + "started, not followed"
	case line.Outcome == shipit.StageFailed.String():
		return slog.LevelError, about + line.Outcome
	case line.Outcome == shipit.StagePassed.String():
		return slog.LevelInfo, about + line.Outcome
	default:
		return slog.LevelWarn, about + line.Outcome
	}
}

// sinceWhen reads how long ago, or a date; nothing is for ever.
func sinceWhen(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if days, ok := strings.CutSuffix(text, "d"); ok {
		if n, err := strconv.Atoi(days); err == nil && n >= 0 && n < 36500 {
			return now.AddDate(0, 0, -n), nil
		}
	}
	if d, err := time.ParseDuration(text); err == nil && d >= 0 {
		return now.Add(-d), nil
	}
	for _, layout := range []string{time.DateOnly, "2006-01-02 15:04", time.DateTime} {
		if t, err := time.ParseInLocation(layout, text, time.Local); err == nil {
			return t, nil
		}
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	return time.Time{}, fmt.Errorf("--since is %q, want how long ago, as in 90m, 24h or 7d, or a date, as in 2026-11-24", text)
}
