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

// The service, which is no root, gets every secret by the name that the sample gives to its file; one that isn't
// there keeps nothing from starting. A name that is yours to choose isn't among them.
func TestUnitCredentials(t *testing.T) {
	t.Parallel()
	sample, err := os.ReadFile("config.toml")
	if err != nil {
		t.Fatal(err)
	}
	unit, err := os.ReadFile("ship-it.service")
	if err != nil {
		t.Fatal(err)
	}
	names := regexp.MustCompile(`(?:token|password|url)_file\s*= "([^"]+)"`).FindAllSubmatch(sample, -1)
	if len(names) < 7 {
		t.Fatalf("the sample names %d secrets: %q", len(names), names)
	}
	for _, found := range names {
		name := string(found[1])
		if name == "mine.token" {
			continue
		}
		for _, line := range []string{"LoadCredential=" + name + ":/etc/ship-it/" + name + "\n", "SetCredential=" + name + ":\\n\n"} {
			if !strings.Contains(string(unit), line) {
				t.Errorf("the unit has no %s", line)
			}
		}
	}
}
