package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"ship-it.example/shipit"
)

// lookFirst refuses a launch after one of which nobody knows whether it has
// started a build, as the box does; it is told once, with what the server says
// of it, and the next is taken.
func (r *rig) lookFirst(ctx context.Context, open []shipit.Record) error {
	var err error
	for _, o := range open {
		if o.Answer == shipit.Started.String() {
			continue
		}
		err = fmt.Errorf("refused: look at the server first: %s; a launch after this is taken", r.seek(ctx, o))
		r.records.Close(shipit.Record{Time: time.Now(), Kind: shipit.KindRefusal, Target: o.Target, What: "launch", Refusal: "look at the server first"})
	}
	return err
}

// seek asks the server, where it can tell, what became of an unanswered launch,
// keeps that in the journal, and says it. A build that is found stays open
// there: the box goes on with it.
func (r *rig) seek(ctx context.Context, o shipit.Record) string {
	launch := fmt.Sprintf("the launch of %s at %s (%s)", o.Target, o.Time.Local().Format(time.DateTime), o.ID)
	sight, err := shipit.Sight{}, shipit.ErrCannot
	if r.config.Targets[0].Follow && r.follower.Can(0).Find {
		sight, err = r.follower.Find(ctx, 0, o.ID, o.Time)
	}
	if err == nil {
		o.Answer, o.Build, o.URL = shipit.Started.String(), sight.Build, cmp.Or(sight.URL, o.URL)
		r.records.Update(o)
		return strings.TrimSpace(launch + " has started a build after all: " + sight.Build + " " + o.URL)
	}
	o.Answer, o.Outcome = shipit.Unknown.String(), shipit.OutcomeUnknown
	o.Reason = cmp.Or(o.Reason, "cut off: the box was ended before the answer")
	r.records.Close(o)
	switch {
	case errors.Is(err, shipit.ErrNoBuild):
		return "the server shows no build of " + launch + ", which it has not answered"
	case errors.Is(err, shipit.ErrCannot):
		return "nobody knows whether " + launch + " has started a build"
	}
	return "nobody knows whether " + launch + " has started a build, and the server doesn't tell: " + err.Error()
}
