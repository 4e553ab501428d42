package soak_test

import (
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ship-it.example/shipit"
)

// The soak's idea of a box and the program's agree, line for line.
func TestModel(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	now := time.Unix(0, 0)
	ours, _ := shipit.NewBox(targets(), true).Step(now, shipit.Found{})
	take := func(ev shipit.Event) (lines []string) {
		var actions []shipit.Action
		ours, actions = ours.Step(now, ev)
		for _, a := range actions {
			if note, ok := a.(shipit.Note); ok && concerns(logged(note)) {
				lines = append(lines, logged(note))
			}
		}
		return lines
	}
	model := box{state: safe}
	byItself := func(lines []string) {
		t.Helper()
		for _, line := range lines {
			after, ok := model.byItself(line)
			if !ok {
				t.Fatalf("%q can't be in %+v", line, model)
			}
			model = after
		}
	}
	for range 50_000 {
		now = now.Add(time.Duration(1+random.IntN(20)) * 100 * time.Millisecond)
		if lines := take(shipit.Tick{}); len(lines) > 0 {
			byItself(lines)
			continue
		}
		var want step
		var ev shipit.Event
		switch n := random.IntN(7); {
		case n < 2:
			want, ev = model.flipped(!model.on), shipit.Switched{On: !model.on}
		case n < 4:
			want, ev = model.pressedLaunch(), shipit.Pressed{Button: shipit.LaunchButton, First: now.Add(-debounce), SwitchOn: model.on}
		case n < 6 && model.branch:
			want, ev = model.releasedBranch(), shipit.Released{Button: shipit.BranchButton}
		case n < 6:
			want, ev = model.pressedBranch(), shipit.Pressed{Button: shipit.BranchButton}
		case model.waiting:
			byItself(take(shipit.Answered{Outcome: outcomes()[random.IntN(3)]}))
			continue
		default:
			continue
		}
		if got := strings.Join(take(ev), "; "); got != want.line {
			t.Fatalf("%#v in %+v: %q, want %q", ev, model, got, want.line)
		}
		model = want.box
	}
}

// outcomes is one of each verdict.
func outcomes() []shipit.Outcome {
	return []shipit.Outcome{
		{Verdict: shipit.Started, Build: "7"}, {Verdict: shipit.NotStarted, Reason: "refused"}, {Verdict: shipit.Unknown, Reason: "cut off"},
	}
}

// logged is a note as the log has it.
func logged(n shipit.Note) string {
	line := n.Text
	if n.Level != slog.LevelInfo {
		line = n.Level.String() + " " + line
	}
	for _, a := range n.Attrs {
		line += " " + a.Key + "=" + a.Value.String()
	}
	return line
}

// The journal reads on where a log is rotated, and takes what still comes into
// the old file.
func TestJournal(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	open := func() *os.File {
		file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = file.Close() })
		return file
	}
	write := func(file *os.File, line string) {
		if _, err := file.WriteString("[2026-11-22 11:47:29] " + line + "\n"); err != nil {
			t.Fatal(err)
		}
	}
	j := &journal{path: path}
	t.Cleanup(j.close)
	want := func(words ...string) {
		t.Helper()
		for _, words := range words {
			if line, ok := j.next(); !ok || line.text != words {
				t.Errorf("%q, want %q", line.text, words)
			}
		}
		if line, ok := j.next(); ok {
			t.Errorf("%q, want no more", line.text)
		}
	}
	want()
	old := open()
	write(old, "one")
	want("one")
	if err := os.Rename(path, path+".1"); err != nil {
		t.Fatal(err)
	}
	write(old, "two")
	want("two")
	fresh := open()
	write(old, "three")
	write(fresh, "four")
	want("three", "four")
	if err := j.missing(); err != nil {
		t.Error(err)
	}
	if err := os.Truncate(path+".1", 10); err != nil {
		t.Fatal(err)
	}
	if err := j.missing(); err == nil {
		t.Error("a log that lost a line is no error")
	}
}
