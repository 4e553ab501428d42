package peers_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ship-it.example/packaging/samples"
	"ship-it.example/shipit"
	"ship-it.example/shipit/ci"
	"ship-it.example/shipit/config"
)

// TestBuildbot starts builds on a real Buildbot by the sample that we ship, and
// follows them to their ends.
func TestBuildbot(t *testing.T) {
	needs(t, "/usr/bin/python3", "-c", "import buildbot, buildbot_worker")
	address := buildbot(t)
	for scheduler, want := range map[string]shipit.Stage{
		"force-done": shipit.StagePassed, "force-fail": shipit.StageFailed, "force-both": shipit.StageFailed,
	} {
		f := fleet(t, address, scheduler)
		if err := f.Check(t.Context(), 0); err != nil {
			t.Errorf("check: %v", err)
		}
		got := f.Launch(t.Context(), t.Context(), 0, shipit.NewLaunchID())
		if got.Verdict != shipit.Started || got.Build == "" {
			t.Fatalf("%s: %+v", scheduler, got)
		}
		if diff := cmp.Diff([]shipit.Stage{shipit.StageRunning, want}, follow(t, f, got.Build)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", scheduler, diff)
		}
	}

	f := fleet(t, address, "force-done")
	build := f.Launch(t.Context(), t.Context(), 0, shipit.NewLaunchID()).Build
	cancelSomewhere(t, address, build)
	if stages := follow(t, f, build); stages[len(stages)-1] != shipit.StageCancelled {
		t.Errorf("cancelled: %v", stages)
	}
	if s, err := f.Look(t.Context(), 0, "4711"); err != nil || s.Stage != shipit.StageQueued {
		t.Errorf("what there isn't: %+v, %v", s, err)
	}

	nowhere := fleet(t, address, "force-nothing")
	if err := nowhere.Check(t.Context(), 0); err == nil || !strings.HasPrefix(err.Error(), "unknown build type (404") {
		t.Errorf("check of what isn't there: %v", err)
	}
	// Buildbot calls that an error of its own, and after those nobody can be sure.
	if got := nowhere.Launch(t.Context(), t.Context(), 0, shipit.NewLaunchID()); got.Verdict != shipit.Unknown {
		t.Errorf("launch of what isn't there: %+v", got)
	}
}

// cancelSomewhere cancels the request of a buildset of one, as its page does.
func cancelSomewhere(t *testing.T, address, buildset string) {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Get(address + "/api/v2/buildrequests?buildsetid=" + buildset)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var found struct {
		BuildRequests []struct {
			ID int `json:"buildrequestid"`
		} `json:"buildrequests"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&found); err != nil || len(found.BuildRequests) != 1 {
		t.Fatalf("%+v, %v", found, err)
	}
	cancel := strings.NewReader(`{ "jsonrpc": "2.0", "id": 1, "method": "cancel", "params": { "reason": "called off" } }`)
	done, err := client.Post(fmt.Sprintf("%s/api/v2/buildrequests/%d", address, found.BuildRequests[0].ID), "application/json", cancel)
	if err != nil {
		t.Fatal(err)
	}
	_ = done.Body.Close()
	if done.StatusCode != http.StatusOK {
		t.Fatal(done.Status)
	}
}

// fleet is the sample, with another address and scheduler.
func fleet(t *testing.T, address, scheduler string) *ci.Fleet {
	t.Helper()
	sample, err := samples.Read("buildbot")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(sample), `url = "https://buildbot.example.com`, `url = "`+address, 1)
	text = strings.Replace(text, `scheduler = "deploy"`, `scheduler = "`+scheduler+`"`, 1)
	c, err := config.Parse([]byte(text), "buildbot.toml", config.WithSecrets(os.LookupEnv))
	if err != nil {
		t.Fatal(err)
	}
	f := ci.NewFleet(c.Servers, []ci.Work{c.Targets[0].Work})
	t.Cleanup(func() { _ = f.Close() })
	return f
}

// buildbot starts a Buildbot that ends with the test, and gives its address.
func buildbot(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	plug, err := filepath.Abs("testdata/plug")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("testdata/master.cfg")
	if err != nil {
		t.Fatal(err)
	}
	port := freePort(t)
	command := func(args ...string) *exec.Cmd {
		cmd := exec.Command("buildbot", args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "PEER_PORT="+port, "PYTHONPATH="+plug, "PYTHONDONTWRITEBYTECODE=1")
		return cmd
	}
	if out, err := command("create-master", "-r", ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if err := os.WriteFile(filepath.Join(dir, "master.cfg"), text, 0o644); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	cmd := command("start", "--nodaemon", ".")
	cmd.Stdout, cmd.Stderr = &log, &log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		_ = cmd.Wait()
		if t.Failed() {
			t.Log(log.String())
		}
	})
	address := "http://127.0.0.1:" + port
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); <-time.After(200 * time.Millisecond) {
		tr := &http.Transport{DisableKeepAlives: true}
		resp, err := (&http.Client{Transport: tr}).Get(address + "/api/v2/forceschedulers")
		if err != nil {
			continue
		}
		_ = resp.Body.Close()
		if resp.StatusCode == http.StatusOK {
			return address
		}
	}
	t.Fatal("Buildbot doesn't answer")
	return ""
}

// freePort is a port that nobody listens on just now.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	addr, ok := l.Addr().(*net.TCPAddr)
	if !ok {
		t.Fatal(errors.New("no TCP address"))
	}
	return strconv.Itoa(addr.Port)
}
