package config

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ship-it.example/shipit"
	"ship-it.example/shipit/ci"
)

// TestManual: the manual page has every key of the sample and no other, with
// the defaults and the bounds that hold here.
func TestManual(t *testing.T) {
	t.Parallel()
	page := strings.ReplaceAll(manual(t, "man/ship-it.toml.5"), `\-`, "-")
	described := names(`(?m)^\.TP\n\.B ([a-z_]+)$`, page)
	used := names(`(?m)(?:^#? *|[{,] *)([a-z_]+) += `, manual(t, "config.toml"))
	if diff := cmp.Diff(used, described); diff != "" {
		t.Errorf("keys: -sample +page:\n%s", diff)
	}
	c := defaults()
	for key, want := range map[string]string{
		"debounce":      fmt.Sprintf("from %s to %s. Default: %q.", brief(minDebounce), brief(maxDebounce), brief(c.Debounce)),
		"require_rearm": fmt.Sprintf("Default: %t.", c.RequireRearm),
		"journal":       fmt.Sprintf("Default: %q.", c.Journal),
		"blinker":       fmt.Sprintf("Default: %d.", c.Pins.Blinker.Pin),
		"arming_switch": "Default: " + input(c.Pins.ArmingSwitch),
		"launch_button": "Default: " + input(c.Pins.LaunchButton),
		"branch_button": "Default: " + input(c.Pins.BranchButton),
		"timeout":       fmt.Sprintf("from %s to %s. Default: %q.", brief(minTimeout), brief(maxTimeout), brief(ci.DefaultTimeout)),
		"insecure":      fmt.Sprintf("Default: %t.", c.TeamCity.Insecure),
		"max":           fmt.Sprintf("from %s to %s. Default: \"8s\".", brief(minSiren), brief(maxSiren)),
		"player":        fmt.Sprintf(`Default: ["%s"].`, strings.Join(c.Sound.Player, `", "`)),
		"token_file":    "It may have " + strings.Replace(size(secretFile().limit), "KiB", "KiB.", 1),
		"alarm":         "of " + size(soundFile().limit) + " at most",
		"name":          fmt.Sprintf("of %d characters at most", maxName),
	} {
		_, about, _ := strings.Cut(page, ".TP\n.B "+key+"\n")
		about, _, _ = strings.Cut(about, "\n.TP")
		if !strings.Contains(strings.ReplaceAll(about, "\n", " "), want) {
			t.Errorf("%s: no %q in:\n%s", key, want, about)
		}
	}
	for _, want := range []string{
		fmt.Sprintf("1 to %d of them", shipit.MaxTargets),
		"The file may have " + size(configFile().limit),
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %q", want)
		}
	}
}

func manual(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("../../packaging/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// names are what an expression finds in text, each once and in order.
func names(expression, text string) []string {
	var list []string
	for _, found := range regexp.MustCompile(expression).FindAllStringSubmatch(text, -1) {
		list = append(list, found[1])
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// input is what the page says of an input's default.
func input(in Input) string {
	pull, active := "down", "high"
	if in.PullUp {
		pull = "up"
	}
	if in.ActiveLow {
		active = "low"
	}
	return fmt.Sprintf("%d, pulled %s, active %s.", in.Pin, pull, active)
}
