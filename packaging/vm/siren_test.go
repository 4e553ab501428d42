package vm_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// The siren sounds with each launch, falls silent before the alarm ends, and is
// no output any more at the end.
func TestSiren(t *testing.T) {
	t.Parallel()
	for way, start := range starts() {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			s := newStation(t)
			s.sirenMax("1500ms")
			box := start(s)
			for launches := 1; launches <= 2; launches++ {
				s.arm()
				s.press(launch)
				s.eventually("the siren", func() bool { return s.lit(siren) })
				s.eventually("silence", func() bool { return !s.lit(siren) })
				if !s.lit(blinker) {
					t.Error("the siren sounds as long as the alarm")
				}
				s.pull(arming, false)
				s.logged("Safe", launches)
				s.wantRequests(launches)
			}
			box.stop()
			box.ended(0)
			s.wantFree()
		})
	}
}

// sirenMax has the siren sound for another time.
func (s *station) sirenMax(most string) {
	s.t.Helper()
	s.replace(fmt.Sprintf("siren = %d", siren), fmt.Sprintf("siren = { pin = %d, max = %q }", siren, most))
}

// replace makes other words of some words of the configuration.
func (s *station) replace(old, words string) {
	s.t.Helper()
	text, err := os.ReadFile(s.path("config.toml"))
	if err != nil {
		s.t.Fatal(err)
	}
	s.write("config.toml", strings.Replace(string(text), old, words, 1), 0o644)
}

// Two persons launch, one does not, and the second button's line is given back
// with the others.
func TestPair(t *testing.T) {
	t.Parallel()
	for way, start := range starts() {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			const second = 5
			s := newStation(t)
			s.replace("[pins]", fmt.Sprintf("[safety]\ntwo_person = true\n\n[pins]\nsecond_button = %d", second))
			box := start(s)
			s.press(second)
			s.logged("Refused second: not armed", 1)
			s.arm()
			s.press(launch)
			s.logged("Refused launch: hold the second button", 1)
			s.pull(second, false)
			s.logged("The second button is held", 1)
			s.press(launch)
			s.logged("Triggered a build of Client Int", 1)
			s.pull(second, true)
			s.wantRequests(1)
			box.stop()
			box.ended(0)
			s.wantFree()
			if words := s.info()[second]; !strings.Contains(words, " unused ") || !strings.Contains(words, " input ") {
				t.Errorf("gpioinfo says of line %d: %q, want an unused input", second, words)
			}
		})
	}
}
