package config_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ship-it.example/shipit/config"
)

// A configuration with two parts on one line tells what it gives to whom, as far
// as it can be read; one with another mistake has no clash.
func TestUses(t *testing.T) {
	t.Parallel()
	const target = "\n[[target]]\nname = \"A\"\nled = 23\ncommand = { run = [\"/bin/true\"] }\n"
	_, err := config.Parse([]byte("[pins]\nblinker = 99\nlaunch_button = \"x\""+target), "config.toml")
	mistakes, ok := errors.AsType[*config.Mistakes](err)
	if !ok || !mistakes.Clash() {
		t.Fatalf("no clash: %v", err)
	}
	want := []config.Use{{Part: "arming switch", Pin: 24}, {Part: "branch button", Pin: 23}, {Part: `lamp of "A"`, Pin: 23}}
	if diff := cmp.Diff(want, mistakes.Uses); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	_, err = config.Parse([]byte("[pins]\nbranch_button = 4\nblinker = 99\nlaunch_button = 98"+target), "config.toml")
	if mistakes, ok := errors.AsType[*config.Mistakes](err); !ok || mistakes.Clash() {
		t.Errorf("a clash of parts that have no line: %v", err)
	}
}
