package ci_test

import (
	"errors"
	"testing"
	"time"

	"ship-it.example/shipit"
	"ship-it.example/shipit/ci"
	"ship-it.example/shipit/ci/citest"
)

// TestFindWhatIsGone: a launch of which nobody knows whether it has started a
// build is found by what its target's page says of it; that there is no such page
// says nothing, and is no build that was lost.
func TestFindWhatIsGone(t *testing.T) {
	t.Parallel()
	s := standIn(t, citest.As("argocd"))
	ask := ci.Ask{Method: "GET", Path: "/apps/{app}"}
	hook := ci.Hook{
		Settings: settings(t, s.URL()),
		Launch:   ci.Launch{Ask: ci.Ask{Method: "POST", Path: "/apps/{app}/sync"}},
		Look:     &ci.Look{Ask: ask, Launch: "/id", State: []ci.Pointer{"/phase"}},
	}
	w := ci.NewWebhook(hook, []ci.Call{{Values: map[string]string{"app": "client"}}})
	s.SetAsking(citest.Fail(404))
	if !w.Can(0).Find {
		t.Fatal("it goes by the launch's id")
	}
	if got, err := w.Find(t.Context(), 0, "L1D", time.Now()); !errors.Is(err, shipit.ErrNoBuild) {
		t.Errorf("found %+v, %v", got, err)
	}
	if got, err := w.Look(t.Context(), 0, "L1D"); err != nil || got.Stage != shipit.StageLost {
		t.Errorf("of one that was started: %+v, %v", got, err)
	}
}
