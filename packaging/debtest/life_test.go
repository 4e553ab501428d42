package debtest_test

import (
	"strings"
	"testing"
)

// TestLife is the life of the package without a machine: every test of inside
// in a root of its own with sysvinit and in one with systemd, or in the one that
// it is named after.
func TestLife(t *testing.T) {
	w := need(t)
	for _, name := range w.tests(t, "TestLife") {
		short := strings.TrimPrefix(name, "TestLife")
		for _, system := range systems() {
			if other := map[string]string{"sysvinit": "Systemd", "systemd": "Sysvinit"}[system]; strings.HasPrefix(short, other) {
				continue
			}
			t.Run(system+"/"+short, func(t *testing.T) {
				t.Parallel()
				w.chrooted(t, system, name)
			})
		}
	}
}
