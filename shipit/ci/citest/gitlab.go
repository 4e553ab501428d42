package citest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// gitlab is a GitLab whose .gitlab-ci.yml shows every variable in
// workflow:name, unless [WithoutNames] hides them.
type gitlab struct{}

func (gitlab) asks(r *http.Request) bool {
	return r.Method == http.MethodGet || strings.HasSuffix(r.URL.Path, "/cancel")
}

// gitlabProject is the project that a path names, and what stands behind it.
func gitlabProject(parts []string) (project string, rest []string) {
	for i, part := range parts {
		if part == "projects" && i > 1 && parts[i-1] == "v4" && i+1 < len(parts) {
			project, _ = url.PathUnescape(parts[i+1])
			return project, parts[i+2:]
		}
	}
	return "", nil
}

// gitlabOrder is what a pipeline is started with, by either way.
type gitlabOrder struct {
	token, ref string
	variables  map[string]string
}

func readGitLabOrder(media, text string) (o gitlabOrder, err error) {
	o.variables = map[string]string{}
	if media == "application/json" {
		var body struct {
			Ref       string `json:"ref"`
			Variables []struct{ Key, Value string }
		}
		err = json.Unmarshal([]byte(text), &body)
		o.ref = body.Ref
		for _, v := range body.Variables {
			o.variables[v.Key] = v.Value
		}
		return o, err
	}
	form, err := url.ParseQuery(text)
	o.ref, o.token = form.Get("ref"), form.Get("token")
	for name := range form {
		if key, ok := strings.CutPrefix(name, "variables["); ok {
			o.variables[strings.TrimSuffix(key, "]")] = form.Get(name)
		}
	}
	return o, err
}

func (g gitlab) order(x *exchange) (job string, no *reply) {
	project, rest := gitlabProject(x.parts())
	path := strings.Join(rest, "/")
	if project == "" || !x.s.knows(project) || path != "pipeline" && path != "trigger/pipeline" {
		return "", g.refuse(http.StatusNotFound, "404 Project Not Found")
	}
	o, err := readGitLabOrder(x.r.Header.Get("Content-Type"), x.body)
	switch {
	case err != nil:
		return "", g.refuse(http.StatusBadRequest, "The request could not be read")
	case path == "trigger/pipeline" && o.token == "":
		return "", g.refuse(http.StatusBadRequest, "token is missing")
	case path == "pipeline" && x.r.Header.Get("PRIVATE-TOKEN") == "":
		return "", g.refuse(http.StatusUnauthorized, "401 Unauthorized")
	case o.ref == "":
		return "", g.refuse(http.StatusBadRequest, "ref is missing")
	}
	return project, nil
}

func (gitlab) queued(x *exchange, b build) *reply {
	return jsonReply(http.StatusCreated, x.s.gitlabPipeline(b))
}

// refuse explains itself as GitLab does.
func (gitlab) refuse(code int, why string) *reply {
	return jsonReply(code, map[string]any{"message": why})
}

func (g gitlab) answer(x *exchange) *reply {
	project, rest := gitlabProject(x.parts())
	switch {
	case x.r.Header.Get("PRIVATE-TOKEN") == "" || project == "" || !x.s.knows(project):
	case len(rest) == 0:
		return jsonReply(http.StatusOK, map[string]any{"id": 1, "path_with_namespace": project})
	case len(rest) == 1 && rest[0] == "pipelines":
		list := []any{}
		for _, b := range x.s.list(project) {
			list = append(list, x.s.gitlabPipeline(b))
		}
		return jsonReply(http.StatusOK, list)
	case len(rest) >= 2 && rest[0] == "pipelines":
		return g.pipeline(x, project, rest)
	}
	return g.refuse(http.StatusNotFound, "404 Project Not Found")
}

// pipeline tells of a pipeline, its jobs or its variables, or cancels it.
func (g gitlab) pipeline(x *exchange, project string, rest []string) *reply {
	n, _ := strconv.Atoi(rest[1])
	b, ok := x.s.find(n)
	switch {
	case !ok || b.job != project:
	case len(rest) == 2:
		return jsonReply(http.StatusOK, x.s.gitlabPipeline(b))
	case rest[2] == "jobs":
		return jsonReply(http.StatusOK, gitlabJobs(b))
	case rest[2] == "variables":
		list := []any{}
		for key, value := range b.gitlabOrder().variables {
			list = append(list, map[string]any{"variable_type": "env_var", "key": key, "value": value})
		}
		return jsonReply(http.StatusOK, list)
	case rest[2] == "cancel":
		x.s.cancel(n, true) // always 200
		b, _ = x.s.find(n)
		return jsonReply(http.StatusOK, x.s.gitlabPipeline(b))
	}
	return g.refuse(http.StatusNotFound, "404 Not found")
}

func (b build) gitlabOrder() gitlabOrder {
	media := "application/x-www-form-urlencoded"
	if strings.HasPrefix(b.text, "{") {
		media = "application/json"
	}
	o, _ := readGitLabOrder(media, b.text) // it was read before
	return o
}

// gitlabPipeline is a pipeline: https://docs.gitlab.com/api/pipelines/
func (s *Server) gitlabPipeline(b build) map[string]any {
	now := time.Now()
	status := b.word(now, [5]string{"pending", "running", "success", "failed", "canceled"})
	if b.waits(now) {
		status = "manual"
	}
	o := b.gitlabOrder()
	var name any
	if !s.plain {
		name = fmt.Sprint("Deploy ", o.variables)
	}
	return map[string]any{
		"id": b.n, "iid": b.n, "project_id": 1, "ref": o.ref, "status": status, "name": name,
		"web_url":         fmt.Sprintf("%s/%s/-/pipelines/%d", s.URL(), b.job, b.n),
		"detailed_status": map[string]any{"text": status},
	}
}

// gitlabJobs is four jobs, one after the other.
func gitlabJobs(b build) []any {
	now, jobs := time.Now(), []any{}
	for i := range 4 {
		status := "created"
		if b.progress(now) >= float64(i+1)/4 || b.stage(now).Ended() {
			status = "success"
		}
		jobs = append(jobs, map[string]any{"id": i + 1, "status": status})
	}
	return jobs
}
