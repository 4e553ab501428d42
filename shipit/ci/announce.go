package ci

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"ship-it.example/shipit"
)

// How hard an announcement is tried. The pauses grow fourfold.
const (
	maxNews    = 32 // that wait; further ones are dropped
	tries      = 4
	firstDelay = 2 * time.Second
	maxPause   = time.Minute // that a server may wish for: others wait behind
)

// Announcer is a [shipit.Announcer] that sends each piece of news to a web
// address, one after the other, in a goroutine that runs only while there are
// any. One of which the answer was lost may arrive twice. Any goroutine may call
// its methods.
type Announcer struct {
	caller *caller
	ask    func(shipit.News, time.Time) question // the address is in there, and nowhere else
	on     []shipit.NewsKind
	words  func(reason string) string
	log    *slog.Logger
	fail   func(error)

	mu      sync.Mutex
	waiting []item
	working bool // the goroutine takes what waits

	task  sync.WaitGroup
	hurry chan struct{} // closed by Finish
	ctx   context.Context
	stop  context.CancelCauseFunc
}

// item is a piece of news and when it came.
type item struct {
	shipit.News
	at time.Time
}

var _ shipit.Announcer = (*Announcer)(nil)

// NewAnnouncer makes an Announcer. What can't be told is said to log, a line
// each; a panic in its goroutine is told to fail.
func NewAnnouncer(a Announcing, log *slog.Logger, fail func(error), opts ...Option) *Announcer {
	c := newCaller(Settings{URL: &url.URL{Scheme: a.URL.Scheme, Host: a.URL.Host}, CAs: a.CAs, Timeout: a.Timeout}, opts)
	c.leaks, c.login = a.leaks, a.Named
	to, headers := *a.URL, a.headers()
	n := &Announcer{
		caller: c, on: a.On, words: a.words, log: log, fail: fail, hurry: make(chan struct{}),
		ask: func(n shipit.News, at time.Time) question {
			return question{method: http.MethodPost, url: &to, header: headers, body: a.fill(n, at), acts: true}
		},
	}
	n.ctx, n.stop = context.WithCancelCause(context.Background())
	return n
}

// Announce implements [shipit.Announcer].
func (a *Announcer) Announce(n shipit.News) {
	if !slices.Contains(a.on, n.Kind) {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.waiting) == maxNews {
		a.lost(n, fmt.Errorf("%d others wait already", maxNews))
		return
	}
	a.waiting = append(a.waiting, item{n, time.Now()})
	if a.working {
		return
	}
	a.working = true
	a.task.Go(func() {
		if err := shipit.Guard(func() error { a.work(); return nil }); err != nil {
			a.fail(err)
		}
	})
}

// Finish implements [shipit.Announcer]: nothing waits for a pause any more.
func (a *Announcer) Finish(ctx context.Context) {
	close(a.hurry)
	defer context.AfterFunc(ctx, func() { a.stop(shipit.ErrStopped) })()
	a.task.Wait()
}

// work tells what waits until nothing does. What is kept of connections then is
// closed: the next news are far away.
func (a *Announcer) work() {
	defer a.caller.close()
	for {
		a.mu.Lock()
		if len(a.waiting) == 0 {
			a.working = false
			a.mu.Unlock()
			return
		}
		next := a.waiting[0]
		a.waiting = a.waiting[1:]
		a.mu.Unlock()
		if err := a.tell(next); err != nil {
			a.lost(next.News, err)
		}
	}
}

// tell sends a piece of news until it has arrived, there is no point in going on,
// or the server wishes for a pause of more than maxPause. From Finish on it waits
// for nothing, and tries once more, unless the server has wished for a pause.
func (a *Announcer) tell(n item) error {
	delay := firstDelay
	for try := 1; ; try++ {
		err := a.send(n)
		ask, again := errors.AsType[*shipit.AskError](err)
		if !again || ask.Lasting || try == tries || ask.Again > maxPause {
			return err
		}
		timer := time.NewTimer(max(delay, ask.Again))
		select {
		case <-timer.C:
		case <-a.hurry:
			timer.Stop()
			if ask.Again > 0 {
				return err
			}
			try = tries - 1
		}
		delay *= 4
	}
}

// send is one try. The status alone says that it was taken.
func (a *Announcer) send(n item) error {
	r, err := a.caller.ask(a.ctx, a.ask(n.News, n.at))
	switch {
	case r != nil && r.isOK():
		return nil
	case err != nil:
		return err
	}
	return r.trouble("[announce]")
}

// lost says that a piece of news reaches nobody.
func (a *Announcer) lost(n shipit.News, err error) {
	a.log.Warn("Not announced: " + n.Text + ": " + a.words(err.Error()))
}
