package inside_test

import (
	"os"
	"strings"
	"testing"
)

// The Python program's package and its files.
const (
	olderDeb    = "/tmp/ship-it_1.0_all.deb"
	olderScript = `#!/bin/sh
### BEGIN INIT INFO
# Provides:          ship-it
# Required-Start:    $remote_fs $syslog $network
# Required-Stop:     $remote_fs $syslog $network
# Default-Start:     2 3 4 5
# Default-Stop:      0 1 6
# Short-Description: the older box
### END INIT INFO
case "$1" in
start) start-stop-daemon --start --background --make-pidfile --pidfile /var/run/ship-it.pid --startas /usr/share/ship-it/box ;;
stop) start-stop-daemon --stop --oknodo --retry 5 --pidfile /var/run/ship-it.pid ;;
esac
exit 0
`
	// A process that is called as Python would be.
	olderBox = "#!/bin/bash\nexec -a 'python /usr/share/ship-it/main.py' sleep 1000\n"
	keptAt   = "/var/backups/ship-it.init.older"
)

// buildOlder makes ship-it 1.0.
func buildOlder(t *testing.T) {
	t.Helper()
	write(t, "/tmp/older/DEBIAN/control", "Package: ship-it\nVersion: 1.0\nArchitecture: all\nMaintainer: somebody <somebody@example.com>\nDescription: older box\n", 0o644)
	write(t, "/tmp/older/DEBIAN/conffiles", script+"\n", 0o644)
	write(t, "/tmp/older"+script, olderScript, 0o755)
	write(t, "/tmp/older/usr/share/ship-it/box", olderBox, 0o755)
	must(t, "dpkg-deb", "--build", "/tmp/older", olderDeb)
	must(t, "rm", "-r", "/tmp/older")
}

// olderBoxes are the pids of the processes of the Python program.
func olderBoxes(t *testing.T) []string {
	t.Helper()
	var pids []string
	for _, file := range glob(t, "/proc/[0-9]*/cmdline") {
		if text, _ := os.ReadFile(file); strings.HasPrefix(string(text), "python /usr/share/ship-it/main.py") {
			pids = append(pids, strings.Split(file, "/")[2])
		}
	}
	return pids
}

// startOlder starts the Python program, by its script, as it is at boot.
func startOlder(t *testing.T) string {
	t.Helper()
	must(t, script, "start")
	eventually(t, "the older box", func() bool { return len(olderBoxes(t)) == 1 })
	return olderBoxes(t)[0]
}

// The Python program is stopped before anything of this one is there, its
// script is kept aside, and no question is asked.
func TestLifeSysvinitOlder(t *testing.T) {
	runlevel(t)
	buildOlder(t)
	before := look(t)
	must(t, "dpkg", "-i", olderDeb)
	startOlder(t)
	words := append(notConfigured(), script+" of the older program is now "+keptAt, "!still runs", "!conffile")
	want(t, 0, words, "sh", "-c", "dpkg -i "+newDeb+" <&-")
	if pids := olderBoxes(t); len(pids) != 0 {
		t.Errorf("the older box runs on: %v", pids)
	}
	if read(t, keptAt) != olderScript || read(t, script) == olderScript {
		t.Error("the older script was not exchanged")
	}
	wantEnabled(t)
	must(t, "rm", "-f", "/var/run/ship-it.pid") // the older script leaves it
	before.wantPurged(t)
}

// A script that no package owns is exchanged, too, when this one is first
// installed.
func TestLifeSysvinitOlderByHand(t *testing.T) {
	runlevel(t)
	write(t, "/usr/share/ship-it/box", olderBox, 0o755)
	write(t, script, olderScript, 0o755)
	must(t, "update-rc.d", "ship-it", "defaults")
	startOlder(t)
	want(t, 0, append(notConfigured(), "!still runs"), "sh", "-c", "dpkg -i "+newDeb+" <&-")
	if len(olderBoxes(t)) != 0 || read(t, keptAt) != olderScript || read(t, script) == olderScript {
		t.Error("the older box was not stopped, or its script not exchanged")
	}
}

// One that doesn't stop is named with its pid, and this one is not started
// beside it.
func TestLifeOlderRunsOn(t *testing.T) {
	runlevel(t)
	configure(t)
	write(t, "/usr/share/ship-it/box", olderBox, 0o755)
	write(t, script, strings.Replace(olderScript, "--stop", "--test --stop", 1), 0o755)
	pid := startOlder(t)
	words := []string{
		"not started: the Python program still runs, and both would answer a press:",
		"process " + pid + " python /usr/share/ship-it/main.py", "end it for good, then: sudo service ship-it start", "!Starting launch box",
	}
	want(t, 0, words, "dpkg", "-i", newDeb)
	wantNoBox(t)
	if pids := olderBoxes(t); len(pids) != 1 || pids[0] != pid {
		t.Errorf("older boxes: %v, want %s alone", pids, pid)
	}
}

// Back to the Python program: this one is stopped first.
func TestLifeSysvinitBackToOlder(t *testing.T) {
	startBox(t)
	buildOlder(t)
	want(t, 0, []string{"Stopping launch box: ship-it."}, "dpkg", "--force-confnew", "--force-downgrade", "-i", olderDeb)
	wantNoBox(t)
	if read(t, script) != olderScript {
		t.Error("the older script is not there")
	}
}
