package citest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// github is GitHub's own server, which answers by the version that is asked
// for, or with [WithoutDetails] an Enterprise server that knows no run's id.
type github struct{}

func (github) asks(r *http.Request) bool {
	return r.Method == http.MethodGet || strings.HasSuffix(r.URL.Path, "/cancel")
}

// githubOrder is the body of a dispatch.
type githubOrder struct {
	Ref     string         `json:"ref"`
	Inputs  map[string]any `json:"inputs"`
	Details *bool          `json:"return_run_details"`
}

// flow is the workflow that a path names, as owner/repo/file, and what stands
// behind actions.
func flow(parts []string) (repo string, rest []string) {
	for i, part := range parts {
		if part == "repos" && len(parts) > i+4 && parts[i+3] == "actions" {
			return parts[i+1] + "/" + parts[i+2], parts[i+4:]
		}
	}
	return "", nil
}

func (g github) order(x *exchange) (job string, no *reply) {
	repo, rest := flow(x.parts())
	var o githubOrder
	version := x.r.Header.Get("X-GitHub-Api-Version")
	if len(rest) != 3 || rest[0] != "workflows" || rest[2] != "dispatches" || !x.s.knows(repo+"/"+rest[1]) {
		return "", g.refuse(http.StatusNotFound, "Not Found")
	}
	switch err := json.Unmarshal([]byte(x.body), &o); {
	case x.r.Header.Get("User-Agent") == "":
		return "", g.refuse(http.StatusForbidden, "Request forbidden by administrative rules. Please make sure your request has a User-Agent header")
	case x.s.plain && version == "2026-03-10":
		return "", g.tooNew()
	case err != nil:
		return "", g.refuse(http.StatusBadRequest, "Problems parsing JSON")
	case o.Ref == "":
		return "", g.refuse(http.StatusUnprocessableEntity, "Invalid request.\n\n\"ref\" wasn't supplied.")
	case len(o.Inputs) > 25:
		return "", g.refuse(http.StatusUnprocessableEntity, "you may only define up to 25 inputs")
	case o.Details != nil && (x.s.plain || version == "2026-03-10"):
		return "", g.refuse(http.StatusUnprocessableEntity, "\"return_run_details\" is not a permitted key.")
	}
	return repo + "/" + rest[1], nil
}

func (github) queued(x *exchange, b build) *reply {
	var o githubOrder
	_ = json.Unmarshal([]byte(x.body), &o) // order did so before
	told := x.r.Header.Get("X-GitHub-Api-Version") == "2026-03-10" || o.Details != nil && *o.Details
	if !told {
		return &reply{code: http.StatusNoContent}
	}
	return jsonReply(http.StatusOK, map[string]any{
		"workflow_run_id": b.n, "run_url": x.s.githubURL(b), "html_url": x.s.githubPage(b),
	})
}

// refuse explains itself as GitHub does.
func (github) refuse(code int, why string) *reply {
	return jsonReply(code, map[string]any{"message": why, "documentation_url": "https://docs.github.com/rest", "status": strconv.Itoa(code)})
}

func (g github) tooNew() *reply {
	return g.refuse(http.StatusBadRequest, "The version of the API is not supported")
}

func (g github) answer(x *exchange) *reply {
	if x.s.plain && x.r.Header.Get("X-GitHub-Api-Version") == "2026-03-10" {
		return g.tooNew()
	}
	repo, rest := flow(x.parts())
	switch {
	case len(rest) == 2 && rest[0] == "workflows" && x.s.knows(repo+"/"+rest[1]):
		return jsonReply(http.StatusOK, x.s.githubFlow(repo, rest[1]))
	case len(rest) == 3 && rest[0] == "workflows" && rest[2] == "runs":
		list := []any{}
		for _, b := range x.s.list(repo + "/" + rest[1]) {
			list = append(list, x.s.githubRun(b))
		}
		return jsonReply(http.StatusOK, map[string]any{"total_count": len(list), "workflow_runs": list})
	case len(rest) >= 2 && rest[0] == "runs":
		return g.run(x, repo, rest)
	}
	return g.refuse(http.StatusNotFound, "Not Found")
}

// run tells of a run or its jobs, or cancels it.
func (g github) run(x *exchange, repo string, rest []string) *reply {
	n, _ := strconv.Atoi(rest[1])
	b, ok := x.s.find(n)
	switch {
	case !ok || !strings.HasPrefix(b.job, repo+"/"):
	case len(rest) == 2:
		return jsonReply(http.StatusOK, x.s.githubRun(b))
	case rest[2] == "jobs":
		return jsonReply(http.StatusOK, githubJobs(x.s, b))
	case rest[2] == "cancel" && x.s.cancel(n, true):
		return jsonReply(http.StatusAccepted, map[string]any{})
	case rest[2] == "cancel":
		return g.refuse(http.StatusConflict, "Cannot cancel a workflow run that is completed")
	}
	return g.refuse(http.StatusNotFound, "Not Found")
}

func (s *Server) githubURL(b build) string {
	repo := b.job[:strings.LastIndexByte(b.job, '/')]
	return fmt.Sprintf("%s/repos/%s/actions/runs/%d", s.URL(), repo, b.n)
}

func (s *Server) githubPage(b build) string {
	repo := b.job[:strings.LastIndexByte(b.job, '/')]
	return fmt.Sprintf("%s/%s/actions/runs/%d", s.URL(), repo, b.n)
}

// githubRun is a run, whose run-name shows every input.
func (s *Server) githubRun(b build) map[string]any {
	now := time.Now()
	var o githubOrder
	_ = json.Unmarshal([]byte(b.text), &o)
	title := fmt.Sprint("Deploy ", o.Inputs)
	status := b.word(now, [5]string{"queued", "in_progress", "completed", "completed", "completed"})
	if b.waits(now) {
		status = "waiting"
	}
	var conclusion any
	if b.stage(now).Ended() {
		conclusion = b.word(now, [5]string{"", "", "success", "failure", "cancelled"})
	}
	return githubRunFields(s, b, title, status, o.Ref, conclusion)
}

// githubJobs is one job of four steps.
func githubJobs(s *Server, b build) map[string]any {
	now := time.Now()
	steps := []any{}
	for i := range 4 {
		step := map[string]any{"name": fmt.Sprintf("step %d", i+1), "number": i + 1, "status": "queued", "conclusion": nil}
		if b.progress(now) >= float64(i+1)/4 || b.stage(now).Ended() {
			step["status"], step["conclusion"] = "completed", "success"
		}
		steps = append(steps, step)
	}
	status := b.word(now, [5]string{"queued", "in_progress", "completed", "completed", "completed"})
	var conclusion any
	if b.stage(now).Ended() {
		conclusion = b.word(now, [5]string{"", "", "success", "failure", "cancelled"})
	}
	return map[string]any{"total_count": 1, "jobs": []any{githubJobFields(s, b, status, conclusion, steps)}}
}
