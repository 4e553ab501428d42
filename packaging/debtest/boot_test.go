package debtest_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// patience is how long a machine may take, from its boot to its end. One takes
// up to four minutes on a host with nothing else to do.
const patience = 15 * time.Minute

// TestBoot boots a machine for each test TestBooted... of inside, with the init
// system that it is named after and the box as furnish leaves it, has it run
// there, and looks at what is left of the service when the machine is halted.
func TestBoot(t *testing.T) {
	w := need(t)
	names := w.tests(t, "TestBooted")
	slices.SortStableFunc(names, func(a, b string) int { return len(a) - len(b) }) // the shortest names take longest
	for _, name := range names {
		short := strings.Replace(strings.TrimPrefix(name, "TestBooted"), "S", "s", 1)
		for _, system := range systems() {
			if strings.HasPrefix(short, system) {
				t.Run(short, func(t *testing.T) {
					t.Parallel()
					w.boot(t, system, name)
				})
			}
		}
	}
}

func (w workshop) boot(t *testing.T, system, name string) {
	t.Helper()
	host, place := t.TempDir(), t.TempDir()
	if out, err := exec.Command("cp", "-rl", w.host+"/.", host).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	script, err := filepath.Abs("boot")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	words, err := w.enter(ctx, t, system, place, host, script, w.machine, place, host, system, name)
	left := func(name string) string {
		text, _ := os.ReadFile(filepath.Join(host, name))
		return strings.ReplaceAll(string(text), "\r", "")
	}
	said := left("said")
	if code := strings.TrimSpace(left("exit")); err != nil || code == "" {
		t.Fatalf("the machine did not end well within %v: %v\n%s\nfurnish:\n%s\nits console:\n%s\nthe tests:\n%s",
			patience, err, words, left("furnish.log"), left("console"), said)
	} else if code != "0" || skipped(said) || !strings.Contains(said, "--- PASS: "+name+" ") {
		t.Errorf("the tests in the machine: exit code %s\n%s\nits console:\n%s", code, said, left("console"))
	} else {
		t.Logf("in the machine:\n%s", said)
	}
	if complaints := regexp.MustCompile(`.*(WARNING:|BUG:|Oops:).*`).FindAllString(left("console"), -1); complaints != nil {
		t.Errorf("the kernel has complained: %q", complaints)
	}
	wantHalted(t, left("halted"))
}

// wantHalted fails unless the witness has seen every line an input that nobody
// holds, and no box.
func wantHalted(t *testing.T, halted string) {
	t.Helper()
	if !strings.HasSuffix(halted, "end\n") || strings.Contains(halted, "ship-it") {
		t.Errorf("at the machine's end:\n%s", halted)
	}
	for _, pin := range []string{"17", "22", "23", "24", "25", "27"} {
		if !regexp.MustCompile(`(?m)^\s*line +` + pin + `: +unnamed +unused +input `).MatchString(halted) {
			t.Errorf("at the machine's end line %s is no free input:\n%s", pin, halted)
		}
	}
}
