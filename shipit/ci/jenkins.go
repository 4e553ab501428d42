package ci

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"ship-it.example/shipit"
)

// Job is what a target starts on a Jenkins.
type Job struct {
	Name       string            // with its folders, such as deploy/app
	Branch     string            // of a multibranch project; empty: Name is the job
	Parameters map[string]string // nil: the job takes none
	Launch     string            // the parameter that takes the launch's id; empty: none does
}

// String says what is built.
func (j Job) String() string {
	if j.Branch == "" {
		return fmt.Sprintf("Jenkins job %q", j.Name)
	}
	return fmt.Sprintf("Jenkins job %q, branch %q", j.Name, j.Branch)
}

func (Job) work() {}

// look names the settings that say what is built.
func (j Job) look() string {
	look := fmt.Sprintf("job %q", j.Name)
	if j.Branch != "" {
		look += fmt.Sprintf(" and branch %q", j.Branch)
	}
	return look
}

// TakesParameters tells which of the two addresses starts the job.
func (j Job) TakesParameters() bool { return j.Parameters != nil || j.Launch != "" }

// FullName is the job's name as Jenkins has it, with folders and branch.
func (j Job) FullName() string { return strings.Join(j.names(), "/") }

// names is that name in its pieces: a slash in a branch's name is %2F in its
// job's.
func (j Job) names() []string {
	names := strings.Split(j.Name, "/")
	if j.Branch != "" {
		names = append(names, url.PathEscape(j.Branch))
	}
	return names
}

// Sent is the names of the parameters that go out with a launch.
func (j Job) Sent() []string {
	names := slices.Collect(maps.Keys(j.Parameters))
	if j.Launch != "" {
		names = append(names, j.Launch)
	}
	slices.Sort(names)
	return names
}

// parts is the job's path: a folder is a job too, and what is %2F in a name is
// %252F in the address.
func (j Job) parts(more ...string) []string {
	var parts []string
	for _, name := range j.names() {
		parts = append(parts, "job", url.PathEscape(name))
	}
	return append(parts, more...)
}

// Jenkins is a Jenkins server. Printing one shows no secret.
type Jenkins struct {
	base
	at   func(parts ...string) *url.URL
	jobs []Job
}

var _ server = (*Jenkins)(nil)

// NewJenkins makes the server that s describes, with one job a target, by
// index. Its Password is the user's API token: with that a request needs no
// crumb. It does nothing until it is asked to.
func NewJenkins(s Settings, jobs []Job, opts ...Option) *Jenkins {
	c := newCaller(s, opts)
	c.login = "user and token_file"
	address := s.address()
	return &Jenkins{base: base{c}, jobs: jobs, at: Settings{URL: address}.raw}
}

// Launch implements [shipit.Server]; target is an index into the jobs.
func (j *Jenkins) Launch(ctx, withdraw context.Context, target int, id string) shipit.Outcome {
	job := j.jobs[target]
	return j.caller.launch(ctx, withdraw,
		func(ctx context.Context) *http.Request { return j.request(ctx, job, id) },
		func(a *answer) shipit.Outcome { return j.verdict(a, job) })
}

// request queues the job, without the quiet period in which it could be merged
// with another request: https://www.jenkins.io/doc/book/using/remote-access-api/
func (j *Jenkins) request(ctx context.Context, job Job, id string) *http.Request {
	if !job.TakesParameters() {
		return post(ctx, withQuery(j.at(job.parts("build")...), "delay", "0sec"), "", "")
	}
	form := url.Values{}
	for name, value := range job.Parameters {
		form.Set(name, value)
	}
	if job.Launch != "" {
		form.Set(job.Launch, id)
	}
	to := withQuery(j.at(job.parts("buildWithParameters")...), "delay", "0sec")
	return post(ctx, to, "application/x-www-form-urlencoded", form.Encode())
}

// itemNumber is the number at the end of the address of a queue's item, empty
// if it is none. The rest of that address may be wrong behind a proxy.
func itemNumber(path string) string {
	_, item, ok := strings.Cut(path, "/queue/item/")
	item = strings.TrimSuffix(item, "/")
	if !ok || !digits(item) {
		return ""
	}
	return item
}

// verdict judges the answer: 201 for a new item of the queue, 303 for one that
// was there already with the same parameters. A 302 to the job itself is a
// queue that took nothing, or, from /build alone, one in which the item was
// merged.
func (j *Jenkins) verdict(a *answer, job Job) shipit.Outcome {
	to, err := a.url.Parse(a.header.Get("Location"))
	if err != nil {
		to = new(url.URL)
	}
	item := itemNumber(to.Path)
	said := a.header.Get("X-Error")
	switch {
	case item != "" && a.status == http.StatusSeeOther:
		return j.caller.started(joinedPrefix+item, j.at(job.parts("")...).String())
	case item != "" && (a.status/100 == 2 || a.status == http.StatusFound):
		return j.caller.started(queuePrefix+item, j.at(job.parts("")...).String())
	case a.status/100 == 2:
		return a.notABuild()
	case a.status == http.StatusFound && strings.TrimRight(to.EscapedPath(), "/") == j.at(job.parts()...).EscapedPath():
		if job.TakesParameters() {
			return notStarted("refused (%d): the queue took nothing: look at the server, it may be about to stop", a.status)
		}
		return unknown("not a build (%d): the queue took nothing, or had the job already: look at the server before the next launch", a.status)
	case a.status == http.StatusForbidden && strings.Contains(a.text(), "crumb"):
		return notStarted("not authorised (%d, crumb): put an API token into token_file, not the password", a.status)
	case a.status == http.StatusConflict:
		return notStarted("conflict (%s): the job can't be built: look whether %s is disabled", a.code(said), job.look())
	case a.status == http.StatusBadRequest:
		return notStarted("refused (%s): look at parameters and %s", a.code(said), job.look())
	default:
		return a.refusedJob(said, job.look())
	}
}
