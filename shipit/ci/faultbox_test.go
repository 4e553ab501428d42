package ci_test

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ship-it.example/shipit"
	"ship-it.example/shipit/ci"
	"ship-it.example/shipit/ci/citest"
	"ship-it.example/shipit/journal"
)

// faultBox is a box with a target on each of several servers, in a bubble.
type faultBox struct {
	*injector
	t       *testing.T
	hand    *rand.Rand
	names   []string
	servers []*citest.Server // by target
	fleet   *ci.Fleet
	path    string // of the journal
	loop    *shipit.Loop
	on      bool // the switch
	counts  counts

	mu  sync.Mutex
	box shipit.Box
}

// newFaultBox makes the servers: today's in the even rounds, old ones in the odd.
func newFaultBox(t *testing.T, seed uint64) *faultBox {
	t.Helper()
	b := &faultBox{injector: newInjector(seed), t: t, hand: rand.New(rand.NewPCG(seed, 1)), path: filepath.Join(t.TempDir(), "journal.jsonl"), counts: counts{}}
	all := kinds()
	some := []kindCase{all[0], all[2], all[3], all[5], all[6]}
	if seed%2 == 1 {
		some = []kindCase{all[1], all[2], all[4], all[7], all[6]}
	}
	var servers ci.Servers
	var work []ci.Work
	for _, k := range some {
		s := standIn(t, append([]citest.Option{citest.As(k.kind), citest.WithListener(b.listen(string(k.kind))), citest.WithBuildTypes(k.job)}, k.options...)...)
		set := settings(t, s.URL())
		set.Timeout = ci.DefaultTimeout
		merge(&servers, k.servers(set))
		b.names, b.servers, work = append(b.names, k.name), append(b.servers, s), append(work, k.work)
	}
	b.fleet = ci.NewFleet(servers, work, ci.WithDial(b.Dial))
	t.Cleanup(func() { _ = b.fleet.Close() })
	return b
}

// merge adds the server of one kind.
func merge(to *ci.Servers, one ci.Servers) {
	switch {
	case one.TeamCity.URL != nil:
		to.TeamCity = one.TeamCity
	case one.Jenkins.URL != nil:
		to.Jenkins = one.Jenkins
	case one.GitHub.URL != nil:
		to.GitHub = one.GitHub
	case one.GitLab.URL != nil:
		to.GitLab = one.GitLab
	default:
		to.Webhooks = one.Webhooks
	}
}

// run runs the box until ctx ends, and goes on with what is open in its journal.
func (b *faultBox) run(ctx context.Context) <-chan error {
	b.t.Helper()
	j := journal.New(journal.Settings{Path: b.path, Boot: "1", Log: slog.New(slog.DiscardHandler), Fault: func(err error) { b.t.Error(err) }})
	open, err := j.Open()
	if err != nil {
		b.t.Error(err)
	}
	follow := make([]bool, len(b.names))
	for i := range follow {
		follow[i] = true
	}
	b.loop = shipit.NewLoop(shipit.Config{
		Targets: b.names, Ways: b.fleet.Ways(), Rearm: true, Panel: dark{}, Server: b.fleet, Follower: b.fleet, Follow: follow,
		Speaker: dark{}, Journal: j, Resume: open, Log: slog.New(slog.DiscardHandler),
		Rules:   shipit.Rules{OnNoGo: true},
		Observe: func(box shipit.Box) { b.mu.Lock(); b.box = box; b.mu.Unlock() },
	})
	over := make(chan error, 1)
	go func() {
		err := b.loop.Run(ctx)
		j.End(time.Minute)
		over <- err
	}()
	b.loop.Post(shipit.Found{})
	b.on = false
	b.pass(time.Millisecond)
	return over
}

// dark is a box's lamps and its loudspeaker, of which nobody takes notice.
type dark struct{}

func (dark) Blinker(bool) error   { return nil }
func (dark) Lamp(int, bool) error { return nil }
func (dark) Siren(int) error      { return nil }
func (dark) Close() error         { return nil }
func (dark) Play(shipit.Sound)    {}
func (dark) Silence()             {}

func (b *faultBox) pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// some is a time from 0 to most.
func (b *faultBox) some(most time.Duration) time.Duration {
	return time.Duration(b.hand.Int64N(int64(most)))
}

func (b *faultBox) look() shipit.Box {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.box
}

// turn moves the arming switch.
func (b *faultBox) turn(on bool) {
	b.on = on
	b.loop.Post(shipit.Switched{On: on})
	b.pass(time.Millisecond)
}

// tap presses a button for a moment.
func (b *faultBox) tap(button shipit.Button) {
	b.loop.Post(shipit.Pressed{Button: button, First: time.Now(), SwitchOn: b.on})
	b.loop.Post(shipit.Released{Button: button})
	synctest.Wait()
}

// ready acknowledges what there is, selects a target and arms the box.
func (b *faultBox) ready() {
	b.pass(b.some(30 * time.Second))
	if b.on && b.hand.IntN(2) == 0 {
		b.turn(false)
	}
	target := b.hand.IntN(len(b.names))
	for range 3 * len(b.names) {
		if at, _ := b.look().Target(); at == target && b.look().Light(target) != shipit.LightUnknown {
			break
		}
		b.tap(shipit.BranchButton)
		b.pass(time.Millisecond)
	}
	if !b.on {
		b.turn(true)
	}
	b.pass(b.some(20*time.Second) + time.Millisecond)
}

// press launches while everything goes wrong, and takes some of the launches
// back.
func (b *faultBox) press(i int) {
	target, _ := b.look().Target()
	all := wireFaults(b.hand)
	f := all[b.hand.IntN(len(all))]
	mode := citest.OK()
	if i%2 == 0 { // one of the two at a time, so that each is met
		f = fault{name: "none"}
		modes := serverFaults(b)
		mode = modes[b.hand.IntN(len(modes))]
	}
	b.counts["fault: "+f.name+", server: "+mode.String()]++
	s := b.servers[target]
	s.SetMode(mode)
	ends := []shipit.Stage{shipit.StagePassed, shipit.StageFailed, shipit.StageCancelled, shipit.StageLost}
	s.SetLife(citest.Life{Queue: b.some(time.Minute), Run: b.some(time.Minute), End: ends[b.hand.IntN(len(ends))]})
	asked := []citest.Mode{citest.OK(), citest.OK(), citest.Fail(503), citest.Drop(), citest.Silent(), citest.Twice(), citest.Limit(20 * time.Second), citest.Fail(401)}
	s.SetAsking(asked[b.hand.IntN(len(asked))])
	b.befall(f)
	b.loop.Post(shipit.Pressed{First: time.Now(), SwitchOn: true})
	if b.hand.IntN(5) == 0 {
		b.pass(b.some(20 * time.Millisecond))
		b.loop.Post(shipit.Released{})
		b.turn(false)
		return
	}
	b.pass(50 * time.Millisecond)
	b.loop.Post(shipit.Released{})
}

// serverFaults is what a server itself can do to an order.
func serverFaults(b *faultBox) []citest.Mode {
	return []citest.Mode{
		citest.OK(), citest.Fail(400), citest.Fail(401), citest.Fail(404), citest.Fail(409), citest.Fail(500), citest.Fail(503),
		citest.Late(500), citest.Late(503), citest.Slow(b.some(14 * time.Second).Round(time.Second)), citest.Drop(), citest.Silent(), citest.Vanish(),
		citest.Twice(), citest.Unread(), citest.CutAt(b.hand.IntN(200)), citest.Limit(30 * time.Second),
		citest.Redirect(http.StatusFound, "/login"), citest.Answer(200, "text/html", "<p>welcome"), citest.Answer(200, "application/json", "{}"),
	}
}

// answered waits for the end of a launch and its show.
func (b *faultBox) answered() {
	for b.pass(time.Second); b.look().State() == shipit.Launching || b.look().State() == shipit.Failed; {
		b.pass(time.Second)
	}
	b.befall(fault{})
	if b.hand.IntN(3) > 0 {
		b.calm()
	}
}

// calm lets the servers answer questions again.
func (b *faultBox) calm() {
	for _, s := range b.servers {
		s.SetAsking(citest.OK())
	}
}
