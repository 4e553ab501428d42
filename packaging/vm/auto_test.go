package vm_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"ship-it.example/gpio/gpiosim"
)

// The tests below look for chips by themselves, so no other chip may be there:
// they run before those that share the machine.

// --chip auto finds the header's chip on every board, where it is not the first
// chip, and where its lines have no names.
func TestAuto(t *testing.T) {
	for _, label := range []string{"pinctrl-bcm2835", "pinctrl-bcm2711", "pinctrl-rp1"} {
		t.Run(label+"/named/foreground", func(t *testing.T) {
			testSecondChip(t, gpiosim.Header(label), starts()["foreground"])
		})
		t.Run(label+"/unnamed/daemon", func(t *testing.T) {
			testSecondChip(t, gpiosim.Config{Label: label, Lines: 54}, starts()["daemon"])
		})
	}
}

// testSecondChip runs a box on a chip that comes after one of another kind.
func testSecondChip(t *testing.T, header gpiosim.Config, start func(*station) running) {
	t.Helper()
	first := gpiosim.New(t, smallHeader("raspberrypi-exp-gpio"))
	s := newStationOn(t, header)
	s.chip = "auto"
	box := start(s)
	tellShortStory(s)
	out, err := exec.Command("gpioinfo", filepath.Base(first.Path())).Output()
	if err != nil || strings.Contains(string(out), "ship-it") {
		t.Errorf("the box holds lines of another chip (%v):\n%s", err, out)
	}
	box.stop()
	box.ended(0)
	s.wantFree()
}

// tellShortStory arms, selects the other target, launches, and leaves the lamps
// on.
func tellShortStory(s *station) {
	s.t.Helper()
	s.arm()
	s.press(branch)
	s.logged("Changing target... was Client Int, is Hubot", 1)
	s.eventually("the other lamp", func() bool { return !s.lit(lampOne) && s.lit(lampTwo) })
	s.rest(5 * debounce) // the branch button is up only then
	s.press(launch)
	s.logged("Triggered a build of Hubot", 1)
	s.eventually("the blinker", func() bool { return s.lit(blinker) })
	s.wantRequests(1)
}

// Raspberry Pi OS links gpiochip4 to gpiochip0. The box runs on its chip under
// either name, with and without a standard input, and every lamp becomes an
// input again.
func TestLink(t *testing.T) {
	for _, auto := range []bool{true, false} {
		for way, start := range starts() {
			t.Run(fmt.Sprintf("auto %v/%s", auto, way), func(t *testing.T) {
				s := newStationOn(t, smallHeader("pinctrl-rp1"))
				link := "/dev/gpiochip4"
				if s.sim.Path() == link { // it is, once chips have come and gone
					link = "/dev/gpiochip0"
				}
				if err := os.Symlink(filepath.Base(s.sim.Path()), link); err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { _ = os.Remove(link) })
				if s.chip = link; auto {
					s.chip = "auto"
				}
				box := start(s)
				tellShortStory(s)
				box.stop()
				box.ended(0)
				s.wantFree()
				r := s.must(append([]string{"pins"}, s.box()...)...)
				if got := strings.Count(r.stdout, "free, "); got != len(lines()) {
					t.Errorf("pins calls %d lines free, want %d:\n%s", got, len(lines()), r.stdout)
				}
			})
		}
	}
}
