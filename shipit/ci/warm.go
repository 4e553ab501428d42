package ci

import (
	"context"
	"time"
)

// warm keeps a connection at hand until ctx ends; see [shipit.Server]. A
// second call waits until the first has returned. tell is not called after
// the return; it must not call warm.
func (k *keeper) warm(ctx context.Context, tell func(error)) {
	select {
	case k.turn <- struct{}{}:
		defer func() { <-k.turn }()
	case <-ctx.Done():
		return
	}
	k.reportTo(tell)
	defer k.reportTo(nil)
	defer k.drop()
	k.due(time.Now())
	for ctx.Err() == nil {
		wait, lost := k.plan()
		select {
		case <-ctx.Done():
		case <-k.wake:
		case <-lost:
			k.forget()
		case <-wait:
			k.refresh(ctx)
		}
	}
}

// plan gives the timer of the next dial, nil during a launch, and the channel
// that is closed when the kept connection is lost, nil if there is none.
func (k *keeper) plan() (wait <-chan time.Time, lost <-chan struct{}) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.launches == 0 {
		wait = time.After(time.Until(k.next))
	}
	if k.kept != nil {
		lost = k.kept.gone()
	}
	return wait, lost
}

// refresh dials and puts the new connection in the place of the kept one,
// which stays at hand until then, and beyond if the dial fails.
func (k *keeper) refresh(ctx context.Context) {
	f := k.depart()
	if f == nil {
		return
	}
	l, err := k.open(ctx)
	old := k.arrive(f, l, err, ctx.Err() != nil)
	if old != nil {
		old.close()
	}
	if err == nil || !givenUp(ctx) {
		k.report(err)
	}
}

// depart announces a dial; nil if a launch came in between.
func (k *keeper) depart() *flight {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.launches > 0 {
		return nil
	}
	k.flight = &flight{done: make(chan struct{})}
	return k.flight
}

// arrive keeps what a dial gave and returns what is to be closed for it. If
// Warm was ended during the dial, a launch that waited dials itself.
func (k *keeper) arrive(f *flight, l *link, err error, ended bool) (old *link) {
	k.mu.Lock()
	defer k.mu.Unlock()
	defer close(f.done)
	k.flight = nil
	k.last = time.Now()
	if err == nil {
		old, k.kept = k.kept, l
		k.next = k.last.Add(freshFor)
		return old
	}
	k.next = k.last.Add(retryAfter)
	if !ended {
		f.err = err
	}
	return nil
}

// forget gives up a kept connection that the server closed. The next dial
// comes at once, though never sooner after the last one than a retry.
func (k *keeper) forget() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.kept == nil || !k.kept.isGone() {
		return
	}
	k.kept = nil
	k.next = k.last.Add(retryAfter)
}

// drop closes the kept connection.
func (k *keeper) drop() {
	if l, _ := k.hand(); l != nil {
		l.close()
	}
}

// due sets the time of the next dial.
func (k *keeper) due(at time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.next = at
}
