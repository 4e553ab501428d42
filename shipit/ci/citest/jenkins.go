package citest

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"ship-it.example/shipit"
)

// jenkins is a Jenkins. Every job of it takes whatever parameters it is given;
// [WithParameters] makes it know some and no others.
type jenkins struct{}

// takes is the parameters of a job; nil: any.
func (s *Server) takes(job string) []string {
	if names, ok := s.parameters[job]; ok {
		return names
	}
	return s.parameters[""]
}

// queueMemory is how long an item is known after it left the queue.
const queueMemory = 5 * time.Minute

func (jenkins) asks(r *http.Request) bool {
	return r.Method == http.MethodGet || strings.HasSuffix(r.URL.Path, "/queue/cancelItem")
}

// jenkinsJob is the full name of the job that a path speaks of, and what stands
// behind it.
func jenkinsJob(parts []string) (name string, rest []string) {
	at := slices.Index(parts, "job")
	if at < 0 {
		return "", parts
	}
	var names []string
	for ; at+1 < len(parts) && parts[at] == "job"; at += 2 {
		name, _ := url.PathUnescape(parts[at+1])
		names = append(names, name)
	}
	return strings.Join(names, "/"), parts[at:]
}

func (j jenkins) order(x *exchange) (job string, no *reply) {
	job, rest := jenkinsJob(x.parts())
	form, _ := url.ParseQuery(x.body)
	form.Del("delay")
	with := len(rest) == 1 && rest[0] == "buildWithParameters"
	switch {
	case job == "" || !x.s.knows(job) || len(rest) != 1 || !with && rest[0] != "build":
		return "", j.refuse(http.StatusNotFound, "Not Found")
	case x.r.Method != http.MethodPost:
		return "", j.refuse(http.StatusMethodNotAllowed, "Form has to be submitted via POST")
	case with && x.s.takes(job) != nil && len(x.s.takes(job)) == 0:
		return "", j.refuse(http.StatusBadRequest, "Job is not parameterized")
	case x.s.full:
		return "", &reply{code: http.StatusFound, to: "."}
	}
	return job, nil
}

// queued answers with the item's address alone. buildWithParameters says 303 if
// the order joined another one; build says 201 then too, or 302 to the job if
// that takes parameters.
func (jenkins) queued(x *exchange, b build) *reply {
	code := http.StatusCreated
	switch with := strings.HasSuffix(x.r.URL.Path, "WithParameters"); {
	case b.joined && with:
		code = http.StatusSeeOther
	case b.joined && len(x.s.takes(b.job)) > 0:
		return &reply{code: http.StatusFound, to: "."}
	}
	return &reply{code: code, to: fmt.Sprintf("http://behind-a-proxy.example/queue/item/%d/", b.n)}
}

func (jenkins) refuse(code int, why string) *reply {
	return &reply{code: code, media: "text/html;charset=utf-8", body: fmt.Appendf(nil,
		"<html><head><title>Error %d %s</title></head><body><h2>HTTP ERROR %d %s</h2></body></html>", code, why, code, why)}
}

func (j jenkins) answer(x *exchange) *reply {
	parts := x.parts()
	job, rest := jenkinsJob(parts)
	if i := slices.Index(parts, "queue"); i >= 0 && job == "" {
		return j.queue(x, parts[i+1:])
	}
	if job == "" && strings.HasSuffix(x.r.URL.Path, "/crumbIssuer/api/json") { // who signs in by a token needs none
		return jsonReply(http.StatusOK, map[string]any{"crumb": "1", "crumbRequestField": "Jenkins-Crumb"})
	}
	if !x.s.knows(job) || len(rest) < 2 {
		return j.refuse(http.StatusNotFound, "Not Found")
	}
	if len(rest) == 2 {
		return j.job(x, job)
	}
	n, _ := strconv.Atoi(rest[0])
	b, ok := x.s.find(n)
	if !ok || b.job != job || b.stage(time.Now()) == shipit.StageQueued {
		return j.refuse(http.StatusNotFound, "Not Found")
	}
	return jsonReply(http.StatusOK, x.s.jenkinsBuild(b))
}

// job describes a job with the builds that have begun.
func (jenkins) job(x *exchange, job string) *reply {
	builds := []any{}
	for _, b := range x.s.list(job) {
		if b.stage(time.Now()) != shipit.StageQueued && !neverBegan(b) {
			builds = append(builds, x.s.jenkinsBuild(b))
		}
	}
	told := map[string]any{
		"_class": "hudson.model.FreeStyleProject", "name": job[strings.LastIndexByte(job, '/')+1:], "fullName": job, "buildable": !x.s.disabled,
		"url": x.s.URL() + "/job/" + strings.ReplaceAll(job, "/", "/job/") + "/", "builds": builds,
	}
	var definitions []any
	for _, name := range x.s.takes(job) {
		definitions = append(definitions, map[string]any{"name": name})
	}
	if definitions != nil {
		told["property"] = []any{map[string]any{}, map[string]any{"parameterDefinitions": definitions}}
	}
	return jsonReply(http.StatusOK, told)
}

// neverBegan tells of a build that was cancelled in the queue.
func neverBegan(b build) bool { return b.cancelled && b.life.Queue > 0 }

// queue tells of the queue or of an item, or cancels one.
func (j jenkins) queue(x *exchange, rest []string) *reply {
	switch {
	case len(rest) == 1 && rest[0] == "cancelItem":
		return j.cancel(x)
	case len(rest) == 2 && rest[0] == "api":
		items := []any{}
		for _, b := range x.s.list("") {
			if b.stage(time.Now()) == shipit.StageQueued {
				items = append(items, x.s.jenkinsItem(b))
			}
		}
		return jsonReply(http.StatusOK, map[string]any{"_class": "hudson.model.Queue", "items": items})
	case len(rest) == 4 && rest[0] == "item":
		n, _ := strconv.Atoi(rest[1])
		b, ok := x.s.find(n)
		if ok && isItem(b) {
			return jsonReply(http.StatusOK, x.s.jenkinsItem(b))
		}
	}
	return j.refuse(http.StatusNotFound, "Not Found")
}

// isItem tells whether the queue knows a build, which may have left it.
func isItem(b build) bool {
	return b.stage(time.Now()) == shipit.StageQueued || time.Since(b.began()) <= queueMemory
}

// cancel takes an item out of the queue. What has left it can't be taken out,
// which is an error of the server's while it knows the item.
func (j jenkins) cancel(x *exchange) *reply {
	n, _ := strconv.Atoi(x.r.URL.Query().Get("id"))
	b, ok := x.s.find(n)
	switch {
	case !ok || !isItem(b):
		return j.refuse(http.StatusNotFound, fmt.Sprintf("Provided id (%d) not found", n))
	case !x.s.cancel(n, false):
		return j.refuse(http.StatusInternalServerError, fmt.Sprintf("Could not cancel run for id %d", n))
	}
	return &reply{code: http.StatusNoContent}
}

// jenkinsItem is an item of the queue, or one that has left it.
func (s *Server) jenkinsItem(b build) map[string]any {
	told := map[string]any{
		"_class": "hudson.model.Queue$LeftItem", "id": b.n, "actions": parameters(b),
		"task": map[string]any{"name": b.job}, "url": fmt.Sprintf("queue/item/%d/", b.n),
	}
	switch {
	case b.stage(time.Now()) == shipit.StageQueued:
		told["_class"], told["why"] = "hudson.model.Queue$BuildableItem", "Waiting for next available executor"
	case neverBegan(b):
		told["cancelled"] = true
	default:
		told["cancelled"] = false
		told["executable"] = map[string]any{"number": b.n, "url": s.jenkinsPage(b)}
	}
	return told
}

func (s *Server) jenkinsPage(b build) string {
	return fmt.Sprintf("%s/job/%s/%d/", s.URL(), strings.ReplaceAll(b.job, "/", "/job/"), b.n)
}

// jenkinsBuild is a build that has begun.
func (s *Server) jenkinsBuild(b build) map[string]any {
	now := time.Now()
	told := map[string]any{
		"_class": "hudson.model.FreeStyleBuild", "number": b.n, "id": strconv.Itoa(b.n), "queueId": b.n, "url": s.jenkinsPage(b),
		"building": b.stage(now) == shipit.StageRunning, "result": nil,
		"timestamp": b.began().UnixMilli(), "duration": 0, "estimatedDuration": b.life.Run.Milliseconds(),
		"displayName": fmt.Sprintf("#%d", b.n), "actions": parameters(b),
	}
	if word := b.word(now, [5]string{"", "", "SUCCESS", "FAILURE", "ABORTED"}); word != "" {
		told["result"] = word
	}
	return told
}

// parameters is a build's order as its actions show it.
func parameters(b build) []any {
	form, _ := url.ParseQuery(b.text)
	list := []any{}
	for name := range form {
		list = append(list, map[string]any{"name": name, "value": form.Get(name)})
	}
	return []any{map[string]any{"_class": "hudson.model.ParametersAction", "parameters": list}, map[string]any{}}
}
