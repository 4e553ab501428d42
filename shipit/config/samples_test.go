package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"ship-it.example/shipit"
	"ship-it.example/shipit/ci"
	"ship-it.example/shipit/ci/citest"
	"ship-it.example/shipit/config"
)

// TestSamples plays each sample for a webhook against a stand-in for its server:
// builds are started, found, followed to each end, cancelled and checked.
func TestSamples(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../packaging/samples/*.toml")
	if err != nil || len(files) != len(citest.Hooks()) {
		t.Fatalf("%d samples for %d servers, %v", len(files), len(citest.Hooks()), err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".toml")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := config.Parse(data, file); err != nil {
				t.Fatal(err)
			}
			s, f := play(t, name, string(data))
			followEnds(t, name, s, f)
			cancelled(t, s, f)
			if err := f.Check(t.Context(), 0); err != nil {
				t.Errorf("check: %v", err)
			}
			_, elsewhere := play(t, name, string(data), citest.WithBuildTypes("another"))
			if err := elsewhere.Check(t.Context(), 0); err == nil || !strings.HasPrefix(err.Error(), "unknown build type (404") {
				t.Errorf("check of what isn't there: %v", err)
			}
		})
	}
}

// address is the scheme and the host of a sample's url.
var address = regexp.MustCompile(`(?m)^(url *= ")https://[^/"]+`)

// play starts a stand-in, and has the sample reach it.
func play(t *testing.T, name, sample string, options ...citest.Option) (*citest.Server, *ci.Fleet) {
	t.Helper()
	s, err := citest.New(append(options, citest.As(citest.Kind(name)))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	sample = address.ReplaceAllString(sample, "insecure = true\n${1}"+s.URL())
	prefix := "SHIP_IT_WEBHOOK_" + strings.ToUpper(name)
	secrets := environment(map[string]string{prefix + "_TOKEN": "t0ken"})
	if strings.Contains(sample, "\npassword_file") {
		secrets = environment(map[string]string{prefix + "_PASS": "t0ken"})
	}
	c, err := config.Parse([]byte(sample), name+".toml", config.WithSecrets(secrets))
	if err != nil {
		t.Fatal(err)
	}
	f := ci.NewFleet(c.Servers, []ci.Work{c.Targets[0].Work})
	t.Cleanup(func() { _ = f.Close() })
	return s, f
}

// followEnds launches a build for each stage and looks at it.
func followEnds(t *testing.T, name string, s *citest.Server, f *ci.Fleet) {
	t.Helper()
	for stage, life := range map[shipit.Stage]citest.Life{
		shipit.StageQueued:    {Queue: time.Hour},
		shipit.StageRunning:   {Run: time.Hour},
		shipit.StagePassed:    {End: shipit.StagePassed},
		shipit.StageFailed:    {End: shipit.StageFailed},
		shipit.StageCancelled: {End: shipit.StageCancelled},
	} {
		s.SetLife(life)
		id := "LAUNCH" + strings.ToUpper(stage.String())
		got := f.Launch(t.Context(), t.Context(), 0, id)
		if got.Verdict != shipit.Started {
			t.Fatalf("outcome %+v", got)
		}
		build := got.Build
		if f.Can(0).Find {
			found, err := f.Find(t.Context(), 0, id, time.Now())
			if err != nil || build != "" && found.Build != build {
				t.Errorf("%v: found %+v, %v, want build %q", stage, found, err, build)
			}
			build = found.Build
		}
		seen, err := f.Look(t.Context(), 0, build)
		if err != nil || seen.Stage != told(name, stage) {
			t.Errorf("%v: %+v, %v", stage, seen, err)
		}
	}
	s.SetLife(citest.Life{Run: time.Hour, Says: "7"})
	got := f.Launch(t.Context(), t.Context(), 0, "LAUNCHODD")
	if got.Build == "" {
		found, err := f.Find(t.Context(), 0, "LAUNCHODD", time.Now())
		if err != nil {
			t.Fatal(err)
		}
		got.Build = found.Build
	}
	if seen, err := f.Look(t.Context(), 0, got.Build); err != nil || seen.Stage != shipit.StageRunning {
		t.Errorf("a word that nobody knows: %+v, %v", seen, err)
	}
	if _, err := f.Find(t.Context(), 0, "LAUNCHNONE", time.Now()); !errors.Is(err, shipit.ErrNoBuild) && f.Can(0).Find {
		t.Errorf("found what there isn't: %v", err)
	}
}

// told is a stage as a server tells it: not all know a queue, and Argo CD calls
// an operation that was ended failed.
func told(name string, stage shipit.Stage) shipit.Stage {
	noQueue := map[string]bool{"circleci": true, "azure": true, "argocd": true, "buildbot": true}
	switch {
	case stage == shipit.StageQueued && noQueue[name]:
		return shipit.StageRunning
	case stage == shipit.StageCancelled && name == "argocd":
		return shipit.StageFailed
	default:
		return stage
	}
}

// cancelled cancels a build, on a server that can.
func cancelled(t *testing.T, s *citest.Server, f *ci.Fleet) {
	t.Helper()
	if !f.Can(0).Cancel {
		return
	}
	s.SetLife(citest.Life{Queue: time.Hour})
	build := f.Launch(t.Context(), t.Context(), 0, "LAUNCHOFF").Build
	if err := f.Cancel(t.Context(), 0, build); err != nil {
		t.Error(err)
	}
	if seen, err := f.Look(t.Context(), 0, build); err != nil || !seen.Stage.Ended() || seen.Stage == shipit.StagePassed {
		t.Errorf("after the end: %+v, %v", seen, err)
	}
}
