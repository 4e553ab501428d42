package ci_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"ship-it.example/shipit"
	"ship-it.example/shipit/ci"
	"ship-it.example/shipit/ci/citest"
)

// What goes over the wire to start a build on each kind of server. TeamCity's
// is in TestRequest.
func TestRequests(t *testing.T) {
	t.Parallel()
	const form, json = "application/x-www-form-urlencoded", "application/json"
	secret := func(s ci.Settings) ci.Settings { s.User, s.Password = "ship", "s3cret"; return s }
	token := func(s ci.Settings) ci.Settings { s.Token = "t0ken"; return s }
	trigger := func(s ci.Settings) ci.Settings { s.Token, s.Trigger = "t0ken", "tr1g"; return s }
	tests := []struct {
		name    string
		kind    citest.Kind
		servers func(ci.Settings) ci.Servers
		work    ci.Work
		want    citest.Request
	}{
		{
			"Jenkins, no parameters", citest.Jenkins,
			func(s ci.Settings) ci.Servers { return ci.Servers{Jenkins: secret(s)} },
			ci.Job{Name: "app"},
			citest.Request{Path: "/job/app/build", Query: "delay=0sec", Header: http.Header{"Authorization": {"Basic c2hpcDpzM2NyZXQ="}, "Content-Length": {"0"}}},
		},
		{
			"Jenkins, folders, a branch with a slash", citest.Jenkins,
			func(s ci.Settings) ci.Servers { return ci.Servers{Jenkins: s} },
			ci.Job{Name: "de ploy/app", Branch: "feature/x", Parameters: map[string]string{"A": "b c"}, Launch: "L"},
			citest.Request{Path: "/job/de%20ploy/job/app/job/feature%252Fx/buildWithParameters", Query: "delay=0sec", Body: "A=b+c&L=L1D", Header: http.Header{"Content-Type": {form}, "Content-Length": {"11"}}},
		},
		{
			"GitHub", citest.GitHub,
			func(s ci.Settings) ci.Servers { return ci.Servers{GitHub: ci.GitHubSettings{Settings: token(s)}} },
			ci.Workflow{Owner: "acme", Repo: "app", File: "deploy.yml", Ref: "main", Launch: "id"},
			citest.Request{Path: "/repos/acme/app/actions/workflows/deploy.yml/dispatches", Body: `{"ref":"main","inputs":{"id":"L1D"}}`, Header: http.Header{
				"Accept": {"application/vnd.github+json"}, "Authorization": {"Bearer t0ken"}, "X-Github-Api-Version": {"2026-03-10"}, "Content-Type": {json}, "Content-Length": {"36"},
			}},
		},
		{
			"GitHub, an older version with details", citest.GitHub,
			func(s ci.Settings) ci.Servers {
				return ci.Servers{GitHub: ci.GitHubSettings{Settings: s, Version: "2022-11-28", Details: true}}
			},
			ci.Workflow{Owner: "acme", Repo: "app", File: "7", Ref: "v1"},
			citest.Request{Path: "/repos/acme/app/actions/workflows/7/dispatches", Body: `{"ref":"v1","return_run_details":true}`, Header: http.Header{
				"Accept": {"application/vnd.github+json"}, "X-Github-Api-Version": {"2022-11-28"}, "Content-Type": {json}, "Content-Length": {"38"},
			}},
		},
		{
			"GitLab", citest.GitLab,
			func(s ci.Settings) ci.Servers { return ci.Servers{GitLab: token(s)} },
			ci.Pipeline{Project: "acme/app", Ref: "main", Launch: "L"},
			citest.Request{Path: "/api/v4/projects/acme%2Fapp/pipeline", Body: `{"ref":"main","variables":[{"key":"L","value":"L1D"}]}`, Header: http.Header{
				"Private-Token": {"t0ken"}, "Content-Type": {json}, "Content-Length": {"54"},
			}},
		},
		{
			"GitLab, by a trigger token alone", citest.GitLab,
			func(s ci.Settings) ci.Servers { return ci.Servers{GitLab: trigger(s)} },
			ci.Pipeline{Project: "42", Ref: "main", Variables: map[string]string{"TO": "int"}},
			citest.Request{Path: "/api/v4/projects/42/trigger/pipeline", Body: "ref=main&token=tr1g&variables%5BTO%5D=int", Header: http.Header{
				"Content-Type": {form}, "Content-Length": {"41"},
			}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := standIn(t, citest.As(tt.kind))
			f := ci.NewFleet(tt.servers(settings(t, s.URL())), []ci.Work{tt.work}, ci.WithVersion("2.0.0"))
			defer func() { _ = f.Close() }()
			if got := f.Launch(t.Context(), t.Context(), 0, "L1D"); got.Verdict != shipit.Started {
				t.Errorf("outcome %+v", got)
			}
			tt.want.Method = "POST"
			tt.want.Header["User-Agent"], tt.want.Header["Connection"] = []string{"ship-it/2.0.0"}, []string{"close"}
			if tt.want.Header["Accept"] == nil {
				tt.want.Header["Accept"] = []string{"application/json"}
			}
			if diff := cmp.Diff([]citest.Request{tt.want}, s.Last()); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
		})
	}
}

// The answers of Jenkins, GitHub and GitLab that mean something of their own.
func TestVerdicts(t *testing.T) {
	t.Parallel()
	to := citest.Redirect
	json := func(code int, body string) citest.Mode { return citest.Answer(code, "application/json", body) }
	plain, with := ci.Job{Name: "app"}, ci.Job{Name: "app", Launch: "L"}
	flow := ci.Workflow{Owner: "acme", Repo: "app", File: "deploy.yml", Ref: "main"}
	line := ci.Pipeline{Project: "acme/app", Ref: "main"}
	const before = ": look at the server before the next launch"
	tests := []struct {
		name string
		work ci.Work
		mode citest.Mode
		want shipit.Outcome
	}{
		{"303: joined a waiting one", with, to(303, "https://elsewhere.example/x/queue/item/7/"), started("joined:7")},
		{"302 to the item", with, to(302, "/queue/item/7"), started("queue:7")},
		{"302: the queue took nothing", with, to(302, "."), notStarted("refused (302): the queue took nothing: look at the server, it may be about to stop")},
		{"302: or had it", plain, to(302, "/job/app/"), unknown("not a build (302): the queue took nothing, or had the job already" + before)},
		{"302: a login", with, to(302, "https://sso.example/login?x=y"), notStarted("redirected (302 to https://sso.example/login): look at url")},
		{"201 without an item", with, to(201, "/job/app/"), unknown("not a build (201): look at url, and at the server before the next launch")},
		{"crumb", with, citest.Answer(403, "text/html", "<title>Error 403 No valid crumb was included in the request</title>"), notStarted("not authorised (403, crumb): put an API token into token_file, not the password")},
		{"disabled", with, citest.Fail(409), notStarted(`conflict (409): the job can't be built: look whether job "app" is disabled`)},
		{"no such parameters", with, citest.Fail(400), notStarted(`refused (400): look at parameters and job "app"`)},
		{"no such job", plain, citest.Fail(404), notStarted(`unknown build type (404): look at job "app" and url, and at the rights of user and token_file`)},

		{"204: the run names itself later", flow, citest.Answer(204, "", ""), started("")},
		{"200 without a run", flow, json(200, `{"workflow_run_id":null}`), unknown("not a build (200): look at url, and at the server before the next launch")},
		{"no dispatch", flow, json(422, `{"message":"Workflow does not have 'workflow_dispatch' trigger"}`), notStarted(`refused (422, "Workflow does not have 'workflow_dispatch' trigger"): look at ref, inputs and launch, and whether the workflow has workflow_dispatch on that ref`)},
		{"an older server", flow, json(400, `{"message":"The version of the API is not supported"}`), notStarted(`refused (400, "The version of the API is not supported"): look at api_version, an older server wants 2022-11-28`)},
		{"no such workflow", flow, json(404, `{"message":"Not Found"}`), notStarted(`unknown build type (404, "Not Found"): look at repo "acme/app", workflow "deploy.yml" and ref "main" and url, and at the rights of token_file`)},

		{"a pipeline without an id", line, json(201, `{}`), unknown("not a build (201): look at url, and at the server before the next launch")},
		{"no jobs", line, json(400, `{"message":{"base":["No stages"]}}`), notStarted(`refused (400, "{\"base\":[\"No stages\"]}"): look at ref "main" and variables, and whether any job would run`)},
		{"no such project", line, json(404, `{"message":"404 Project Not Found"}`), notStarted(`unknown build type (404, "404 Project Not Found"): look at project "acme/app" and ref "main" and url, and at the rights of token_file and trigger_token_file`)},
		{"an echoed token", line, json(403, `{"error":"t0ken is too weak"}`), notStarted(`not authorised (403): look at this user's rights on the server, and at project "acme/app" and ref "main"`)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := standIn(t)
			s.SetMode(tt.mode)
			set := settings(t, s.URL())
			set.Token = "t0ken"
			servers := ci.Servers{Jenkins: set, GitHub: ci.GitHubSettings{Settings: set}, GitLab: set}
			f := ci.NewFleet(servers, []ci.Work{tt.work})
			defer func() { _ = f.Close() }()
			got := f.Launch(t.Context(), t.Context(), 0, "L1D")
			got.Reason = strings.ReplaceAll(got.Reason, s.URL(), "ADDRESS")
			if got.Verdict == shipit.Started {
				tt.want.URL = got.URL
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("outcome (-want +got):\n%s", diff)
			}
		})
	}
}

// An item of Jenkins's queue is forgotten five minutes after it began; its build
// still tells.
func TestJenkinsForgets(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k := kinds()[2]
		f, s := k.fleetIn(t)
		s.SetLife(citest.Life{Queue: time.Second, Run: time.Hour, End: shipit.StagePassed})
		build := launched(t, k, f)
		<-time.After(10 * time.Minute)
		if got := lookAt(t, f, build); got.Stage != shipit.StageRunning || got.Build != "1" {
			t.Errorf("got %+v", got)
		}
	})
}

// With equal parameters a second press joins the first one's item. What may be
// somebody else's isn't taken back.
func TestJenkinsJoins(t *testing.T) {
	t.Parallel()
	s := standIn(t, citest.As(citest.Jenkins), citest.Joining())
	s.SetLife(citest.Life{Queue: time.Hour})
	f := ci.NewFleet(ci.Servers{Jenkins: settings(t, s.URL())}, []ci.Work{ci.Job{Name: "app", Parameters: map[string]string{"A": "b"}}})
	defer func() { _ = f.Close() }()
	for _, want := range []string{"queue:1", "joined:1"} {
		if got := f.Launch(t.Context(), t.Context(), 0, "L1D"); got.Verdict != shipit.Started || got.Build != want {
			t.Errorf("outcome %+v, want %s", got, want)
		}
		if got := lookAt(t, f, want); got.Stage != shipit.StageQueued || got.Build != want {
			t.Errorf("sight %+v, want %s", got, want)
		}
	}
	const mine = "conflict: the queue had the job already, and somebody else may want it: stop it on the server"
	if err := f.Cancel(t.Context(), 0, "joined:1"); err == nil || err.Error() != mine {
		t.Errorf("taking back the other's: %v", err)
	}
	if err := f.Cancel(t.Context(), 0, "queue:1"); err != nil {
		t.Error(err)
	}
	if got := lookAt(t, f, "joined:1"); got.Stage != shipit.StageCancelled {
		t.Errorf("sight %+v", got)
	}
}

// What has left the queue isn't taken back, whether or not the server still knows
// its item; an error of its own is something else.
func TestJenkinsHasLeft(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k := kinds()[2]
		f, s := k.fleetIn(t)
		s.SetLife(citest.Life{Queue: time.Second, Run: time.Hour, End: shipit.StagePassed})
		build := launched(t, k, f)
		for _, pause := range []time.Duration{2 * time.Second, 10 * time.Minute} {
			<-time.After(pause)
			const gone = "conflict: the job is queued no more: stop it on the server"
			if err := f.Cancel(t.Context(), 0, build); err == nil || err.Error() != gone {
				t.Errorf("%v later: %v", pause, err)
			}
		}
		if _, stage := s.Build(1); stage != shipit.StageRunning {
			t.Errorf("the build is %v", stage)
		}
		s.SetAsking(citest.Answer(500, "text/html", "<h1>Oops</h1>"))
		if err := f.Cancel(t.Context(), 0, build); err == nil || err.Error() != "server error (500): look at the server" {
			t.Errorf("an error of the server's: %v", err)
		}
	})
}

// A build that waits for a person says so; it is no end.
func TestWaiting(t *testing.T) {
	each(t, func(t *testing.T, k kindCase) {
		t.Helper()
		if k.kind != citest.GitHub && k.kind != citest.GitLab {
			return
		}
		f, s := k.fleetIn(t)
		s.SetLife(citest.Life{Waits: true})
		build := launched(t, k, f)
		<-time.After(time.Hour)
		if got := lookAt(t, f, build); !got.Waiting || got.Stage.Ended() {
			t.Errorf("got %+v", got)
		}
	})
}

// A server that can't answer says so, and isn't asked.
func TestCannot(t *testing.T) {
	t.Parallel()
	s := standIn(t, citest.As(citest.GitLab))
	set := settings(t, s.URL())
	set.Trigger = "tr1g"
	flow := ci.Workflow{Owner: "acme", Repo: "app", File: "deploy.yml", Ref: "main"}
	f := ci.NewFleet(ci.Servers{GitLab: set, GitHub: ci.GitHubSettings{Settings: set}, Jenkins: set},
		[]ci.Work{ci.Pipeline{Project: "a", Ref: "b"}, flow, ci.Job{Name: "app"}})
	defer func() { _ = f.Close() }()
	want := []shipit.Abilities{{}, {Look: true, Cancel: true, Check: true}, {Look: true, Cancel: true, Check: true}}
	for target, can := range want {
		if diff := cmp.Diff(can, f.Can(target)); diff != "" {
			t.Errorf("target %d (-want +got):\n%s", target, diff)
		}
		if _, err := f.Find(t.Context(), target, "L", time.Now()); !errors.Is(err, shipit.ErrCannot) {
			t.Errorf("target %d: %v", target, err)
		}
	}
	_, looked := f.Look(t.Context(), 0, "1")
	for _, err := range []error{looked, f.Cancel(t.Context(), 0, "1"), f.Check(t.Context(), 0)} {
		if !errors.Is(err, shipit.ErrCannot) {
			t.Error(err)
		}
	}
	if s.Asked() != 0 {
		t.Errorf("%d questions", s.Asked())
	}
}

// The end of the asker is no fault of the server's.
func TestAskedNoMore(t *testing.T) {
	each(t, func(t *testing.T, k kindCase) {
		t.Helper()
		f, s := k.fleetIn(t)
		build := launched(t, k, f)
		s.SetAsking(citest.Silent())
		ctx, stop := context.WithCancelCause(t.Context())
		time.AfterFunc(3*time.Second, func() { stop(shipit.ErrStopped) })
		began := time.Now()
		_, err := f.Look(ctx, 0, build)
		if !errors.Is(err, shipit.ErrStopped) || time.Since(began) != 3*time.Second {
			t.Errorf("after %v: %v", time.Since(began), err)
		}
	})
}

// Questions go over TLS as launches do, to the same authority.
func TestAskTLS(t *testing.T) {
	t.Parallel()
	ca := must(citest.NewAuthority())
	s := standIn(t, citest.As(citest.GitLab), citest.WithTLS(must(ca.Issue(citest.Certificate{}))))
	set := settings(t, s.URL())
	set.Token = "t0ken"
	work := []ci.Work{ci.Pipeline{Project: "acme/app", Ref: "main"}}
	stranger := ci.NewFleet(ci.Servers{GitLab: set}, work)
	defer func() { _ = stranger.Close() }()
	if err := stranger.Check(t.Context(), 0); err == nil || !strings.HasPrefix(err.Error(), "certificate: ") {
		t.Errorf("got %v", err)
	}
	set.CAs = ca.Pool
	f := ci.NewFleet(ci.Servers{GitLab: set}, work)
	defer func() { _ = f.Close() }()
	for range 2 {
		if err := f.Check(t.Context(), 0); err != nil {
			t.Error(err)
		}
	}
	build := f.Launch(t.Context(), t.Context(), 0, "L1D").Build
	if got := lookAt(t, f, build); got.Stage != shipit.StageQueued {
		t.Errorf("got %+v", got)
	}
}

// However a server is printed, no secret comes out.
func TestServersShowNoSecret(t *testing.T) {
	t.Parallel()
	set := settings(t, "https://ci.example")
	set.User, set.Password, set.Token, set.Trigger = "ship", "s3cret", "t0ken", "tr1gger"
	hook := ci.Hook{Settings: set, TokenHeader: "X-Key: {token}"}
	servers := ci.Servers{TeamCity: set, Jenkins: set, GitHub: ci.GitHubSettings{Settings: set}, GitLab: set, Webhooks: map[string]ci.Hook{"a": hook}}
	for _, v := range []any{
		servers, hook, servers.GitHub, ci.NewFleet(servers, []ci.Work{ci.Build{}, ci.Job{}, ci.Workflow{}, ci.Pipeline{}, ci.Call{Server: "a"}}),
		*ci.NewJenkins(set, nil), *ci.NewGitHub(servers.GitHub, nil), *ci.NewGitLab(set, nil), *ci.NewWebhook(hook, nil),
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
			shown := fmt.Sprintf(verb, v)
			for _, secret := range []string{"s3cret", "t0ken", "tr1gger"} {
				if strings.Contains(shown, secret) {
					t.Errorf("%T, %s: %s", v, verb, shown)
				}
			}
		}
	}
}

// How a run of GitHub's and a build of Jenkins's may end; what isn't known is no
// end.
func TestConclusions(t *testing.T) {
	t.Parallel()
	run := func(conclusion string) string {
		return fmt.Sprintf(`{"id":1,"status":"completed","conclusion":%q}`, conclusion)
	}
	built := func(result string) string { return fmt.Sprintf(`{"number":1,"building":false,"result":%q}`, result) }
	flow, job := ci.Workflow{Owner: "acme", Repo: "app", File: "deploy.yml", Ref: "main"}, ci.Job{Name: "app"}
	for _, tt := range []struct {
		work ci.Work
		text string
		want shipit.Stage
	}{
		{flow, run("success"), shipit.StagePassed},
		{flow, run("neutral"), shipit.StagePassed},
		{flow, run("timed_out"), shipit.StageFailed},
		{flow, run("startup_failure"), shipit.StageFailed},
		{flow, run("skipped"), shipit.StageCancelled},
		{flow, run("reticulated"), shipit.StageRunning},
		{flow, run(""), shipit.StageRunning},
		{job, built("SUCCESS"), shipit.StagePassed},
		{job, built("UNSTABLE"), shipit.StageFailed},
		{job, built("NOT_BUILT"), shipit.StageFailed},
		{job, built("ABORTED"), shipit.StageCancelled},
		{job, built("RETICULATED"), shipit.StageRunning},
		{job, `{"number":1,"building":true,"result":"SUCCESS"}`, shipit.StageRunning},
		{job, `{"number":1,"building":false,"result":null}`, shipit.StageRunning},
	} {
		s := standIn(t)
		s.SetAsking(citest.Answer(200, "application/json", tt.text))
		s.SetMode(citest.Answer(200, "application/json", tt.text))
		set := settings(t, s.URL())
		f := ci.NewFleet(ci.Servers{GitHub: ci.GitHubSettings{Settings: set}, Jenkins: set}, []ci.Work{tt.work})
		if got := lookAt(t, f, "1"); got.Stage != tt.want {
			t.Errorf("%s: %v, want %v", tt.text, got.Stage, tt.want)
		}
		_ = f.Close()
	}
}
