package config_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ship-it.example/shipit"
	"ship-it.example/shipit/config"
)

// TestSiren: as little as a number is a siren, and a second button comes with
// the pull of a button.
func TestSiren(t *testing.T) {
	t.Parallel()
	c := parse(t, "[pins]\nsiren = 16\nsecond_button = 5\n[safety]\ntwo_person = true\n"+minimal)
	if diff := cmp.Diff(&config.Siren{Output: config.Output{Pin: 16}, Max: 8 * time.Second}, c.Pins.Siren); diff != "" {
		t.Errorf("siren (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(&config.Input{Pin: 5, PullUp: true, ActiveLow: true}, c.Pins.SecondButton); diff != "" {
		t.Errorf("second button (-want +got):\n%s", diff)
	}
}

// TestSafety: each rule is what its line says, and off without it.
func TestSafety(t *testing.T) {
	t.Parallel()
	target := "\n[[target]]\nname = \"A\"\nled = 25\nteamcity = { build_type = \"bt1\" }\n"
	c := parse(t, minimal+target)
	if c.Rules.Confirm != 0 || c.Rules.MaxArmed != 0 || c.Rules.Cooldown != 0 || c.Rules.Abort != 0 || c.Rules.OnNoGo || c.Rules.Freeze.Windows != nil {
		t.Errorf("rules that nobody asked for: %+v", c.Rules)
	}
	c = parse(t, minimal+target+`
[safety]
confirm = "5s"
max_armed = "10m"
cooldown = "1m30s"
abort = "10s"
launch_on_no_go = true
freeze = ["fri 16:00-24:00", "sat,sun 22:30-06:00", "sat-mon,wed 00:00-08:00"]
zone = "UTC"
`)
	want := shipit.Rules{
		Confirm: 5 * time.Second, MaxArmed: 10 * time.Minute, Cooldown: 90 * time.Second, Abort: 10 * time.Second, OnNoGo: true,
		Freeze: shipit.Freeze{Windows: []shipit.Window{
			{Days: [7]bool{time.Friday: true}, From: 16 * time.Hour, To: 24 * time.Hour},
			{Days: [7]bool{time.Saturday: true, time.Sunday: true}, From: 22*time.Hour + 30*time.Minute, To: 6 * time.Hour},
			{Days: [7]bool{time.Saturday: true, time.Sunday: true, time.Monday: true, time.Wednesday: true}, To: 8 * time.Hour},
		}},
	}
	zone := c.Rules.Freeze.Zone
	c.Rules.Freeze.Zone = nil
	if diff := cmp.Diff(want, c.Rules); diff != "" {
		t.Errorf("rules (-want +got):\n%s", diff)
	}
	if zone != time.UTC {
		t.Errorf("the zone is %v", zone)
	}
}
