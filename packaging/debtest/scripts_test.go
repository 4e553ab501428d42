package debtest_test

import (
	"os/exec"
	"testing"
)

// The scripts hold to what dash and shellcheck ask for.
func TestScripts(t *testing.T) {
	for _, script := range []string{"boot", "build", "enter", "furnish", "init", "run"} {
		for _, tool := range [][]string{{"dash", "-n"}, {"shellcheck", "--shell=sh", "--severity=style"}} {
			t.Run(script+"/"+tool[0], func(t *testing.T) {
				t.Parallel()
				if _, err := exec.LookPath(tool[0]); err != nil {
					t.Skipf("no %s on this machine (Debian's package of that name)", tool[0])
				}
				if out, err := exec.Command(tool[0], append(tool[1:], script)...).CombinedOutput(); err != nil {
					t.Errorf("%v\n%s", err, out)
				}
			})
		}
	}
}
