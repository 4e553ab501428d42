package ci_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"ship-it.example/shipit"
	"ship-it.example/shipit/ci"
	"ship-it.example/shipit/ci/citest"
)

// kindCase is a kind of server with a target there.
type kindCase struct {
	name    string
	kind    citest.Kind
	options []citest.Option
	servers func(ci.Settings) ci.Servers
	work    ci.Work
	can     shipit.Abilities
	build   string // that a launch is told of
	job     string // as the stand-in knows it
}

var everything = shipit.Abilities{Look: true, Find: true, Cancel: true, Check: true}

// kinds is every kind of server that a launch reaches by HTTP.
func kinds() []kindCase {
	login := func(s ci.Settings) ci.Settings { s.Token = "t0ken"; return s }
	teamcity := func(s ci.Settings) ci.Servers { return ci.Servers{TeamCity: login(s)} }
	jenkins := func(s ci.Settings) ci.Servers {
		s.User, s.Password = "ship", "t0ken"
		return ci.Servers{Jenkins: s}
	}
	github := func(s ci.Settings) ci.Servers { return ci.Servers{GitHub: ci.GitHubSettings{Settings: login(s)}} }
	oldGitHub := func(s ci.Settings) ci.Servers {
		return ci.Servers{GitHub: ci.GitHubSettings{Settings: login(s), Version: "2022-11-28"}}
	}
	gitlab := func(s ci.Settings) ci.Servers { return ci.Servers{GitLab: login(s)} }
	trigger := func(s ci.Settings) ci.Servers {
		s.Trigger = "tr1gger"
		return ci.Servers{GitLab: login(s)}
	}
	flow := ci.Workflow{Owner: "acme", Repo: "app", File: "deploy.yml", Ref: "main", Inputs: map[string]string{"to": "int"}, Launch: "launch"}
	line := ci.Pipeline{Project: "acme/app", Ref: "main", Variables: map[string]string{"TO": "int"}, Launch: "LAUNCH"}
	job := ci.Job{Name: "deploy/app", Branch: "feature/x", Parameters: map[string]string{"TO": "int"}, Launch: "LAUNCH"}
	hook := func(s ci.Settings) ci.Servers {
		ask := func(path ci.Template) ci.Ask { return ci.Ask{Method: "GET", Path: path} }
		const builds = "/v2/organizations/acme/pipelines/{pipeline}/builds"
		look := &ci.Look{Ask: ask(builds + "/{build}"), State: []ci.Pointer{"/state"}, Page: "/web_url", Words: map[shipit.Stage][]string{
			shipit.StageQueued: {"scheduled"}, shipit.StagePassed: {"passed"}, shipit.StageFailed: {"failed"}, shipit.StageCancelled: {"canceled"},
		}}
		start := ci.Ask{Method: "POST", Path: builds, Media: "application/json", Body: `{"message":"{launch}","branch":"{branch}"}`}
		cancel, check := ci.Ask{Method: "PUT", Path: builds + "/{build}/cancel"}, ask("/v2/organizations/acme/pipelines/{pipeline}")
		return ci.Servers{Webhooks: map[string]ci.Hook{"kite": {
			Settings: login(s), Launch: ci.Launch{Ask: start, Build: []ci.Pointer{"/number"}, Page: "/web_url"},
			Look: look, Find: &ci.Search{Ask: ask(builds), Launch: "/message", Build: "/number"}, Cancel: &cancel, Check: &check,
		}}}
	}
	call := ci.Call{Server: "kite", Values: map[string]string{"pipeline": "app", "branch": `a"b`}}
	return []kindCase{
		{"TeamCity", citest.TeamCity, nil, teamcity, ci.Build{Type: "bt280"}, everything, "1", "bt280"},
		{"TeamCity 8.1", citest.TeamCity, []citest.Option{citest.OldTeamCity()}, teamcity, ci.Build{Type: "bt280"}, everything, "taskId:1", "bt280"},
		{"Jenkins", citest.Jenkins, []citest.Option{citest.WithParameters("TO", "LAUNCH")}, jenkins, job, everything, "queue:1", "deploy/app/feature%2Fx"},
		{"GitHub", citest.GitHub, nil, github, flow, everything, "1", "acme/app/deploy.yml"},
		{"GitHub Enterprise", citest.GitHub, []citest.Option{citest.WithoutDetails()}, oldGitHub, flow, everything, "", "acme/app/deploy.yml"},
		{"GitLab", citest.GitLab, nil, gitlab, line, everything, "1", "acme/app"},
		{"webhook", "buildkite", nil, hook, call, everything, "1", "app"},
		{"GitLab, trigger token, no names", citest.GitLab, []citest.Option{citest.WithoutNames()}, trigger, line, everything, "1", "acme/app"},
	}
}

// fleetIn starts a stand-in and a fleet of one target on it, in a bubble.
func (k kindCase) fleetIn(t *testing.T, more ...citest.Option) (*ci.Fleet, *citest.Server) {
	t.Helper()
	pipes := newPipes()
	s := standIn(t, append(append([]citest.Option{citest.As(k.kind), citest.WithListener(pipes), citest.WithBuildTypes(k.job)}, k.options...), more...)...)
	f := ci.NewFleet(k.servers(settings(t, s.URL())), []ci.Work{k.work}, ci.WithDial(pipes.Dial))
	t.Cleanup(func() { _ = f.Close() })
	return f, s
}

// each runs a test with every kind of server, in virtual time.
func each(t *testing.T, test func(t *testing.T, k kindCase)) {
	t.Helper()
	t.Parallel()
	for _, k := range kinds() {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { test(t, k) })
		})
	}
}

// lookAt is what a look shows, without its address.
func lookAt(t *testing.T, f *ci.Fleet, build string) shipit.Sight {
	t.Helper()
	s, err := f.Look(t.Context(), 0, build)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// launched starts a build and gives its name, found by its id if the server
// named none.
func launched(t *testing.T, k kindCase, f *ci.Fleet) string {
	t.Helper()
	got := f.Launch(t.Context(), t.Context(), 0, "L1D")
	if got.Verdict != shipit.Started || got.Build != k.build {
		t.Fatalf("outcome %+v, want a build %q", got, k.build)
	}
	if got.Build != "" {
		return got.Build
	}
	s, err := f.Find(t.Context(), 0, "L1D", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return s.Build
}

// A build is followed from the queue to each of its ends.
func TestFollow(t *testing.T) {
	each(t, func(t *testing.T, k kindCase) {
		t.Helper()
		for _, end := range []shipit.Stage{shipit.StagePassed, shipit.StageFailed, shipit.StageCancelled, shipit.StageLost} {
			f, s := k.fleetIn(t)
			s.SetLife(citest.Life{Queue: 10 * time.Second, Run: 40 * time.Second, End: end})
			build := launched(t, k, f)
			var seen []shipit.Stage
			var progress []float64
			for range 7 { // at 1 s, 11 s, ...
				<-time.After(time.Second)
				got := lookAt(t, f, build)
				build = got.Build
				seen = append(seen, got.Stage)
				progress = append(progress, got.Progress)
				if got.URL == "" && got.Stage != shipit.StageQueued && got.Stage != shipit.StageLost {
					t.Error("no address for people")
				}
				<-time.After(9 * time.Second)
			}
			want := []shipit.Stage{
				shipit.StageQueued, shipit.StageRunning, shipit.StageRunning, shipit.StageRunning, shipit.StageRunning, end, end,
			}
			if diff := cmp.Diff(want, seen); diff != "" {
				t.Errorf("stages (-want +got):\n%s", diff)
			}
			if k.name == "webhook" {
				progress = []float64{-1, 0, 0.3, 0.5, 0.8, -1, -1} // this one tells none
			}
			if progress[0] >= 0 || progress[2] < 0.2 || progress[3] < progress[2] || progress[4] > 1 || progress[6] >= 0 {
				t.Errorf("progress %v", progress)
			}
			if s.Requests() != 1 || s.Builds() != 1 {
				t.Errorf("%d requests, %d builds", s.Requests(), s.Builds())
			}
		}
	})
}

// A word that nobody knows is no end, and least of all a good one.
func TestUnknownWord(t *testing.T) {
	each(t, func(t *testing.T, k kindCase) {
		t.Helper()
		f, s := k.fleetIn(t)
		s.SetLife(citest.Life{Run: time.Hour, Says: "reticulating"})
		build := launched(t, k, f)
		if got := lookAt(t, f, build); got.Stage != shipit.StageRunning {
			t.Errorf("stage %v", got.Stage)
		}
	})
}

// A launch that may or may not have arrived is found by its id, or not at all.
func TestFind(t *testing.T) {
	each(t, func(t *testing.T, k kindCase) {
		t.Helper()
		f, s := k.fleetIn(t)
		began := time.Now()
		for _, mode := range []citest.Mode{citest.OK(), citest.Drop(), citest.Vanish()} {
			s.SetMode(mode)
			f.Launch(t.Context(), t.Context(), 0, "ID"+mode.String())
		}
		for _, at := range []time.Duration{0, 3 * time.Second, time.Minute} { // queued, running, passed
			<-time.After(time.Until(began.Add(at)))
			got, err := f.Find(t.Context(), 0, "IDvanish", began)
			if want := [...]shipit.Stage{shipit.StageQueued, shipit.StageRunning, shipit.StagePassed}[min(int(at/(3*time.Second)), 2)]; err != nil || got.Stage != want {
				t.Errorf("after %v: %+v, %v", at, got, err)
			}
			if again := lookAt(t, f, got.Build); again.Stage != got.Stage {
				t.Errorf("after %v: %v, and %v at a look", at, got.Stage, again.Stage)
			}
		}
		if got, err := f.Find(t.Context(), 0, "IDdrop", began); !errors.Is(err, shipit.ErrNoBuild) {
			t.Errorf("found %+v, %v", got, err)
		}
	})
}

func TestCancel(t *testing.T) {
	each(t, func(t *testing.T, k kindCase) {
		t.Helper()
		f, s := k.fleetIn(t)
		build := launched(t, k, f)
		if err := f.Cancel(t.Context(), 0, build); err != nil {
			t.Fatal(err)
		}
		if got := lookAt(t, f, build); got.Stage != shipit.StageCancelled {
			t.Errorf("stage %v", got.Stage)
		}
		if s.Requests() != 1 {
			t.Errorf("%d requests that could start something", s.Requests())
		}
	})
}

// TeamCity takes a build back from its queue alone: of one that has begun the
// reason says so, and names no setting.
func TestCancelTooLate(t *testing.T) {
	each(t, func(t *testing.T, k kindCase) {
		t.Helper()
		if k.kind != citest.TeamCity {
			return
		}
		f, s := k.fleetIn(t)
		build := launched(t, k, f)
		s.Become(1, shipit.StageRunning, 0)
		const want = "conflict: the build is queued no more: stop it on the server"
		if err := f.Cancel(t.Context(), 0, build); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	})
}

// One launch is one request, and never more than one build, whatever the server
// does; and what is said of it is true.
func TestOneRequest(t *testing.T) {
	modes := []citest.Mode{
		citest.OK(), citest.Slow(3 * time.Second), citest.Fail(500), citest.Fail(401), citest.Fail(403), citest.Fail(404),
		citest.Fail(409), citest.Fail(422), citest.Late(500), citest.Limit(time.Minute), citest.Drop(), citest.Vanish(),
		citest.Twice(), citest.Silent(), citest.Unread(), citest.CutAt(0), citest.Redirect(302, "https://elsewhere.example/login"),
		citest.Answer(200, "text/html", "<p>hello"), citest.Answer(202, "application/json", "{}"),
	}
	each(t, func(t *testing.T, k kindCase) {
		t.Helper()
		for _, mode := range modes {
			f, s := k.fleetIn(t)
			s.SetMode(mode)
			got := f.Launch(t.Context(), t.Context(), 0, "L1D")
			if s.Requests() != 1 || s.Builds() > 1 {
				t.Errorf("%v: %d requests, %d builds", mode, s.Requests(), s.Builds())
			}
			if got.Verdict == shipit.Started && s.Builds() == 0 || got.Verdict == shipit.NotStarted && s.Builds() == 1 {
				t.Errorf("%v: %d builds, and the outcome is %+v", mode, s.Builds(), got)
			}
			if mode.String() == "ok" != (got.Verdict == shipit.Started) && mode.String() != "slow 3s" && mode.String() != "twice" && mode.String() != "cut" {
				t.Errorf("%v: %+v", mode, got)
			}
		}
	})
}

// A server that can't be asked is told from one that says no, and its wish to
// be left alone is passed on.
func TestTrouble(t *testing.T) {
	tests := []struct {
		mode    citest.Mode
		begins  string
		lasting bool
		again   time.Duration
	}{
		{citest.Fail(500), "server error (500", false, 0},
		{citest.Fail(401), "not authorised (401)", true, 0},
		{citest.Fail(403), "not authorised (403", true, 0},
		{citest.Limit(30 * time.Second), "refused (429", false, 30 * time.Second},
		{citest.Drop(), "cut off", false, 0},
		{citest.Silent(), "timed out", false, 0},
		{citest.Answer(200, "text/html", "<p>hello"), "not a build (200", true, 0},
		{citest.Redirect(302, "https://elsewhere.example/?token=t0ken"), "redirected (302", true, 0},
	}
	each(t, func(t *testing.T, k kindCase) {
		t.Helper()
		for _, tt := range tests {
			f, s := k.fleetIn(t)
			build := launched(t, k, f)
			s.SetAsking(tt.mode)
			_, looked := f.Look(t.Context(), 0, build)
			<-time.After(tt.again)
			_, found := f.Find(t.Context(), 0, "L1D", time.Now())
			for name, err := range map[string]error{"Look": looked, "Find": found} {
				e, ok := errors.AsType[*shipit.AskError](err)
				if !ok || !strings.HasPrefix(e.Reason, tt.begins) || e.Lasting != tt.lasting || e.Again != tt.again {
					t.Errorf("%s, %v: %+v, want %q", name, tt.mode, err, tt.begins)
				}
				if strings.Contains(err.Error(), "t0ken") {
					t.Errorf("%s, %v: a secret is shown: %v", name, tt.mode, err)
				}
			}
		}
	})
}

// TestHush: a server's wish not to be asked holds for all questions, and for no
// order; then it is asked again.
func TestHush(t *testing.T) {
	each(t, func(t *testing.T, k kindCase) {
		t.Helper()
		f, s := k.fleetIn(t)
		build := launched(t, k, f)
		s.SetAsking(citest.Limit(10 * time.Minute))
		if _, err := f.Look(t.Context(), 0, build); err == nil {
			t.Fatal("it was asked, and said nothing")
		}
		s.SetAsking(citest.OK())
		asked := s.Asked()
		<-time.After(4 * time.Minute)
		_, looked := f.Look(t.Context(), 0, build)
		_, found := f.Find(t.Context(), 0, "L1D", time.Now())
		for _, err := range []error{looked, found, f.Check(t.Context(), 0)} {
			e, ok := errors.AsType[*shipit.AskError](err)
			if !ok || !strings.HasPrefix(e.Reason, "refused: the server wants not to be asked before ") || e.Lasting || e.Again != 6*time.Minute {
				t.Errorf("got %+v", err)
			}
		}
		if got := s.Asked(); got != asked {
			t.Errorf("%d questions all the same", got-asked)
		}
		_ = f.Cancel(t.Context(), 0, build)
		if got := s.Asked(); got == asked {
			t.Error("what is taken back has to wait")
		}
		<-time.After(6 * time.Minute)
		if err := f.Check(t.Context(), 0); err != nil {
			t.Error(err)
		}
	})
}

// TestHushOfMaintenance: a server that can't answer for a while isn't asked too
// often by anybody.
func TestHushOfMaintenance(t *testing.T) {
	each(t, func(t *testing.T, k kindCase) {
		t.Helper()
		f, s := k.fleetIn(t)
		s.SetAsking(citest.Custom(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "3600")
			w.WriteHeader(http.StatusServiceUnavailable)
		}))
		if err := f.Check(t.Context(), 0); err == nil || err.Error() != "server error (503): look at the server" {
			t.Errorf("first it said %v", err)
		}
		want := "server error (503): the server wants not to be asked before " + time.Now().Add(time.Hour).Local().Format(time.TimeOnly) + ": look at the server"
		if err := f.Check(t.Context(), 0); err == nil || err.Error() != want {
			t.Errorf("then %v, want %s", err, want)
		}
	})
}

func TestCheck(t *testing.T) {
	each(t, func(t *testing.T, k kindCase) {
		t.Helper()
		f, s := k.fleetIn(t)
		if err := f.Check(t.Context(), 0); err != nil {
			t.Errorf("all is well, and it says %v", err)
		}
		s.SetAsking(citest.Fail(401))
		if err := f.Check(t.Context(), 0); err == nil || !strings.HasPrefix(err.Error(), "not authorised (401): look at ") {
			t.Errorf("got %v", err)
		}
		if s.Requests() != 0 {
			t.Error("the check could have started something")
		}
		elsewhere, _ := k.fleetIn(t, citest.WithBuildTypes("another"))
		if err := elsewhere.Check(t.Context(), 0); err == nil || !strings.HasPrefix(err.Error(), "unknown build type (404") {
			t.Errorf("got %v", err)
		}
		if diff := cmp.Diff(k.can, f.Can(0)); diff != "" {
			t.Errorf("what it can (-want +got):\n%s", diff)
		}
	})
}

// Each target of a fleet goes to its own server, and those of one server share
// its way.
func TestFleet(t *testing.T) {
	t.Parallel()
	address := func(kind citest.Kind) (ci.Settings, *citest.Server) {
		s := standIn(t, citest.As(kind))
		return ci.Settings{URL: must(url.Parse(s.URL()))}, s
	}
	tc, teamcity := address(citest.TeamCity)
	jk, jenkins := address(citest.Jenkins)
	f := ci.NewFleet(ci.Servers{TeamCity: tc, Jenkins: jk},
		[]ci.Work{ci.Job{Name: "a"}, ci.Build{Type: "b"}, ci.Job{Name: "c"}, ci.Build{Type: "d"}})
	defer func() { _ = f.Close() }()
	if diff := cmp.Diff([]int{1, 0, 1, 0}, f.Ways()); diff != "" {
		t.Errorf("ways (-want +got):\n%s", diff)
	}
	for target := range 4 {
		if got := f.Launch(t.Context(), t.Context(), target, "L"); got.Verdict != shipit.Started {
			t.Errorf("target %d: %+v", target, got)
		}
	}
	var paths []string
	for _, r := range append(teamcity.Last(), jenkins.Last()...) {
		paths = append(paths, r.Path)
	}
	if diff := cmp.Diff([]string{"/app/rest/buildQueue", "/app/rest/buildQueue", "/job/a/build", "/job/c/build"}, paths); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
