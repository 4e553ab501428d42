package inside_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"ship-it.example/gpio/gpiosim"
)

// What a boot says of a box that can't be started: the mistake that furnish has
// made with its line, or that there is no configuration.
const (
	mistaken     = config + ":2: nonsense"
	unconfigured = config + ": there is no configuration"
)

// A machine boots with a mistake in the box's configuration: the boot goes on
// without it. The mistake is where somebody would look, and once it is mended
// the service can be started.
func TestBootedSystemdMistaken(t *testing.T) {
	m := boot(t, journal)
	m.step("boot", func(m *machine) { systemdRefused(m, mistaken) })
	m.step("mended", func(m *machine) {
		configure(m.T)
		must(m.T, script, "start") // as "service" does once it has asked about every socket
		wantBox(m.T)
		m.launch()
	})
}

// One without a configuration drives no pin, and says so as with a mistake.
func TestBootedSystemdUnconfigured(t *testing.T) {
	m := boot(t, journal)
	m.step("boot", func(m *machine) { systemdRefused(m, unconfigured) })
	m.step("configured", func(m *machine) {
		configure(m.T)
		must(m.T, "systemctl", "start", "ship-it")
		wantBox(m.T)
		m.launch()
	})
	m.step("no group", systemdNoGroup)
	m.step("no user", systemdNoUser)
}

func TestBootedSysvinitMistaken(t *testing.T) {
	m := boot(t, logFiles)
	m.step("boot", func(m *machine) { sysvinitRefused(m, mistaken) })
	m.step("mended", sysvinitConfigured)
	m.step("inittab", sysvinitInittab)
}

func TestBootedSysvinitUnconfigured(t *testing.T) {
	m := boot(t, logFiles)
	m.step("boot", func(m *machine) { sysvinitRefused(m, unconfigured) })
	m.step("configured", sysvinitConfigured)
}

// wantRefused fails unless nothing was started, the lines are as the kernel had
// them, and the words stand in the log and on the console.
func (m *machine) wantRefused(words ...string) {
	m.Helper()
	wantNoBox(m.T)
	m.wantLines(false)
	console := read(m.T, "/run/host/console")
	for _, word := range words {
		if !strings.Contains(console, word) {
			m.Errorf("the console doesn't have %q:\n%s", word, console)
		}
	}
	if m.told(words[0]) == 0 {
		m.Errorf("the log doesn't have %q:\n%s", words[0], m.log())
	}
}

// systemdRefused: the unit has failed with exit code 6 and isn't tried again,
// its state has the reason, and the machine is up but for it.
func systemdRefused(m *machine, words string) {
	eventually(m.T, "a boot that is over", func() bool {
		return strings.TrimSpace(do(m.T, "systemctl", "is-system-running").said) == "degraded"
	})
	want(m.T, 0, nil, "systemctl", "is-active", "multi-user.target")
	want(m.T, 0, []string{"ship-it.service"}, "systemctl", "list-units", "--failed", "--plain", "--no-legend", "--no-pager")
	told := m.told(words)
	gpiosim.Rest(m.Context(), 4*time.Second) // twice what a restart waits
	got := []string{m.property("ActiveState"), m.property("NRestarts"), m.property("ExecMainStatus")}
	if fmt.Sprint(got) != "[failed 0 6]" || m.told(words) != told {
		m.Errorf("state, restarts and exit code: %v, want failed, 0 and 6; the log:\n%s", got, m.log())
	}
	want(m.T, 3, []string{words}, "service", "ship-it", "status")
	m.wantRefused(words)
}

// sysvinitRefused: the script has said so and the boot has gone on to its
// runlevel. The log has it once.
func sysvinitRefused(m *machine, words string) {
	want(m.T, 0, []string{"N 2"}, "runlevel")
	want(m.T, 3, []string{"ship-it is not running"}, "service", "ship-it", "status")
	m.wantRefused(words, "Starting launch box: ship-it")
	if n := m.told(words); n != 1 {
		m.Errorf("the log has it %d times:\n%s", n, m.log())
	}
}

func sysvinitConfigured(m *machine) {
	configure(m.T)
	want(m.T, 0, []string{"Starting launch box: ship-it."}, "service", "ship-it", "start")
	m.wantUser(wantBox(m.T))
	m.launch()
}

// systemdNoGroup: the group that has the chip is gone. The service says so, with
// the remedy, which is one even after systemd has given up; it does so sooner
// here.
func systemdNoGroup(m *machine) {
	write(m.T, "/run/systemd/system/ship-it.service.d/sooner.conf", "[Unit]\nStartLimitBurst=3\nStartLimitIntervalSec=300\n", 0o644)
	must(m.T, "systemctl", "daemon-reload")
	must(m.T, "groupdel", "gpio")
	must(m.T, "sh", "-c", "chown root:root /dev/gpiochip0; chmod 0600 /dev/gpiochip0")
	want(m.T, 1, nil, "systemctl", "restart", "ship-it")
	m.logged("not allowed to open /dev/gpiochip0", 1)
	m.logged("there is no group gpio yet, which the package makes and gives the chip to: sudo dpkg-reconfigure ship-it", 1)
	m.logged("Start request repeated too quickly", 1)
	want(m.T, 1, nil, "systemctl", "start", "ship-it")
	m.reconfigure()
}

// systemdNoUser: the service's user is gone. systemd says so, and starts nothing.
func systemdNoUser(m *machine) {
	must(m.T, "systemctl", "stop", "ship-it")
	must(m.T, "userdel", "ship-it")
	want(m.T, 1, nil, "systemctl", "start", "ship-it")
	m.logged("Failed to determine user credentials: No such process", 1)
	m.logged("status=217/USER", 1)
	wantNoBox(m.T)
	m.wantLines(false)
	m.reconfigure()
}

// reconfigure has the package repair what somebody took away. It tells what the
// maintainer scripts said and what the service logged if no box runs then.
func (m *machine) reconfigure() {
	m.Helper()
	said := do(m.T, "dpkg-reconfigure", "ship-it").said
	if len(boxes(m.T)) != 1 {
		m.Errorf("dpkg-reconfigure said:\n%s\nthe log:\n%s", said, m.log())
	}
	m.wantUser(wantBox(m.T))
	m.wantLines(true)
}
