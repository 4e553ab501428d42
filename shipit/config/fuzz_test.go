package config

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/pelletier/go-toml/v2"

	"ship-it.example/shipit"
)

// FuzzParse: no file makes us panic or contradict ourselves; what passes keeps
// what Config promises, and what doesn't says where and what to do.
func FuzzParse(f *testing.F) {
	seeds, err := filepath.Glob("testdata/bad/*.toml")
	if err != nil || len(seeds) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, path := range append(seeds, "../../packaging/config.toml") {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := fuzzed(data)
		again, errAgain := fuzzed(data)
		if err == nil {
			holds(t, data, c)
			if errAgain != nil || len(again.Targets) != len(c.Targets) {
				t.Errorf("second time: %v", errAgain)
			}
			return
		}
		if errAgain == nil || err.Error() != errAgain.Error() {
			t.Errorf("first: %v\nsecond: %v", err, errAgain)
		}
		explains(t, data, err)
	})
}

// fuzzed parses without touching a file.
func fuzzed(data []byte) (*Config, error) {
	r := newReader("/config.toml", []Option{
		WithSecrets(func(string) (string, bool) { return "", false }), WithValues(func(Value) {}),
	})
	r.open = func(path string, d demand) ([]byte, []flaw) {
		if strings.HasSuffix(path, "x") {
			return nil, []flaw{d.missing}
		}
		return []byte("RIFF\x00\x00\x00\x00WAVE"), nil
	}
	return r.parse(data)
}

// holds checks what the comments of Config promise.
func holds(t *testing.T, data []byte, c *Config) {
	t.Helper()
	var values map[string]any
	if err := toml.Unmarshal(bytes.TrimPrefix(data, []byte("\ufeff")), &values); err != nil {
		t.Errorf("passes, though it is no TOML: %v", err)
	}
	pins := []int{c.Pins.Blinker.Pin, c.Pins.ArmingSwitch.Pin, c.Pins.LaunchButton.Pin, c.Pins.BranchButton.Pin}
	for _, target := range c.Targets {
		pins = append(pins, target.LED.Pin)
		if target.Name == "" || target.Work == nil {
			t.Errorf("target %+v", target)
		}
	}
	inputs := []Input{c.Pins.ArmingSwitch, c.Pins.LaunchButton, c.Pins.BranchButton}
	if c.Pins.SecondButton != nil {
		inputs, pins = append(inputs, *c.Pins.SecondButton), append(pins, c.Pins.SecondButton.Pin)
	}
	if c.Rules.TwoPerson != (c.Pins.SecondButton != nil) {
		t.Errorf("two persons %t, second button %v", c.Rules.TwoPerson, c.Pins.SecondButton)
	}
	if s := c.Pins.Siren; s != nil {
		pins = append(pins, s.Pin)
		if s.Max < minSiren || s.Max > maxSiren {
			t.Errorf("siren %+v", s)
		}
	}
	slices.Sort(pins)
	if len(slices.Compact(slices.Clone(pins))) != len(pins) || pins[0] < 0 || pins[len(pins)-1] > lastPin {
		t.Errorf("pins %v", pins)
	}
	for _, in := range inputs {
		if in.PullUp != in.ActiveLow {
			t.Errorf("unsafe input %+v", in)
		}
	}
	if n := len(c.Targets); n < 1 || n > shipit.MaxTargets {
		t.Errorf("%d targets", n)
	}
	if c.Debounce < minDebounce || c.Debounce > maxDebounce || c.TeamCity.Timeout < minTimeout || c.TeamCity.Timeout > maxTimeout {
		t.Errorf("debounce %v, time-out %v", c.Debounce, c.TeamCity.Timeout)
	}
	if c.TeamCity.URL != nil && c.TeamCity.URL.Scheme == "http" && c.TeamCity.Token+c.TeamCity.Password != "" && !c.TeamCity.Insecure {
		t.Errorf("server %v, insecure %t", c.TeamCity, c.TeamCity.Insecure)
	}
}

// explains checks that an error is what people need.
func explains(t *testing.T, data []byte, err error) {
	t.Helper()
	mistakes, ok := errors.AsType[*Mistakes](err)
	if !ok || len(mistakes.List) == 0 {
		t.Fatalf("error %v", err)
	}
	lines := bytes.Count(data, []byte("\n")) + 1
	for i, m := range mistakes.List {
		if m.Text == "" || m.Remedy == "" || m.Line < 0 || m.Line > lines || i > 0 && m.Line < mistakes.List[i-1].Line {
			t.Errorf("mistake %d of %d lines: %+v", i, lines, m)
		}
		if strings.ContainsFunc(m.String(), func(r rune) bool { return r < ' ' }) {
			t.Errorf("control character in %q", m.String())
		}
		for _, e := range mistakes.Excerpts(m) {
			if e.Line < 1 || e.Line > lines || e.Column < 1 || e.Width < 1 || e.Blank < 0 || e.Blank+e.Width > excerptCells+len(mask)+1 {
				t.Errorf("%v has the excerpt %+v", m, e)
			}
			if strings.ContainsFunc(e.Text, func(r rune) bool { return !unicode.IsPrint(r) }) {
				t.Errorf("what can't be printed in %q", e.Text)
			}
		}
	}
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, ErrNotConfigured) {
		t.Errorf("error %v is something else", err)
	}
}
