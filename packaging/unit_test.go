package packaging_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// maxExposure is what systemd may find fault with in the unit: the network that it needs, the two kinds of
// device, and little else.
const maxExposure = 2.0

// systemd-analyze knows the options of the unit, and finds little that the service could do.
func TestUnit(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		t.Skip("no systemd-analyze on this machine (Debian's package systemd)")
	}
	unit, err := filepath.Abs("ship-it.service")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(unit); err != nil { // so that the test runs anew when the unit has changed
		t.Fatal(err)
	}
	out, err := exec.Command("systemd-analyze", "security", "--offline=true", unit).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	found := regexp.MustCompile(`Overall exposure level for ship-it\.service: ([0-9.]+)`).FindSubmatch(out)
	if found == nil {
		t.Fatalf("no exposure in:\n%s", out)
	}
	if exposure, err := strconv.ParseFloat(string(found[1]), 64); err != nil || exposure > maxExposure {
		t.Errorf("the exposure is %v, want at most %v:\n%s", exposure, maxExposure, out)
	}
	out, _ = exec.Command("systemd-analyze", "verify", unit).CombinedOutput()
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, unit+":") { // a complaint about a line; others are about what isn't installed here
			t.Error(line)
		}
	}
}
