package ci

import (
	"context"
	"errors"
	"slices"
	"time"

	"ship-it.example/shipit"
)

// Cancel implements [shipit.Follower].
func (w *Webhook) Cancel(ctx context.Context, target int, build string) error {
	call := w.calls[target]
	if w.hook.Cancel == nil {
		return shipit.ErrCannot
	}
	if err := w.isOurs(ctx, target, build); err != nil {
		return err
	}
	q := w.question(*w.hook.Cancel, call.values("build", build, "launch", build))
	q.acts = true
	r, err := w.caller.ask(ctx, q)
	if err != nil || r.isOK() {
		return err
	}
	return r.trouble(call.look())
}

// isOurs looks whether what a request that names no build would cancel is the
// build, where the hook can tell. The server may need a moment to show it.
func (w *Webhook) isOurs(ctx context.Context, target int, build string) error {
	a, l := w.hook.Cancel, w.hook.Look
	if l == nil || l.Launch == "" || a.names("build", "launch") {
		return nil
	}
	for try := 1; ; try++ {
		s, err := w.lookFor(ctx, target, build)
		switch {
		case errors.Is(err, shipit.ErrNoBuild) && try < 3 && pause(ctx, 400*time.Millisecond) == nil:
		case errors.Is(err, shipit.ErrNoBuild):
			return lasting("conflict: the server shows another build in the place of this one: look there")
		case err == nil && s.Stage.Ended():
			return lasting("conflict: the build is over: look at the server")
		default:
			return err
		}
	}
}

// names tells whether a request has a place of one of the names.
func (a Ask) names(some ...string) bool {
	return slices.ContainsFunc(append(a.Path.Names(), a.Body.Names()...), func(name string) bool { return slices.Contains(some, name) })
}
