package ci_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

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

// TestNamedByASecret: a build that its server names by what the box signs in
// with was started, and its name is told to nobody. By the launch's id it can be
// followed all the same, by its name it can't.
func TestNamedByASecret(t *testing.T) {
	t.Parallel()
	answer := func(w http.ResponseWriter, r *http.Request) {
		id := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
		_ = json.NewEncoder(w).Encode(map[string]any{"id": id, "builds": []any{map[string]string{"for": "L1D", "id": id}}})
	}
	s := standIn(t)
	s.SetMode(citest.Custom(answer))
	s.SetAsking(citest.Custom(answer))
	look := ci.Ask{Method: "GET", Path: "/builds/{build}"}
	hook := ci.Hook{
		Settings: settings(t, s.URL()),
		Launch:   ci.Launch{Ask: ci.Ask{Method: "POST", Path: "/builds"}, Build: []ci.Pointer{"/id"}, Page: s.URL() + "/{build}"},
		Look:     &ci.Look{Ask: look},
		Find:     &ci.Search{Ask: ci.Ask{Method: "GET", Path: "/builds"}, List: "/builds", Launch: "/for", Build: "/id"},
	}
	hook.Token = secret
	w := ci.NewWebhook(hook, []ci.Call{{Server: "ours"}})
	got := w.Launch(t.Context(), t.Context(), 0, "L1D")
	if diff := cmp.Diff(shipit.Outcome{Verdict: shipit.Started}, got); diff != "" {
		t.Errorf("the launch (-want +got):\n%s", diff)
	}
	sight, err := w.Find(t.Context(), 0, "L1D", time.Now())
	if ask, ok := errors.AsType[*shipit.AskError](err); !ok || !ask.Lasting {
		t.Errorf("found %+v, %v", sight, err)
	}
	hidden(t, "what was found", fmt.Sprintf("%+v %v", sight, err))

	hook.Look.Path = "/launches/{launch}"
	w = ci.NewWebhook(hook, []ci.Call{{Server: "ours"}})
	if got := w.Launch(t.Context(), t.Context(), 0, "L1D"); got.Build != "L1D" {
		t.Errorf("with a look by the launch's id: %+v", got)
	}
}

// TestHushOfPosts: a question is one by whichever method it goes, and waits while
// the server wants to be asked nothing; what takes a build back doesn't.
func TestHushOfPosts(t *testing.T) {
	t.Parallel()
	s := standIn(t)
	s.SetMode(citest.Limit(10 * time.Minute))
	ask := ci.Ask{Method: "POST", Path: "/ask", Body: "{build}"}
	cancel := ci.Ask{Method: "POST", Path: "/cancel/{build}"}
	w := ci.NewWebhook(ci.Hook{
		Settings: settings(t, s.URL()),
		Look:     &ci.Look{Ask: ask, State: []ci.Pointer{"/state"}}, Find: &ci.Search{Ask: ask}, Cancel: &cancel, Check: &ask,
	}, []ci.Call{{}})
	if _, err := w.Look(t.Context(), 0, "7"); err == nil || s.Requests() != 1 {
		t.Fatalf("it was asked %d times, and said %v", s.Requests(), err)
	}
	_, looked := w.Look(t.Context(), 0, "7")
	_, found := w.Find(t.Context(), 0, "L1D", time.Now())
	for _, err := range []error{looked, found, w.Check(t.Context(), 0)} {
		if err == nil || !strings.HasPrefix(err.Error(), "refused: the server wants not to be asked before ") {
			t.Errorf("got %v", err)
		}
	}
	if s.Requests() != 1 {
		t.Errorf("%d questions all the same", s.Requests()-1)
	}
	if _ = w.Cancel(t.Context(), 0, "7"); s.Requests() != 2 {
		t.Error("what is taken back has to wait")
	}
}

// TestSeveralBuilds: a launch that starts several builds isn't followed by the
// first of them, which tells nothing of the others. One that is named twice is one.
func TestSeveralBuilds(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]string{
		`{"builds":{"1":{"id":7}}}`:                             "7",
		`{"builds":{"1":{"id":7},"2":{"id":8}}}`:                "",
		`{"builds":{"1":{"id":7},"2":{"id":7}}}`:                "7",
		`{"builds":{"1":{"id":7},"2":{"id":7},"3":{"id":"8"}}}`: "",
	} {
		s := standIn(t)
		s.SetMode(citest.Custom(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(answer)) }))
		w := ci.NewWebhook(ci.Hook{
			Settings: settings(t, s.URL()),
			Launch:   ci.Launch{Ask: ci.Ask{Method: "POST", Path: "/builds"}, Build: []ci.Pointer{"/builds/*/id"}},
			Look:     &ci.Look{Ask: ci.Ask{Method: "GET", Path: "/builds/{build}"}},
		}, []ci.Call{{}})
		if diff := cmp.Diff(shipit.Outcome{Verdict: shipit.Started, Build: want}, w.Launch(t.Context(), t.Context(), 0, "L1D")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", answer, diff)
		}
	}
}
