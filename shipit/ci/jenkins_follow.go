package ci

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"ship-it.example/shipit"
)

// What stands before the number of an item of the queue: of one of our own, and
// of one that was there before, which may be somebody else's. Once the item is a
// build, the build's number is its name.
const (
	queuePrefix  = "queue:"
	joinedPrefix = "joined:"
)

// What is read of an item and of a build.
const (
	jenkinsItemTree  = "id,cancelled,why,executable[number],actions[parameters[name,value]]"
	jenkinsBuildTree = "building,result,number,url,timestamp,estimatedDuration,queueId,actions[parameters[name,value]]"
)

// jenkinsActions hold the parameters of an item and of a build.
type jenkinsActions []struct {
	Parameters []struct {
		Name  string `json:"name"`
		Value any    `json:"value"`
	} `json:"parameters"`
}

// hold tells whether a parameter has that value.
func (actions jenkinsActions) hold(name, value string) bool {
	for _, a := range actions {
		for _, p := range a.Parameters {
			if p.Name == name && p.Value == value {
				return true
			}
		}
	}
	return false
}

// jenkinsItem is an item of the queue, kept for five minutes after it left it.
type jenkinsItem struct {
	ID         number         `json:"id"`
	Cancelled  bool           `json:"cancelled"`
	Why        string         `json:"why"`
	Executable *jenkinsBuild  `json:"executable"`
	Actions    jenkinsActions `json:"actions"`
}

// jenkinsBuild is a build. Times are in milliseconds, an estimate of -1 is none.
type jenkinsBuild struct {
	Number    number         `json:"number"`
	URL       string         `json:"url"`
	Building  bool           `json:"building"`
	Result    string         `json:"result"`
	Timestamp int64          `json:"timestamp"`
	Estimate  int64          `json:"estimatedDuration"`
	QueueID   number         `json:"queueId"`
	Actions   jenkinsActions `json:"actions"`
}

// Can implements [shipit.Follower]. Only a parameter can carry the launch's id.
func (j *Jenkins) Can(target int) shipit.Abilities {
	return shipit.Abilities{Look: true, Find: j.jobs[target].Launch != "", Cancel: true, Check: true}
}

// Look implements [shipit.Follower].
func (j *Jenkins) Look(ctx context.Context, target int, build string) (shipit.Sight, error) {
	if prefix, item, ok := strings.Cut(build, ":"); ok {
		return j.lookAtItem(ctx, target, prefix+":", item)
	}
	var b jenkinsBuild
	r, err := j.caller.ask(ctx, question{url: j.job(target, jenkinsBuildTree, url.PathEscape(build))})
	switch {
	case err != nil:
		return shipit.Sight{}, err
	case r.status == http.StatusNotFound:
		return lost(build), nil
	}
	if err := r.into(&b, j.jobs[target].look()); err != nil {
		return shipit.Sight{}, err
	}
	b.Number = number(build)
	return j.sight(b, r.date()), nil
}

// job is the address of what the server tells of a job, or of a part of it.
func (j *Jenkins) job(target int, tree string, parts ...string) *url.URL {
	parts = append(j.jobs[target].parts(parts...), "api", "json")
	return withQuery(j.at(parts...), "tree", tree)
}

// lookAtItem follows an item of the queue to its build. It may be unknown for a
// second or two after the launch, and again five minutes after it began: then
// the build still tells its number.
func (j *Jenkins) lookAtItem(ctx context.Context, target int, prefix, item string) (shipit.Sight, error) {
	for range 3 {
		r, err := j.caller.ask(ctx, question{url: withQuery(j.at("queue", "item", item, "api", "json"), "tree", jenkinsItemTree)})
		if err != nil {
			return shipit.Sight{}, err
		}
		if r.status != http.StatusNotFound {
			return j.sightOfItem(ctx, target, prefix+item, r)
		}
		builds, now, err := j.builds(ctx, target)
		if err != nil {
			return shipit.Sight{}, err
		}
		if i := slices.IndexFunc(builds, func(b jenkinsBuild) bool { return string(b.QueueID) == item }); i >= 0 {
			return j.sight(builds[i], now), nil
		}
		if err := pause(ctx, time.Second); err != nil {
			return shipit.Sight{}, err
		}
	}
	return lost(prefix + item), nil
}

// sightOfItem is what the server's description of an item means.
func (j *Jenkins) sightOfItem(ctx context.Context, target int, name string, r *reply) (shipit.Sight, error) {
	var it jenkinsItem
	if err := r.into(&it, "url"); err != nil {
		return shipit.Sight{}, err
	}
	s := shipit.Sight{Stage: shipit.StageQueued, Build: name, Progress: -1, Word: j.caller.word(it.Why)}
	switch {
	case it.Cancelled:
		s.Stage = shipit.StageCancelled
	case it.Executable != nil && it.Executable.Number != "":
		return j.Look(ctx, target, string(it.Executable.Number))
	}
	return s, nil
}

// sight is what a build's description means. A pipeline may have a result while
// it is building.
func (j *Jenkins) sight(b jenkinsBuild, now time.Time) shipit.Sight {
	s := shipit.Sight{
		Stage: shipit.StageRunning, Build: string(b.Number), URL: page(b.URL, j.caller.leaks), Progress: -1,
		Word: j.caller.word(strings.ToLower(strings.ReplaceAll(b.Result, "_", " "))),
	}
	if b.Building {
		if b.Estimate > 0 {
			s.Progress = share(int(now.UnixMilli()-b.Timestamp), int(b.Estimate))
		}
		return s
	}
	switch b.Result {
	case "SUCCESS":
		s.Stage = shipit.StagePassed
	case "UNSTABLE", "FAILURE", "NOT_BUILT":
		s.Stage = shipit.StageFailed
	case "ABORTED":
		s.Stage = shipit.StageCancelled
	}
	return s
}

// builds is the job's latest builds, and the server's own time.
func (j *Jenkins) builds(ctx context.Context, target int) ([]jenkinsBuild, time.Time, error) {
	r, err := j.caller.ask(ctx, question{url: j.job(target, "builds["+jenkinsBuildTree+"]{0,30}")})
	if err != nil {
		return nil, time.Time{}, err
	}
	var list struct {
		Builds []jenkinsBuild `json:"builds"`
	}
	if !r.isOK() {
		return nil, time.Time{}, r.troubleJob(j.jobs[target].look())
	}
	err = r.into(&list, "")
	return list.Builds, r.date(), err
}

// Find implements [shipit.Follower]: the id is the value of a parameter. The
// queue is read first, so that an item that begins meanwhile isn't missed.
func (j *Jenkins) Find(ctx context.Context, target int, launch string, _ time.Time) (shipit.Sight, error) {
	name := j.jobs[target].Launch
	if name == "" {
		return shipit.Sight{}, shipit.ErrCannot
	}
	r, err := j.caller.ask(ctx, question{url: withQuery(j.at("queue", "api", "json"), "tree", "items["+jenkinsItemTree+"]")})
	if err != nil {
		return shipit.Sight{}, err
	}
	var queue struct {
		Items []jenkinsItem `json:"items"`
	}
	if err := r.into(&queue, "url"); err != nil {
		return shipit.Sight{}, err
	}
	for _, it := range queue.Items {
		if it.Actions.hold(name, launch) {
			return shipit.Sight{Stage: shipit.StageQueued, Build: queuePrefix + string(it.ID), Progress: -1, Word: j.caller.word(it.Why)}, nil
		}
	}
	builds, now, err := j.builds(ctx, target)
	if err != nil {
		return shipit.Sight{}, err
	}
	for _, b := range builds {
		if b.Actions.hold(name, launch) {
			return j.sight(b, now), nil
		}
	}
	return shipit.Sight{}, shipit.ErrNoBuild
}

// Cancel implements [shipit.Follower]: a build that has begun is left alone.
func (j *Jenkins) Cancel(ctx context.Context, target int, build string) error {
	item, queued := strings.CutPrefix(build, queuePrefix)
	switch {
	case strings.HasPrefix(build, joinedPrefix):
		return lasting("conflict: the queue had the job already, and somebody else may want it: stop it on the server")
	case !queued:
		return lasting("conflict: the build has begun: stop it on the server")
	}
	r, err := j.caller.ask(ctx, question{method: http.MethodPost, url: withQuery(j.at("queue", "cancelItem"), "id", item), acts: true})
	switch {
	case err != nil || r.isOK() || r.status == http.StatusFound || r.status == http.StatusSeeOther:
		return err // before 2.377 or so it sent people on to another page
	case r.hasLeft():
		return lasting("conflict: the job is queued no more: stop it on the server")
	}
	return r.trouble(j.jobs[target].look())
}

// hasLeft tells whether the answer to a cancel means an item that is in the queue
// no more. For five minutes the server still knows it, and calls that an error of
// its own (Queue.doCancelItem).
func (r *reply) hasLeft() bool {
	return r.status == http.StatusNotFound ||
		r.status == http.StatusInternalServerError && strings.Contains(string(r.text), "Could not cancel")
}

// date is the time at the server, as far as it tells.
func (r *reply) date() time.Time {
	if at, err := http.ParseTime(r.header.Get("Date")); err == nil {
		return at
	}
	return time.Now()
}
