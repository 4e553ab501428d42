package ci_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"ship-it.example/shipit"
	"ship-it.example/shipit/ci"
	"ship-it.example/shipit/ci/citest"
)

// What a check of a Jenkins job finds before the press.
func TestJenkinsCheck(t *testing.T) {
	t.Parallel()
	with := ci.Job{Name: "app", Parameters: map[string]string{"TO": "int"}, Launch: "L"}
	multi := citest.Answer(200, "application/json", `{"_class":"org.jenkinsci.plugins.workflow.multibranch.WorkflowMultiBranchProject"}`)
	folder := citest.Answer(200, "application/json", `{"_class":"com.cloudbees.hudson.plugins.folder.Folder"}`)
	tests := []struct {
		name    string
		job     ci.Job
		options []citest.Option
		mode    citest.Mode
		want    string
	}{
		{"well", with, []citest.Option{citest.WithParameters("L", "TO", "MORE")}, citest.OK(), ""},
		{"disabled", ci.Job{Name: "app"}, []citest.Option{citest.Disabled()}, citest.OK(), `conflict: the job can't be built: look whether job "app" is disabled`},
		{"lacks one", with, []citest.Option{citest.WithParameters("L")}, citest.OK(), `refused: job "app" has no parameter "TO": look at parameters and launch`},
		{"takes none", with, []citest.Option{citest.WithParameters()}, citest.OK(), `refused: job "app" takes no parameters: take parameters and launch out`},
		{"takes some", ci.Job{Name: "app"}, []citest.Option{citest.WithParameters("A", "B")}, citest.OK(), `refused: job "app" takes parameters: add parameters = {}, or some of A, B`},
		{"folder", ci.Job{Name: "app"}, nil, folder, `unknown build type: job "app" is a folder, or else no job: add the name of a job in it`},
		{"multibranch", ci.Job{Name: "app"}, nil, multi, `unknown build type: job "app" is a multibranch project: add the branch`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := standIn(t, append(tt.options, citest.As(citest.Jenkins))...)
			s.SetAsking(tt.mode)
			f := ci.NewFleet(ci.Servers{Jenkins: settings(t, s.URL())}, []ci.Work{tt.job})
			defer func() { _ = f.Close() }()
			got := ""
			if err := f.Check(t.Context(), 0); err != nil {
				got = err.Error()
			}
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// What a check finds before the press, beside what is the same on every server.
func TestChecks(t *testing.T) {
	t.Parallel()
	build, flow, line := ci.Build{Type: "a"}, ci.Workflow{Owner: "o", Repo: "r", File: "a.yml", Ref: "main"}, ci.Pipeline{Project: "o/r", Ref: "main"}
	const page, elses = "<!DOCTYPE html><p>Welcome", "not a build (200, no JSON as we know it): look at url"
	const old = `{"message":"2026-03-10 is not a supported version"}`
	tests := []struct {
		kind   citest.Kind
		work   ci.Work
		code   int
		answer string
		want   string
	}{
		{citest.TeamCity, build, 200, page, elses},
		{citest.TeamCity, build, 200, `{"hello":"world"}`, elses},
		{citest.TeamCity, build, 200, `{"id":"a"}`, ""},
		{citest.GitLab, line, 200, page, elses},
		{citest.GitLab, line, 200, `{"message":"welcome"}`, elses},
		{citest.GitLab, line, 200, `{"id":7}`, ""},
		{citest.GitHub, flow, 200, page, elses},
		{citest.GitHub, flow, 200, `{"hello":"world"}`, elses},
		{citest.GitHub, flow, 200, `{"state":"active"}`, ""},
		{citest.GitHub, flow, 200, `{"state":"disabled_manually"}`, `conflict: the workflow is disabled manually: enable it on the server, or look at workflow "a.yml"`},
		{citest.GitHub, flow, 400, old, `refused (400, "2026-03-10 is not a supported version"): look at api_version, an older server wants 2022-11-28`},
	}
	for _, tt := range tests {
		s := standIn(t, citest.As(tt.kind))
		s.SetAsking(citest.Answer(tt.code, "application/json", tt.answer))
		set := settings(t, s.URL())
		set.Token = "t0ken"
		f := ci.NewFleet(ci.Servers{TeamCity: set, GitLab: set, GitHub: ci.GitHubSettings{Settings: set}}, []ci.Work{tt.work})
		got, lasting := "", true
		if err := f.Check(t.Context(), 0); err != nil {
			ask, _ := errors.AsType[*shipit.AskError](err)
			got, lasting = err.Error(), ask != nil && ask.Lasting
		}
		if got != tt.want || !lasting {
			t.Errorf("%s said %s: got %q, want %q, which lasts", tt.kind, tt.answer, got, tt.want)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
}

// A token that may not read, or sees no project, is no reason against a launch by
// a trigger token.
func TestCheckBesideTrigger(t *testing.T) {
	t.Parallel()
	s := standIn(t, citest.As(citest.GitLab))
	set := settings(t, s.URL())
	set.Token, set.Trigger = "t0ken", "tr1gger"
	f := ci.NewFleet(ci.Servers{GitLab: set}, []ci.Work{ci.Pipeline{Project: "o/r", Ref: "main"}})
	defer func() { _ = f.Close() }()
	for code, want := range map[int]string{
		401: "not authorised (401): look at token_file; a launch goes by trigger_token_file",
		403: "not authorised (403): look at token_file; a launch goes by trigger_token_file",
		404: `unknown build type (404): look at project "o/r" and token_file; a launch goes by trigger_token_file`,
	} {
		s.SetAsking(citest.Fail(code))
		ask, ok := errors.AsType[*shipit.AskError](f.Check(t.Context(), 0))
		if !ok || ask.Lasting || ask.Reason != want {
			t.Errorf("%d: got %+v, want %q", code, ask, want)
		}
	}
}

// TestProjectCalledTrigger: only the address of GitLab's triggers goes without
// the token.
func TestProjectCalledTrigger(t *testing.T) {
	t.Parallel()
	var token string
	s := standIn(t, citest.As(citest.GitLab))
	s.SetMode(citest.Custom(func(_ http.ResponseWriter, r *http.Request) { token = r.Header.Get("PRIVATE-TOKEN") }))
	set := settings(t, s.URL())
	set.Token = "t0ken"
	f := ci.NewFleet(ci.Servers{GitLab: set}, []ci.Work{ci.Pipeline{Project: "group/trigger", Ref: "main"}})
	defer func() { _ = f.Close() }()
	f.Launch(t.Context(), t.Context(), 0, "L1D")
	if token != "t0ken" {
		t.Errorf("the token was %q", token)
	}
}

// TestFindByName: a token that may not read the variables finds by the pipelines'
// names, where they show launches' ids; else it says what is missing.
func TestFindByName(t *testing.T) {
	t.Parallel()
	s := standIn(t, citest.As(citest.GitLab))
	set := settings(t, s.URL())
	set.Token = "t0ken"
	f := ci.NewFleet(ci.Servers{GitLab: set}, []ci.Work{ci.Pipeline{Project: "o/r", Ref: "main", Launch: "LAUNCH"}})
	defer func() { _ = f.Close() }()
	const ours, other, more = "ABCDEFGHIJKLM234", "NOPQRSTUVWXYZ567", "AAAABBBBCCCCDDDD"
	const elses = `{"id":8,"status":"running","name":"deploy ` + other + `"}`
	const rights = "not authorised (403): look at this user's rights on the server, and at the token's rights, or show the variable in workflow:name"
	tests := []struct {
		name, list, want string
	}{
		{"none", `[]`, shipit.ErrNoBuild.Error()},
		{"other launches alone", `[` + elses + `,{"id":7,"status":"running","name":"` + more + `"}]`, shipit.ErrNoBuild.Error()},
		{"ours", `[{"id":7,"status":"running","name":"Deploy of main"},{"id":6,"status":"running","name":"deploy ` + ours + `"}]`, ""},
		{"no name", `[{"id":7,"status":"running"}]`, rights},
		{"a name without an id", `[` + elses + `,{"id":7,"status":"running","name":"Deploy of main"}]`, rights},
		{"the same, first", `[{"id":7,"status":"running","name":"Deploy of main"},` + elses + `]`, rights},
		{"too long for an id", `[{"id":7,"status":"running","name":"` + other + `A"}]`, rights},
		{"ours is readable", `[{"id":7,"status":"running"},{"id":6,"status":"running"}]`, ""},
	}
	for _, tt := range tests {
		s.SetAsking(citest.Custom(func(w http.ResponseWriter, r *http.Request) {
			switch {
			case strings.HasSuffix(r.URL.Path, "/6/variables"):
				_, _ = io.WriteString(w, `[{"key":"LAUNCH","value":"`+ours+`"}]`)
			case strings.HasSuffix(r.URL.Path, "/variables"):
				w.WriteHeader(http.StatusForbidden)
			default:
				_, _ = io.WriteString(w, tt.list)
			}
		}))
		sight, err := f.Find(t.Context(), 0, ours, time.Now())
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != tt.want || err == nil && sight.Build != "6" {
			t.Errorf("%s: %+v, %q, want %q", tt.name, sight, got, tt.want)
		}
	}
}
