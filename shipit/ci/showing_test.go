package ci_test

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"ship-it.example/shipit"
	"ship-it.example/shipit/ci"
	"ship-it.example/shipit/ci/citest"
)

// single is a hook for a server that shows what an application runs, and ends it,
// without a name for it.
func single(t *testing.T, s *citest.Server) ci.Hook {
	t.Helper()
	words := map[shipit.Stage][]string{shipit.StagePassed: {"Succeeded"}, shipit.StageFailed: {"Failed"}}
	return ci.Hook{
		Settings: settings(t, s.URL()),
		Launch:   ci.Launch{Ask: ci.Ask{Method: "POST", Path: "/api/v1/applications/{app}"}},
		Look:     &ci.Look{Ask: ci.Ask{Method: "GET", Path: "/api/v1/applications/{app}"}, Launch: "/id", State: []ci.Pointer{"/phase", "/parts/*"}, Words: words},
		Cancel:   &ci.Ask{Method: "DELETE", Path: "/api/v1/applications/{app}/operation"},
	}
}

// TestShowing: what a server shows of a build in the course of time. A build that
// never shows isn't queued for ever, nor one that was overtaken again; while nobody
// looks, nothing is missed.
func TestShowing(t *testing.T) {
	const ours, parts = `{"id":"L1D","phase":"Running"}`, `{"id":"L1D","parts":[]}`
	const elses, gaveUp = `{"id":"L0D","phase":"Succeeded"}`, "this server can't tell: it shows none after 5m0s: look there"
	for _, tt := range []struct {
		name    string
		pause   time.Duration
		answers []string // one after each pause
		want    []string
	}{
		{"comes late", 2 * time.Minute, []string{elses, elses, elses, ours, `{"id":"L1D","phase":"Succeeded"}`}, []string{"queued", "queued", "queued", "running", "passed"}},
		{"never comes", 2 * time.Minute, []string{elses, elses, elses, elses}, []string{"queued", "queued", "queued", gaveUp}},
		{"is overtaken", 2 * time.Minute, []string{elses, ours, elses}, []string{"queued", "running", "lost"}},
		{"has no parts yet", 2 * time.Minute, []string{parts, parts, `{"id":"L1D","parts":["x"]}`, parts}, []string{"queued", "queued", "running", "lost"}},
		{"never has parts", 2 * time.Minute, []string{parts, parts, parts, parts}, []string{"queued", "queued", "queued", gaveUp}},
		{"isn't looked for", 10 * time.Minute, []string{elses, elses, ours}, []string{"queued", "queued", "running"}},
		{"is looked for rarely", 10 * time.Minute, []string{elses, elses, elses, elses}, []string{"queued", "queued", "queued", gaveUp}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				pipes := newPipes()
				s := standIn(t, citest.As("argocd"), citest.WithListener(pipes))
				w := ci.NewWebhook(single(t, s), []ci.Call{{Values: map[string]string{"app": "client"}}}, ci.WithDial(pipes.Dial))
				var got []string
				for _, answer := range tt.answers {
					s.SetAsking(citest.Answer(200, "application/json", answer))
					sight, err := w.Look(t.Context(), 0, "L1D")
					if err != nil {
						got = append(got, err.Error())
					} else {
						got = append(got, sight.Stage.String())
					}
					<-time.After(tt.pause)
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("stages (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// TestCancelOurs: what names no build in its request is sent only while the server
// shows ours.
func TestCancelOurs(t *testing.T) {
	const another = "conflict: the server shows another build in the place of this one: look there"
	for _, tt := range []struct {
		name   string
		shows  []string // by each look, the last one for ever
		cancel ci.Template
		want   string
		looks  int
	}{
		{"ours", []string{`{"id":"L1D","phase":"Running"}`}, "/operation", "", 1},
		{"soon", []string{`{"id":"L0D","phase":"Succeeded"}`, `{"id":"L1D","phase":"Running"}`}, "/operation", "", 2},
		{"over", []string{`{"id":"L1D","phase":"Succeeded"}`}, "/operation", "conflict: the build is over: look at the server", 1},
		{"another", []string{`{"id":"L2D","phase":"Running"}`}, "/operation", another, 3},
		{"named", []string{`{"id":"L2D","phase":"Running"}`}, "/operation?of={launch}", "", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				pipes := newPipes()
				s := standIn(t, citest.As("argocd"), citest.WithListener(pipes))
				var looks, cancels atomic.Int32
				s.SetAsking(citest.Custom(func(w http.ResponseWriter, r *http.Request) {
					if r.Method == http.MethodDelete {
						cancels.Add(1)
						return
					}
					n := int(looks.Add(1))
					_, _ = fmt.Fprint(w, tt.shows[min(n, len(tt.shows))-1])
				}))
				hook := single(t, s)
				hook.Cancel.Path = "/api/v1/applications/{app}" + tt.cancel
				w := ci.NewWebhook(hook, []ci.Call{{Values: map[string]string{"app": "client"}}}, ci.WithDial(pipes.Dial))
				got, wantCancels := "", int32(1)
				if err := w.Cancel(t.Context(), 0, "L1D"); err != nil {
					got = err.Error()
				}
				if tt.want != "" {
					wantCancels = 0
				}
				if got != tt.want || int(looks.Load()) != tt.looks || cancels.Load() != wantCancels {
					t.Errorf("got %q after %d looks and %d requests, want %q, %d, %d", got, looks.Load(), cancels.Load(), tt.want, tt.looks, wantCancels)
				}
			})
		})
	}
}
