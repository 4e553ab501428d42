package peers_test

import (
	"os/exec"
	"testing"
	"time"

	"ship-it.example/shipit"
	"ship-it.example/shipit/ci/citest"
)

// TestJenkinsClient has a client that others wrote talk to our stand-in: does it
// speak Jenkins?
func TestJenkinsClient(t *testing.T) {
	needs(t, "/usr/bin/python3", "-c", "import jenkins")
	s, u := standIn(t, citest.As(citest.Jenkins), citest.WithBuildTypes("deploy/app"))
	s.SetLife(citest.Life{Queue: 2 * time.Second, Run: 3 * time.Second, End: shipit.StagePassed})
	out, err := exec.Command("/usr/bin/python3", "testdata/jenkins_client.py", u.String(), shipit.NewLaunchID()).CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	if s.Builds() != 2 {
		t.Errorf("%d builds", s.Builds())
	}
}
