package peers_test

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"ship-it.example/shipit"
	"ship-it.example/shipit/ci"
	"ship-it.example/shipit/ci/citest"
)

// TestGitHubSchema holds what we send to GitHub, and what our stand-in answers,
// against the schema that GitHub publishes.
func TestGitHubSchema(t *testing.T) {
	file := os.Getenv("SHIP_IT_GITHUB_SCHEMA")
	if file == "" {
		t.Skip("make test-peers runs it")
	}
	doc, err := readOpenAPI(file)
	if os.IsNotExist(err) {
		t.Skip("there is no schema: npm didn't give it")
	}
	if err != nil {
		t.Fatal(err)
	}
	const base = "/repos/{owner}/{repo}/actions"
	for _, end := range []shipit.Stage{shipit.StagePassed, shipit.StageFailed, shipit.StageCancelled} {
		for _, life := range []citest.Life{{Queue: time.Hour}, {Run: time.Hour}, {Waits: true}, {End: end}} {
			s, u := standIn(t, citest.As(citest.GitHub))
			s.SetLife(life)
			f := ci.NewFleet(ci.Servers{GitHub: ci.GitHubSettings{Settings: ci.Settings{URL: u}, Version: "2022-11-28", Details: true}},
				[]ci.Work{ci.Workflow{Owner: "acme", Repo: "app", File: "deploy.yml", Ref: "main", Launch: "launch"}})
			if got := f.Launch(t.Context(), t.Context(), 0, "L1D"); got.Verdict != shipit.Started {
				t.Fatalf("%+v", got)
			}
			_ = f.Close()
			dispatch := doc.Paths[base+"/workflows/{workflow_id}/dispatches"]["post"]
			order := []byte(s.Last()[0].Body)
			hold(t, doc, dispatch.RequestBody, order, "order")
			at := s.URL() + "/repos/acme/app/actions"
			post := func(path string) (int, []byte) {
				return ask(t, http.MethodPost, at+path, string(order))
			}
			code, text := post("/workflows/deploy.yml/dispatches")
			hold(t, doc, dispatch.Responses[strconv.Itoa(code)], text, "dispatch")
			for path, schema := range map[string]string{
				"/workflows/deploy.yml":      "/workflows/{workflow_id}",
				"/workflows/deploy.yml/runs": "/workflows/{workflow_id}/runs",
				"/runs/1":                    "/runs/{run_id}",
				"/runs/1/jobs":               "/runs/{run_id}/jobs",
			} {
				code, text := ask(t, http.MethodGet, at+path, "")
				hold(t, doc, doc.Paths[base+schema]["get"].Responses[strconv.Itoa(code)], text, path)
			}
			if life.End.Ended() && life.Run == 0 && life.Queue == 0 && !life.Waits {
				continue // nothing to cancel
			}
			code, text = post("/runs/1/cancel")
			hold(t, doc, doc.Paths[base+"/runs/{run_id}/cancel"]["post"].Responses[strconv.Itoa(code)], text, "cancel")
		}
	}
}

// hold checks a text against the schema of its body.
func hold(t *testing.T, doc *openAPI, b body, text []byte, what string) {
	t.Helper()
	content, ok := b.Content["application/json"]
	var v any
	if err := json.Unmarshal(text, &v); err != nil || !ok {
		t.Errorf("%s: no JSON, or none is known: %v\n%s", what, err, text)
		return
	}
	// Who owns the repository, and the commit, are in every answer of GitHub's;
	// nothing of ours reads them.
	if wrong := doc.check(content.Schema, v, what, []string{"repository", "head_repository", "head_commit"}); len(wrong) > 0 {
		t.Errorf("not by the schema:\n%s", strings.Join(wrong, "\n"))
	}
}

func ask(t *testing.T, method, address, text string) (int, []byte) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-GitHub-Api-Version", "2022-11-28")
	resp, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, answer
}
