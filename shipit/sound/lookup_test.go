package sound_test

import (
	"strings"
	"testing"

	"ship-it.example/shipit/sound"
)

// A player that is there is, one that isn't is told with what to do, and silence
// needs none.
func TestLookup(t *testing.T) {
	t.Parallel()
	for _, player := range [][]string{nil, {"sh", "-c", "exit 1"}, {"/bin/sh"}} {
		if err := sound.Lookup(player); err != nil {
			t.Errorf("%q: %v", player, err)
		}
	}
	err := sound.Lookup([]string{"/no/such/aplay", "-q"})
	if err == nil || !strings.Contains(err.Error(), "/no/such/aplay: no such program; install alsa-utils") {
		t.Errorf("a player that isn't there: %v", err)
	}
}
