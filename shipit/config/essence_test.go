package config_test

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ship-it.example/shipit/config"
)

// TestEssence: the essence of a configuration has its pins, rules and targets,
// and nothing of its servers.
func TestEssence(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../../packaging/config.toml")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"sample": string(data), "everything": `
debounce = "10ms"
require_rearm = false
[teamcity]
url = "https://hunter2.example.com"
user = "hunter2"
[pins]
blinker = { pin = 4, active = "low" }
second_button = 5
siren = { pin = 16, max = "3s" }
launch_button = { pin = 27, pull = "down", active = "high" }
[safety]
two_person = true
confirm = "5s"
max_armed = "10m"
freeze = ["fri 16:00-24:00"]
zone = "Europe/Berlin"
[[target]]
name = 'A "b" \ ü'
led = { pin = 22, active = "low" }
teamcity = { build_type = "hunter2" }
follow = false
[[target]]
name = "B"
led = 25
command = { run = ["/bin/hunter2"] }
`} {
		var values []config.Value
		want, err := config.Parse([]byte(text), "/a.toml", config.WithValues(func(v config.Value) { values = append(values, v) }))
		if err != nil {
			t.Fatal(err)
		}
		essence := config.Essence(values)
		got, err := config.Parse([]byte(essence), "/b.toml")
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, essence)
		}
		if strings.Contains(essence, "hunter2") || strings.Contains(essence, "example.com") {
			t.Errorf("%s tells too much:\n%s", name, essence)
		}
		for i := range want.Targets {
			want.Targets[i].Work, got.Targets[i].Work = nil, nil
		}
		diff := cmp.Diff(want.Pins, got.Pins) + cmp.Diff(want.Targets, got.Targets)
		if want.Rules.Freeze.Zone != got.Rules.Freeze.Zone && want.Rules.Freeze.Zone.String() != got.Rules.Freeze.Zone.String() {
			t.Errorf("%s: zone %v, want %v", name, got.Rules.Freeze.Zone, want.Rules.Freeze.Zone)
		}
		want.Rules.Freeze.Zone, got.Rules.Freeze.Zone = nil, nil
		if diff += cmp.Diff(want.Rules, got.Rules); diff != "" || want.Debounce != got.Debounce || want.RequireRearm != got.RequireRearm {
			t.Errorf("%s (-want +got):\n%s\n%s", name, diff, essence)
		}
	}
}
