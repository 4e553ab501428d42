package inside_test

import (
	"slices"
	"strings"
	"testing"
)

// runlevel makes invoke-rc.d start services in a chroot with sysvinit, as it
// does on a machine that has booted.
func runlevel(t *testing.T) {
	t.Helper()
	needRoot(t)
	if !hasSystemd() {
		write(t, "/sbin/runlevel", "#!/bin/sh\necho N 2\n", 0o755)
	}
}

// notConfigured is what an install says where there is no configuration: the
// way to one.
func notConfigured() []string {
	return []string{
		"ship-it: not configured, so it was not started. What is left to do:",
		"sudo install -m 0644 /usr/share/doc/ship-it/config.toml /etc/ship-it/config.toml",
		"sudo service ship-it start",
	}
}

// wantEnabled fails unless both init systems that are there start it at boot.
func wantEnabled(t *testing.T) {
	t.Helper()
	for _, link := range []string{"/etc/rc2.d/S??ship-it", "/etc/rc5.d/S??ship-it", "/etc/rc0.d/K01ship-it", "/etc/rc6.d/K01ship-it"} {
		if len(glob(t, link)) != 1 {
			t.Errorf("sysvinit doesn't have %s", link)
		}
	}
	if !exists(wanted) {
		t.Errorf("systemd doesn't have %s", wanted)
	}
}

// A first install has no configuration: it ends well, says what is left to do,
// and drives nothing. What it brought is gone after a purge.
func TestLifeUnconfigured(t *testing.T) {
	runlevel(t)
	before := look(t)
	want(t, 0, notConfigured(), "dpkg", "-i", newDeb)
	wantEnabled(t)
	wantNoBox(t)
	want(t, 0, notConfigured(), "dpkg", "-i", newDeb)
	want(t, 0, nil, "dpkg", "-i", newerDeb)
	want(t, 0, []string{newer}, program, "--version")
	want(t, 6, []string{"there is no configuration"}, program, "check")
	want(t, 0, nil, "dpkg", "--remove", "ship-it")
	wantNoBox(t)
	before.wantPurged(t)
}

// The service can't be had without a chip: dpkg ends well all the same, and the
// reason is told.
func TestLifeConfigured(t *testing.T) {
	runlevel(t)
	before := look(t)
	configure(t)
	said := want(t, 0, []string{"!not configured"}, "dpkg", "-i", newDeb)
	if !hasSystemd() && (!strings.Contains(said, "no GPIO chip") || !strings.Contains(said, "it did not start. When what is said above is repaired: sudo service ship-it start")) {
		t.Errorf("dpkg said:\n%s", said)
	}
	wantEnabled(t)
	wantNoBox(t)
	must(t, "dpkg", "--remove", "ship-it")
	if !exists(config) || !exists(token) {
		t.Error("a removal took the configuration away")
	}
	want(t, 0, []string{"!not configured"}, "dpkg", "-i", newDeb)
	before.wantPurged(t)
}

// A mistake in the configuration is told with its line, and is no reason for
// dpkg to fail.
func TestLifeMistaken(t *testing.T) {
	runlevel(t)
	write(t, config, "[teamcity]\nurl = \"http://127.0.0.1\"\nnonsense = 1\n", 0o644)
	words := []string{config + ":3", "nonsense", "the configuration has a mistake, so it did not start. When it is repaired: sudo service ship-it start"}
	want(t, 0, words, "dpkg", "-i", newDeb)
	wantNoBox(t)
}

// Nobody is there to answer a question, and nobody can be asked: standard input
// is closed.
func TestLifeClosedInput(t *testing.T) {
	runlevel(t)
	before := look(t)
	configure(t)
	for _, action := range []string{"-i " + newDeb, "-i " + newerDeb, "-i --force-downgrade " + newDeb, "--remove ship-it"} {
		want(t, 0, nil, "sh", "-c", "dpkg "+action+" <&-")
	}
	before.wantPurged(t)
}

// A policy that lets no service be started is obeyed.
func TestLifePolicy(t *testing.T) {
	runlevel(t)
	write(t, "/usr/sbin/policy-rc.d", "#!/bin/sh\necho \"$*\" >>/var/log/policy\nexit 101\n", 0o755)
	before := look(t)
	configure(t)
	for _, deb := range []string{newDeb, newerDeb} {
		want(t, 0, []string{"!did not start", "!did not restart"}, "dpkg", "-i", deb)
		wantEnabled(t)
		wantNoBox(t)
	}
	must(t, "rm", "-f", "/var/log/policy")
	must(t, "dpkg", "--remove", "ship-it")
	must(t, "rm", "-f", "/var/log/policy")
	before.wantPurged(t)
}

// In a chroot as it is, where no init system says that it runs, nothing is
// started, and dpkg is content.
func TestLifeChroot(t *testing.T) {
	needRoot(t)
	before := look(t)
	configure(t)
	want(t, 0, nil, "dpkg", "-i", newDeb)
	wantEnabled(t)
	want(t, 0, nil, "dpkg", "-i", newerDeb)
	wantNoBox(t)
	before.wantPurged(t)
}

// apt takes the file, too, and has nothing to fetch.
func TestLifeApt(t *testing.T) {
	runlevel(t)
	must(t, "apt-get", "update", "-o", "Dir::Etc::SourceList=/dev/null", "-o", "Dir::Etc::SourceParts=/dev/null")
	before := look(t)
	want(t, 0, notConfigured(), "apt-get", "install", "-y", "--no-install-recommends", newDeb)
	want(t, 0, nil, "apt-get", "install", "-y", "--no-install-recommends", newerDeb)
	want(t, 0, []string{newer}, program, "--version")
	want(t, 0, nil, "apt-get", "install", "-y", "--allow-downgrades", "--no-install-recommends", newDeb)
	want(t, 0, nil, "apt-get", "install", "-y", "--reinstall", "--no-install-recommends", newDeb)
	want(t, 0, nil, "apt-get", "purge", "-y", "ship-it")
	if got := before.left(look(t)); !slices.Equal(got, accounts()) {
		t.Errorf("after a purge:\n%s", strings.Join(got, "\n"))
	}
}

// Whoever told an init system not to start it is obeyed by every upgrade.
func TestLifeDisabled(t *testing.T) {
	runlevel(t)
	must(t, "dpkg", "-i", newDeb)
	must(t, "update-rc.d", "ship-it", "disable")
	if hasSystemd() {
		must(t, "systemctl", "disable", "ship-it")
	}
	must(t, "dpkg", "-i", newerDeb)
	must(t, "dpkg", "-i", newerDeb)
	if exists(wanted) && hasSystemd() || len(glob(t, "/etc/rc2.d/S??ship-it")) != 0 || len(glob(t, "/etc/rc2.d/K??ship-it")) != 1 {
		t.Error("an upgrade has enabled it")
	}
}

// A unit that somebody has masked stays so.
func TestLifeSystemdMasked(t *testing.T) {
	runlevel(t)
	const mask = "/etc/systemd/system/ship-it.service"
	configure(t)
	must(t, "systemctl", "mask", "ship-it.service")
	for _, deb := range []string{newDeb, newerDeb, newDeb} {
		must(t, "dpkg", "-i", deb)
		want(t, 0, []string{"-> /dev/null"}, "ls", "-l", mask)
	}
	must(t, "dpkg", "--remove", "ship-it")
	want(t, 0, []string{"-> /dev/null"}, "ls", "-l", mask)
	must(t, "dpkg", "--purge", "ship-it")
}

// Without the group gpio the way to the chip is named; where there is the
// package, it leads there.
func TestLifeNoGroup(t *testing.T) {
	runlevel(t)
	must(t, "dpkg", "-i", newDeb)
	must(t, "groupdel", "gpio")
	configure(t)
	write(t, "/tmp/chip", "", 0o600)
	must(t, "install", "-d", "-o", "nobody", "/tmp/nobody")
	must(t, "install", "-o", "nobody", "-m", "0600", token, "/tmp/nobody/teamcity.token")
	must(t, "install", "-m", "0644", config, "/tmp/nobody/config.toml")
	nobody := []string{"setpriv", "--reuid=nobody", "--clear-groups", program, "--config", "/tmp/nobody/config.toml", "--chip", "/tmp/chip"}
	words := []string{
		"ship-it: not allowed to open /tmp/chip",
		"ship-it: hint: use sudo; there is no group gpio yet, which the package makes and gives the chip to: sudo dpkg-reconfigure ship-it",
	}
	want(t, 4, words, nobody...)
	want(t, 4, words, append(nobody, "-d", "--pidfile", "/tmp/nobody/pid", "--logfile", "/tmp/nobody/log")...)
	must(t, "dpkg-reconfigure", "ship-it")
	must(t, "getent", "group", "gpio")
	words = []string{"not allowed to open /tmp/chip", "hint: use sudo, or add the user to the group gpio and log in again"}
	want(t, 4, words, nobody...)
}
