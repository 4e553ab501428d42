package ci

import (
	"context"
	"sync"
	"time"
)

// The rhythm of a kept connection.
const (
	freshFor   = 15 * time.Second // then a new one takes its place: servers and routers drop idle ones
	retryAfter = 5 * time.Second  // from the end of a dial to the next, if it failed or what it gave was lost
)

// keeper holds at most one idle connection to the server. Warm fills it, and
// a launch takes from it. Any goroutine may call its methods.
type keeper struct {
	open func(context.Context) (*link, error)

	mu       sync.Mutex
	kept     *link     // idle; nil if there is none
	flight   *flight   // Warm's dial under way; nil if there is none
	launches int       // under way; Warm dials nothing meanwhile
	next     time.Time // when Warm dials again
	last     time.Time // the end of the last dial

	wake chan struct{} // holds a token when a launch has ended
	turn chan struct{} // holds a token while a Warm runs

	telling sync.Mutex  // held during a call of tell
	tell    func(error) // the running Warm's; nil if there is none
}

// flight is a dial of Warm's, for which a launch can wait.
type flight struct {
	done chan struct{} // closed at its end
	err  error         // why a launch that waited fails; nil also if Warm gave the dial up
}

func newKeeper(open func(context.Context) (*link, error)) *keeper {
	return &keeper{open: open, wake: make(chan struct{}, 1), turn: make(chan struct{}, 1)}
}

// begin and end stand around a launch.
func (k *keeper) begin() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.launches++
}

func (k *keeper) end() {
	k.mu.Lock()
	k.launches--
	k.mu.Unlock()
	select {
	case k.wake <- struct{}{}:
	default: // one token is enough
	}
}

// take gives a launch its connection: the kept one, else the one that Warm is
// just dialling, else a new one. spare says that it wasn't dialled for this
// launch alone, and may be dead by now. It ends with ctx, then giving its cause.
func (k *keeper) take(ctx context.Context) (l *link, spare bool, err error) {
	for {
		if ctx.Err() != nil {
			return nil, false, context.Cause(ctx)
		}
		l, f := k.hand()
		switch {
		case l != nil:
			return l, true, nil
		case f == nil:
			l, err := k.dial(ctx)
			return l, false, err
		default:
			select {
			case <-ctx.Done():
			case <-f.done:
				if f.err != nil {
					return nil, false, f.err
				}
			}
		}
	}
}

// hand takes the kept connection out, or names the dial that will give one.
func (k *keeper) hand() (*link, *flight) {
	k.mu.Lock()
	defer k.mu.Unlock()
	l := k.kept
	if l != nil {
		k.kept = nil
		k.next = time.Now() // as soon as the launch is over
	}
	return l, k.flight
}

// dial opens a connection for a launch.
func (k *keeper) dial(ctx context.Context) (*link, error) {
	l, err := k.open(ctx)
	if err != nil && givenUp(ctx) {
		return nil, err
	}
	k.mu.Lock()
	k.last = time.Now()
	k.next = k.last
	if err != nil {
		k.next = k.last.Add(retryAfter)
	}
	k.mu.Unlock()
	k.report(err)
	return l, err
}

// report tells the running Warm's caller how a dial went.
func (k *keeper) report(err error) {
	k.telling.Lock()
	defer k.telling.Unlock()
	if k.tell != nil {
		k.tell(err)
	}
}

// reportTo sets whom report tells. After it has returned, nobody else is told.
func (k *keeper) reportTo(tell func(error)) {
	k.telling.Lock()
	defer k.telling.Unlock()
	k.tell = tell
}

// givenUp says whether ctx was ended by its owner and not by its deadline:
// a dial that fails then says nothing about the server.
func givenUp(ctx context.Context) bool {
	cause := context.Cause(ctx)
	return cause != nil && !timedOut(cause)
}
