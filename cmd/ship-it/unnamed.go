package main

import (
	"context"

	"ship-it.example/shipit"
	"ship-it.example/shipit/ci"
)

// unnamed is the server of a rig, with a warning for a launch whose build it
// didn't name and that can't be found either: it isn't followed, though that was
// asked for.
type unnamed struct {
	shipit.Server
	rig *rig
}

// Launch implements [shipit.Server].
func (u unnamed) Launch(ctx, withdraw context.Context, target int, id string) shipit.Outcome {
	outcome := u.Server.Launch(ctx, withdraw, target, id)
	t, can := u.rig.config.Targets[target], u.rig.follower.Can(target)
	if outcome.Verdict == shipit.Started && outcome.Build == "" && t.Follow && can.Look && !can.Find {
		remedy := "look at build and find in its webhook's section"
		if _, ok := t.Work.(ci.Workflow); ok {
			remedy = "give the target launch, and show that input in run-name"
		}
		u.rig.log.Warn("The build of " + t.Name + " isn't followed: the server didn't name it: " + remedy)
	}
	return outcome
}
