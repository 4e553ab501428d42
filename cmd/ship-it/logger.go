package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// newLogger makes the log that the options ask for: text lines with the
// original's look, or JSON.
func newLogger(w io.Writer, o options) (*slog.Logger, error) {
	level := slog.LevelInfo
	if o.verbose {
		level = slog.LevelDebug
	}
	var h slog.Handler
	switch o.logFormat {
	case "text":
		h = lineHandler{w: w, level: level, journal: o.journal}
	case "json":
		h = slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level, ReplaceAttr: shortTime})
	default:
		return nil, usageError{fmt.Errorf("--log-format is %q, want text or json", o.logFormat)}
	}
	if o.shown != nil { // which has the look of the log's lines, whatever the log is
		h = slog.NewMultiHandler(h, lineHandler{w: o.shown, level: level})
	}
	if o.drill {
		h = drillHandler{h}
	}
	return slog.New(h), nil
}

// shortTime writes RFC 3339 with the offset, to the second as the text log.
func shortTime(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && a.Key == slog.TimeKey {
		return slog.String(a.Key, a.Value.Time().Format(time.RFC3339))
	}
	return a
}

// lineHandler writes the original's lines, so that old habits and greps go on
// working: the stamp, WARN or ERROR if it is one, the message, and key=value
// for what belongs to it. Each record is one Write.
type lineHandler struct {
	w     io.Writer
	level slog.Level
	attrs string // of WithAttrs
	group string // of WithGroup, with a dot behind

	journal bool // a priority instead of the stamp
}

// Enabled implements [slog.Handler].
func (h lineHandler) Enabled(_ context.Context, level slog.Level) bool { return level >= h.level }

// Handle implements [slog.Handler].
func (h lineHandler) Handle(_ context.Context, r slog.Record) error {
	line := r.Time.Format("[2006-01-02 15:04:05] ")
	if h.journal {
		line = priority(r.Level)
	}
	if r.Level != slog.LevelInfo {
		line += r.Level.String() + " "
	}
	line += oneLine(r.Message) + h.attrs
	r.Attrs(func(a slog.Attr) bool {
		line += h.attr(a)
		return true
	})
	_, err := io.WriteString(h.w, line+"\n")
	return err
}

// attr is " key=value". A value is quoted only if it could be misread: an
// address keeps its look.
func (h lineHandler) attr(a slog.Attr) string {
	value := a.Value.Resolve().String()
	if value == "" || strings.ContainsFunc(value, func(r rune) bool { return r == '"' || unicode.IsSpace(r) || !unicode.IsPrint(r) }) {
		value = strconv.Quote(value)
	}
	return " " + h.group + a.Key + "=" + value
}

// WithAttrs implements [slog.Handler].
func (h lineHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	for _, a := range attrs {
		h.attrs += h.attr(a)
	}
	return h
}

// WithGroup implements [slog.Handler].
func (h lineHandler) WithGroup(name string) slog.Handler {
	h.group += name + "."
	return h
}

// oneLine is a message that can't pretend to be two, nor drive a terminal.
func oneLine(message string) string {
	message = strings.ReplaceAll(strings.TrimSpace(message), "\n", "; ")
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return unicode.ReplacementChar
		}
		return r
	}, message)
}

// drillHandler marks every line as one of a drill.
type drillHandler struct{ slog.Handler }

// Handle implements [slog.Handler].
func (h drillHandler) Handle(ctx context.Context, r slog.Record) error {
	r.Message = "DRILL " + r.Message
	return h.Handler.Handle(ctx, r)
}

// WithAttrs implements [slog.Handler].
func (h drillHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return drillHandler{h.Handler.WithAttrs(attrs)}
}

// WithGroup implements [slog.Handler].
func (h drillHandler) WithGroup(name string) slog.Handler {
	return drillHandler{h.Handler.WithGroup(name)}
}
