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
// started a build, as the box does, with what the server says of it. It is told
// once, and the next launch is taken; but as long as the server could not be
// asked there is nothing to be taken note of, and the refusal stays.
func (r *rig) lookFirst(ctx context.Context, open []shipit.Record) error {
	var told []string
	for _, o := range open {
		if o.Answer != shipit.Started.String() {
			told = append(told, r.seek(ctx, o))
		}
	}
	if len(told) == 0 {
		return nil
	}
	const refusal = "look at the server first"
	r.records.Close(shipit.Record{Time: time.Now(), Kind: shipit.KindRefusal, Target: open[0].Target, What: "launch", Refusal: refusal})
	return errors.New("refused: " + refusal + ": " + strings.Join(told, "; "))
}

// seek asks the server, where it can tell, what became of an unanswered launch,
// keeps that in the journal, and says it. A build that is found stays open
// there, and so does a launch of which the server may still tell: the box, or the
// next launch, goes on with it.
func (r *rig) seek(ctx context.Context, o shipit.Record) string {
	const next = "; a launch after this is taken"
	launch := fmt.Sprintf("the launch of %s at %s (%s)", o.Target, o.Time.Local().Format(time.DateTime), o.ID)
	sight, err := shipit.Sight{}, shipit.ErrCannot
	if r.config.Targets[0].Follow && r.follower.Can(0).Find {
		sight, err = r.follower.Find(ctx, 0, o.ID, o.Time)
	}
	if err == nil {
		o.Answer, o.Build, o.URL = shipit.Started.String(), sight.Build, cmp.Or(sight.URL, o.URL)
		r.records.Update(o)
		return strings.TrimSpace(launch+" has started a build after all: "+sight.Build+" "+o.URL) + next
	}
	ask, asked := errors.AsType[*shipit.AskError](err)
	if ctx.Err() != nil || asked && !ask.Lasting {
		return "nobody knows whether " + launch + " has started a build, and the server doesn't tell: " + err.Error() + "; a launch is taken once it does"
	}
	o.Answer, o.Outcome = shipit.Unknown.String(), shipit.OutcomeUnknown
	o.Reason = cmp.Or(o.Reason, "cut off: the box was ended before the answer")
	r.records.Close(o)
	switch {
	case errors.Is(err, shipit.ErrNoBuild):
		return "the server shows no build of " + launch + ", which it has not answered" + next
	case errors.Is(err, shipit.ErrCannot):
		return "nobody knows whether " + launch + " has started a build" + next
	}
	return "nobody knows whether " + launch + " has started a build, and the server doesn't tell: " + err.Error() + next
}
