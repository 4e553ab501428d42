// Package peers_test holds ship-it against programs that others wrote. It runs by
// "make test-peers" only.
package peers_test

import (
	"net/url"
	"os"
	"os/exec"
	"testing"
	"time"

	"go.uber.org/goleak"

	"ship-it.example/shipit"
	"ship-it.example/shipit/ci"
	"ship-it.example/shipit/ci/citest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// needs skips a test that wasn't asked for, or whose program isn't there.
func needs(t *testing.T, program string, args ...string) {
	t.Helper()
	if os.Getenv("SHIP_IT_PEERS") == "" {
		t.Skip("make test-peers runs it")
	}
	if out, err := exec.Command(program, args...).CombinedOutput(); err != nil {
		t.Skipf("%s %v: %v\n%s", program, args, err, out)
	}
}

// standIn starts a stand-in of a kind.
func standIn(t *testing.T, options ...citest.Option) (*citest.Server, *url.URL) {
	t.Helper()
	s, err := citest.New(options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	u, err := url.Parse(s.URL())
	if err != nil {
		t.Fatal(err)
	}
	return s, u
}

// follow looks at a build until it has ended, and gives its stages.
func follow(t *testing.T, f *ci.Fleet, build string) (stages []shipit.Stage) {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); <-time.After(200 * time.Millisecond) {
		s, err := f.Look(t.Context(), 0, build)
		if err != nil {
			t.Fatal(err)
		}
		build = s.Build
		if len(stages) == 0 || stages[len(stages)-1] != s.Stage {
			stages = append(stages, s.Stage)
		}
		if s.Stage.Ended() {
			return stages
		}
	}
	t.Fatalf("no end after %v", stages)
	return nil
}
