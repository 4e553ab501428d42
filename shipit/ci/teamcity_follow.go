package ci

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"ship-it.example/shipit"
)

// taskPrefix stands before the number of a build that TeamCity 8.1 has queued:
// a task's number, and no build's. There the two are counted apart.
const taskPrefix = "taskId:"

// teamcityFields is what is read of a build:
// https://www.jetbrains.com/help/teamcity/rest/build.html
const teamcityFields = "id,taskId,state,status,statusText,webUrl,percentageComplete,failedToStart,waitReason," +
	"running-info(percentageComplete),canceledInfo(timestamp),comment(text)"

// teamcityBuild is a build as TeamCity describes it in JSON. Percentages came
// in running-info first, and later in the build itself.
type teamcityBuild struct {
	ID            number `json:"id"`
	TaskID        number `json:"taskId"`
	State         string `json:"state"`
	Status        string `json:"status"`
	StatusText    string `json:"statusText"`
	WaitReason    string `json:"waitReason"`
	WebURL        string `json:"webUrl"`
	Percent       *int   `json:"percentageComplete"`
	FailedToStart bool   `json:"failedToStart"`
	Running       struct {
		Percent *int `json:"percentageComplete"`
	} `json:"running-info"`
	Canceled *struct{} `json:"canceledInfo"`
	Comment  struct {
		Text string `json:"text"`
	} `json:"comment"`
}

// Can implements [shipit.Follower].
func (t *TeamCity) Can(int) shipit.Abilities {
	return shipit.Abilities{Look: true, Find: true, Cancel: true, Check: true}
}

// Look implements [shipit.Follower]. A queued build is found among the builds
// by newer servers only, and a task of 8.1 never until it has begun; a build
// that begins between the two questions is asked for again.
func (t *TeamCity) Look(ctx context.Context, target int, build string) (shipit.Sight, error) {
	locator := teamcityLocator(build)
	for _, place := range []string{"builds/", "buildQueue/", "builds/"} {
		r, err := t.caller.ask(ctx, question{url: t.at(place+locator, "fields", teamcityFields)})
		if err != nil {
			return shipit.Sight{}, err
		}
		if r.status == http.StatusNotFound {
			continue
		}
		var b teamcityBuild
		if err := r.into(&b, t.builds[target].look()); err != nil {
			return shipit.Sight{}, err
		}
		return t.sight(b, build), nil
	}
	return lost(build), nil
}

// teamcityLocator names a build to TeamCity.
func teamcityLocator(build string) string {
	if strings.HasPrefix(build, taskPrefix) {
		return build
	}
	return "id:" + url.PathEscape(build)
}

// at is the address of a resource, with a query of names and values.
func (t *TeamCity) at(path string, query ...string) *url.URL {
	return withQuery(t.rest.JoinPath(path), query...)
}

// sight is what a build's description means. A running build that fails
// already is running still.
func (t *TeamCity) sight(b teamcityBuild, build string) shipit.Sight {
	s := shipit.Sight{
		Stage: shipit.StageRunning, Build: build, URL: page(b.WebURL, t.caller.leaks),
		Progress: -1, Word: t.caller.word(b.StatusText),
	}
	switch {
	case b.State == "queued":
		s.Stage, s.Word = shipit.StageQueued, t.caller.word(b.WaitReason)
	case b.State == "deleted", b.State == "unknown":
		s.Stage = shipit.StageLost
	case b.State == "finished" && (b.Canceled != nil || b.Status == "UNKNOWN"):
		s.Stage = shipit.StageCancelled
	case b.State == "finished" && b.Status == "SUCCESS" && !b.FailedToStart:
		s.Stage = shipit.StagePassed
	case b.State == "finished":
		s.Stage = shipit.StageFailed
	case b.Percent != nil:
		s.Progress = share(*b.Percent, 100)
	case b.Running.Percent != nil:
		s.Progress = share(*b.Running.Percent, 100)
	}
	return s
}

// Find implements [shipit.Follower]: the id stands in the build's comment. The
// queue is read first, so that a build that begins meanwhile isn't missed.
func (t *TeamCity) Find(ctx context.Context, target int, launch string, _ time.Time) (shipit.Sight, error) {
	const whatever = ",running:any,canceled:any,failedToStart:any,personal:any,branch:(default:any),count:100"
	kind := "buildType:(id:(" + t.builds[target].Type + "))"
	for _, list := range [][2]string{{"buildQueue", kind}, {"builds", kind + whatever}} {
		r, err := t.caller.ask(ctx, question{url: t.at(list[0], "locator", list[1], "fields", "build("+teamcityFields+")")})
		if err != nil {
			return shipit.Sight{}, err
		}
		var found struct {
			Builds []teamcityBuild `json:"build"`
		}
		if err := r.into(&found, t.builds[target].look()); err != nil {
			return shipit.Sight{}, err
		}
		for _, b := range found.Builds {
			if strings.Contains(b.Comment.Text, launch) {
				return t.sight(b, b.name()), nil
			}
		}
	}
	return shipit.Sight{}, shipit.ErrNoBuild
}

// name is the build's name for Look.
func (b teamcityBuild) name() string {
	return (&queued{id: string(b.ID), taskID: string(b.TaskID)}).name()
}

// Cancel implements [shipit.Follower]: a build that has begun is left alone.
// https://www.jetbrains.com/help/teamcity/rest/start-and-cancel-builds.html
func (t *TeamCity) Cancel(ctx context.Context, target int, build string) error {
	r, err := t.caller.ask(ctx, question{
		method: http.MethodPost, url: t.at("buildQueue/" + teamcityLocator(build)),
		header: http.Header{"Content-Type": {"application/json"}},
		body:   `{"comment":"called off by ship-it","readdIntoQueue":false}`, acts: true,
	})
	switch {
	case err != nil || r.isOK():
		return err
	case r.status == http.StatusNotFound:
		return lasting("conflict: the build is queued no more: stop it on the server")
	}
	return r.trouble(t.builds[target].look())
}

// Check implements [shipit.Follower].
func (t *TeamCity) Check(ctx context.Context, target int) error {
	b := t.builds[target]
	r, err := t.caller.ask(ctx, question{url: t.at("buildTypes/id:"+url.PathEscape(b.Type), "fields", "id")})
	switch {
	case err != nil:
		return err
	case !r.isOK():
		return r.troubleJob(b.job())
	}
	var told struct {
		ID string `json:"id"`
	}
	return r.names(&told, &told.ID, b.job())
}
