package ci

import (
	"context"
	"slices"
	"strings"
)

// Check implements [shipit.Follower]: the job is there, can be built, and takes
// the parameters that are going to be sent.
func (j *Jenkins) Check(ctx context.Context, target int) error {
	job := j.jobs[target]
	r, err := j.caller.ask(ctx, question{url: j.job(target, "buildable,property[parameterDefinitions[name]]")})
	if err != nil {
		return err
	}
	if !r.isOK() {
		return r.troubleJob(job.look())
	}
	var told struct {
		Class     string `json:"_class"`
		Buildable *bool  `json:"buildable"`
		Property  []struct {
			Definitions []struct {
				Name string `json:"name"`
			} `json:"parameterDefinitions"`
		} `json:"property"`
	}
	if err := r.into(&told, job.look()); err != nil {
		return err
	}
	var known []string
	for _, p := range told.Property {
		for _, d := range p.Definitions {
			known = append(known, d.Name)
		}
	}
	switch {
	case strings.Contains(told.Class, "MultiBranch") && job.Branch == "":
		return lasting("unknown build type: %s is a multibranch project: add the branch", job.look())
	case told.Buildable == nil:
		return lasting("unknown build type: %s is a folder, or else no job: add the name of a job in it", job.look())
	case !*told.Buildable:
		return lasting("conflict: the job can't be built: look whether %s is disabled", job.look())
	}
	return job.checkParameters(known)
}

// checkParameters holds what is going to be sent against what the job takes. A
// Jenkins drops a parameter that it doesn't know without a word.
func (j Job) checkParameters(known []string) error {
	if !j.TakesParameters() {
		if len(known) > 0 {
			return lasting("refused: %s takes parameters: add parameters = {}, or some of %s", j.look(), clean(strings.Join(known, ", ")))
		}
		return nil
	}
	if len(known) == 0 {
		return lasting("refused: %s takes no parameters: take parameters and launch out", j.look())
	}
	for _, name := range j.Sent() {
		if !slices.Contains(known, name) {
			return lasting("refused: %s has no parameter %q: look at parameters and launch", j.look(), name)
		}
	}
	return nil
}
