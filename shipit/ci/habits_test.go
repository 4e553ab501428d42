package ci_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ship-it.example/shipit"
	"ship-it.example/shipit/ci"
	"ship-it.example/shipit/ci/citest"
)

// TestHabits: what some servers do with an order and others don't.
func TestHabits(t *testing.T) {
	t.Parallel()
	password := func(s ci.Settings) ci.Settings { s.User, s.Password = "ship", "x"; return s }
	token := func(s ci.Settings) ci.Settings { s.Token = "x"; return s }
	plain, with := ci.Job{Name: "app"}, ci.Job{Name: "app", Parameters: map[string]string{"TO": "int"}}
	waits := "not a build (302): the queue took nothing, or had the job already: look at the server before the next launch"
	tests := []struct {
		name    string
		options []citest.Option
		login   func(ci.Settings) ci.Settings
		work    ci.Work
		want    []shipit.Outcome // of one launch after the other
	}{
		{
			"TeamCity checks for forgery",
			[]citest.Option{citest.CheckingCSRF()},
			password,
			ci.Build{Type: "a"},
			[]shipit.Outcome{notStarted("not authorised (403, CSRF check): use token_file in the place of user and password_file")},
		},
		{"and takes a token", []citest.Option{citest.CheckingCSRF()}, token, ci.Build{Type: "a"}, []shipit.Outcome{started("1")}},
		{
			"Jenkins shuts down",
			[]citest.Option{citest.As(citest.Jenkins), citest.ShuttingDown()},
			password, with,
			[]shipit.Outcome{notStarted("refused (302): the queue took nothing: look at the server, it may be about to stop")},
		},
		{
			"Jenkins joins, with parameters",
			[]citest.Option{citest.As(citest.Jenkins), citest.Joining(), citest.WithParameters("TO")},
			password, with,
			[]shipit.Outcome{started("queue:1"), started("joined:1")},
		},
		{
			"Jenkins joins, without",
			[]citest.Option{citest.As(citest.Jenkins), citest.Joining(), citest.WithParameters("TO")},
			password, plain,
			[]shipit.Outcome{started("queue:1"), unknown(waits)},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := standIn(t, tt.options...)
			set := tt.login(settings(t, s.URL()))
			f := ci.NewFleet(ci.Servers{TeamCity: set, Jenkins: set}, []ci.Work{tt.work})
			defer func() { _ = f.Close() }()
			var got []shipit.Outcome
			for i := range tt.want {
				outcome := f.Launch(t.Context(), t.Context(), 0, "L1D")
				if outcome.Verdict == shipit.Started {
					tt.want[i].URL = outcome.URL
				}
				got = append(got, outcome)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("outcomes (-want +got):\n%s", diff)
			}
		})
	}
}

// TestBecome: on each kind of server a build stays where it is told to be,
// whatever it was before.
func TestBecome(t *testing.T) {
	each(t, func(t *testing.T, k kindCase) {
		t.Helper()
		f, s := k.fleetIn(t)
		build := launched(t, k, f)
		for _, want := range []shipit.Stage{
			shipit.StageQueued, shipit.StageRunning, shipit.StageRunning, shipit.StageFailed, shipit.StageRunning,
			shipit.StageCancelled, shipit.StagePassed, shipit.StageLost,
		} {
			s.Become(1, want, 0.5)
			for range 3 {
				got := lookAt(t, f, build)
				build = got.Build
				half := got.Progress == -1 || got.Progress > 0.48 && got.Progress < 0.6
				if got.Stage != want || want == shipit.StageRunning && !half {
					t.Errorf("%v, %v done, want %v and half of it", got.Stage, got.Progress, want)
				}
				<-time.After(20 * time.Minute)
			}
			if order, stage := s.Build(1); stage != want || !strings.Contains(order, "L1D") {
				t.Errorf("%v, want %v, of %q", stage, want, order)
			}
		}
	})
}
