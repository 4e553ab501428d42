package doctor

import (
	"context"
	"errors"
	"strings"
	"sync"

	"ship-it.example/shipit"
)

// servers asks each target's server whether it would take a launch, which reads
// there and starts nothing. They are asked side by side: one that does not
// answer takes its whole time-out.
func (v *visit) servers(ctx context.Context) error {
	if v.Server == nil {
		v.skip("", "left out: without its secrets no server can be asked", "")
		return nil
	}
	answers := make([]answer, len(v.Targets))
	var asking sync.WaitGroup
	for i := range v.Targets {
		asking.Go(func() {
			err := shipit.Guard(func() error { answers[i] = v.ask(ctx, i); return nil })
			if err != nil {
				answers[i].err = err
			}
		})
	}
	asking.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	for i, a := range answers {
		about := "target " + v.Targets[i]
		if a.err != nil {
			text, remedy := advice(a.err.Error())
			v.bad(about, text, remedy)
			continue
		}
		v.ok(about, a.words)
	}
	return nil
}

// answer is what a server said, or why it didn't.
type answer struct {
	words string
	err   error
}

// ask asks one target's server. Where it can't be asked, it is dialled.
func (v *visit) ask(ctx context.Context, target int) answer {
	if v.Server.Can(target).Check {
		err := v.Server.Check(ctx, target)
		if !errors.Is(err, shipit.ErrCannot) {
			return answer{"its server would take a launch", err}
		}
	}
	dialling, stop := context.WithCancel(ctx)
	defer stop()
	var reached error
	v.Server.Warm(dialling, target, func(err error) {
		if dialling.Err() == nil {
			reached = err
			stop()
		}
	})
	return answer{"its server is reached; whether it would take a launch can't be asked", reached}
}

// advice is a reason, and what to do about it: what the reason itself says to
// look at, or what goes with the word that it begins with.
func advice(reason string) (text, remedy string) {
	if at := strings.LastIndex(reason, ": look at "); at > 0 {
		return reason[:at], reason[at+len(": "):]
	}
	for _, r := range []struct{ word, remedy string }{
		{"unreachable", "look at url, at the network, and whether the server runs"},
		{"certificate", "set the clock, or name the server's authority in ca_file"},
		{"redirected", "put the address into url where it leads to"},
		{"not authorised", "make a new token, or give its user the right to run the build"},
		{"unknown build type", "correct the target: the server does not know its build, or hides it from this user"},
		{"conflict", "look at the build on the server: it may be disabled or paused"},
	} {
		if strings.HasPrefix(reason, r.word) {
			return reason, r.remedy
		}
	}
	return reason, "look at the server, and at the target in the configuration"
}
