package inside_test

import (
	"path/filepath"
	"strings"
	"testing"
)

func glob(t *testing.T, pattern string) []string {
	t.Helper()
	found, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// What somebody has changed in the package's own configuration stays theirs:
// no question is asked where only one of the two changed it, and dpkg's ways to
// answer one work where both did. A file that somebody has taken away stays
// away.
func TestLifeConffiles(t *testing.T) {
	runlevel(t)
	before := look(t)
	must(t, "dpkg", "-i", newDeb)
	const mine = "DAEMONARGS=--verbose\n"
	write(t, "/etc/logrotate.d/ship-it", read(t, "/etc/logrotate.d/ship-it")+"# mine\n", 0o644)
	must(t, "rm", script)
	must(t, "sh", "-c", "dpkg -i "+newDeb+" <&-")
	if !strings.Contains(read(t, "/etc/logrotate.d/ship-it"), "# mine") || exists(script) {
		t.Error("a reinstall has undone a change")
	}

	write(t, defaults, mine, 0o644)
	must(t, "dpkg", "--force-confold", "-i", newerDeb)
	if read(t, defaults) != mine || !strings.Contains(read(t, defaults+".dpkg-dist"), "This line came with") {
		t.Errorf("after an upgrade: %s", read(t, defaults))
	}
	must(t, "dpkg", "--force-confnew", "--force-downgrade", "-i", newDeb)
	must(t, "dpkg", "--force-confmiss", "-i", newDeb)
	if !exists(script) {
		t.Error("--force-confmiss has not brought the init script back")
	}
	before.wantPurged(t)
}

// Where both have changed a file and nobody can be asked, dpkg fails, as it
// does with every package; the next run, with an answer, goes on from there.
func TestLifeConffileQuestion(t *testing.T) {
	runlevel(t)
	before := look(t)
	must(t, "dpkg", "-i", newDeb)
	write(t, defaults, "DAEMONARGS=--verbose\n", 0o644)
	want(t, 1, []string{"end of file on stdin at conffile prompt"}, "dpkg", "-i", newerDeb)
	want(t, 0, nil, "dpkg", "--force-confold", "--configure", "ship-it")
	want(t, 0, []string{newer}, program, "--version")
	before.wantPurged(t)
}

// A removal leaves the init script: it says then what LSB has for a program
// that isn't there, and a stop is no fault.
func TestLifeSysvinitRemoved(t *testing.T) {
	runlevel(t)
	must(t, "dpkg", "-i", newDeb)
	must(t, "dpkg", "--remove", "ship-it")
	for verb, code := range map[string]int{"start": 5, "restart": 5, "stop": 0, "status": 4} {
		want(t, code, nil, "service", "ship-it", verb)
	}
}
