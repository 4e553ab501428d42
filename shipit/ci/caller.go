package ci

import (
	"context"
	"net/http"
	"time"

	"ship-it.example/shipit"
)

// caller sends the one request of a launch: what every server's file shares.
// The secrets live in its functions alone, because package fmt prints any
// field, exported or not, of whatever holds a caller.
type caller struct {
	timeout   time.Duration
	agent     string
	authorise func(*http.Request)
	leaks     func(text string) bool
	login     string // the settings that hold the credentials, for a reason
	dialer    *dialer
	keeper    *keeper
	asks      *http.Transport // for questions; a launch never uses it
	hush      hush            // of questions, too
	say       func(line string)
	others    func(text string) bool // as leaks, for what a command writes; may be nil
}

// Option changes how a server is reached.
type Option func(*caller)

// WithVersion puts the program's version behind the name in User-Agent.
func WithVersion(version string) Option {
	return func(c *caller) { c.agent = "ship-it/" + version }
}

// WithClockDoubt gives the question whether a clock that reads now can be
// trusted to judge a certificate's dates, as [ClockDoubt] answers it. Without
// it the clock is trusted. The answer changes a reason's words and nothing else.
func WithClockDoubt(doubt func(now time.Time) bool) Option {
	return func(c *caller) { c.dialer.doubt = doubt }
}

// WithOutput has say called with each line that a [Command] writes, from any
// goroutine. A line is short, can be printed and holds no secret of the
// command's, nor one that leaks tells of; leaks may be nil. See [Leaks].
func WithOutput(say func(line string), leaks func(text string) bool) Option {
	return func(c *caller) { c.say, c.others = say, leaks }
}

// WithDial replaces [net.Dialer.DialContext].
func WithDial(dial DialFunc) Option {
	return func(c *caller) { c.dialer.dial = dial }
}

func newCaller(s Settings, opts []Option) *caller {
	if s.Timeout <= 0 {
		s.Timeout = DefaultTimeout
	}
	d := newDialer(s)
	c := &caller{
		timeout: s.Timeout, agent: "ship-it", authorise: s.authorise, leaks: s.leaks,
		login:  "user and password_file, or token_file",
		dialer: d, keeper: newKeeper(d.open), asks: newAsks(d),
	}
	for _, opt := range opts {
		opt(c)
	}
	return c
}

// launch sends what request makes as [shipit.Server.Launch] promises, and
// lets verdict judge the answer. request may be called twice, though only one
// of its requests can leave; its context is theirs.
func (c *caller) launch(ctx, withdraw context.Context, request func(context.Context) *http.Request, verdict func(*answer) shipit.Outcome) shipit.Outcome {
	c.keeper.begin()
	defer c.keeper.end()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	ctx, stop := context.WithTimeout(ctx, c.timeout)
	defer stop()
	g := &gate{ctx: ctx, withdraw: withdraw}
	defer context.AfterFunc(withdraw, func() {
		if g.seal() {
			cancel(context.Cause(withdraw))
		}
	})()

	l, resp, err := c.send(ctx, g, request)
	if err != nil {
		return c.failure(g, err)
	}
	defer l.close()
	defer func() { _ = resp.Body.Close() }()
	return verdict(newAnswer(c, g, resp))
}

// send gets the request through the gate and waits for the answer's header.
// A spare connection that turns out dead while nothing was written is
// replaced once.
func (c *caller) send(ctx context.Context, g *gate, request func(context.Context) *http.Request) (*link, *http.Response, error) {
	for replaced := false; ; replaced = true {
		l, spare, err := c.keeper.take(ctx)
		if err != nil {
			return nil, nil, err
		}
		resp, err := l.roundTrip(g, c.dress(request(ctx)))
		if err == nil {
			return l, resp, nil
		}
		l.close()
		if replaced || !spare || !g.isOpen() {
			return nil, nil, err
		}
	}
}

// dress puts on a request what is the same for every server. Close says that
// the connection carries no second request.
func (c *caller) dress(r *http.Request) *http.Request {
	r.Close = true
	r.Header.Set("User-Agent", c.agent)
	c.authorise(r)
	return r
}

// failure is the outcome of a launch that got no answer, or a part of one.
func (c *caller) failure(g *gate, err error) shipit.Outcome {
	if g.seal() {
		return notStarted("%s", c.dialer.unsent(g.cause(), err))
	}
	return unknown("%s", c.unanswered(g.cause(), err))
}
