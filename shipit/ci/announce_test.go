package ci_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"ship-it.example/shipit"
	"ship-it.example/shipit/ci"
	"ship-it.example/shipit/ci/citest"
)

// secretPath is the part of a hook's address that nobody may see.
const secretPath = "/services/T0AB/B0CD/xoxhunter2"

// hall is an Announcer before a chat in a bubble.
type hall struct {
	*ci.Announcer
	t     *testing.T
	chat  *citest.Server
	start time.Time
	fails chan error

	mu   sync.Mutex
	log  bytes.Buffer
	came []string // what arrived, each with its time
}

// newHall starts both.
func newHall(t *testing.T, change func(*ci.Announcing)) *hall {
	t.Helper()
	h := &hall{t: t, start: time.Now(), fails: make(chan error, 1)}
	network := newPipes()
	h.chat = standIn(t, citest.As(citest.Chat), citest.WithListener(network), citest.OnRequest(func(r citest.Request) {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.came = append(h.came, fmt.Sprintf("%v %s", time.Since(h.start), r.Body))
	}))
	to, err := url.Parse(h.chat.URL() + secretPath + "?sig=sighunter2")
	if err != nil {
		t.Fatal(err)
	}
	a := ci.Announcing{
		URL: to, Named: "[announce] url_file", Body: "{text}", Box: "hangar", Timeout: time.Second,
		On: []shipit.NewsKind{shipit.NewsLaunch, shipit.NewsFailed, shipit.NewsUnknown},
	}
	change(&a)
	h.Announcer = ci.NewAnnouncer(a, slog.New(slog.NewTextHandler(h, nil)), func(err error) { h.fails <- err }, ci.WithDial(network.Dial))
	return h
}

// Write takes a line of the log.
func (h *hall) Write(line []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.log.Write(line)
}

// pass lets virtual time pass.
func (h *hall) pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// finish ends the Announcer as the end of the program does, within d.
func (h *hall) finish(d time.Duration) {
	h.t.Helper()
	began := time.Now()
	ctx, stop := context.WithTimeout(h.t.Context(), d)
	defer stop()
	h.Finish(ctx)
	if took := time.Since(began); took > d {
		h.t.Errorf("the end took %v", took)
	}
}

// want checks what arrived and how many lines the log has. No line holds the
// address.
func (h *hall) want(lines int, came ...string) string {
	h.t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	if diff := cmp.Diff(came, h.came); diff != "" {
		h.t.Errorf("arrived (-want +got):\n%s", diff)
	}
	log := h.log.String()
	if strings.Count(log, "\n") != lines || strings.Contains(log, "hunter2") || strings.Contains(log, "T0AB") {
		h.t.Errorf("want %d lines, without a secret, in:\n%s", lines, log)
	}
	return log
}

func aLaunch() shipit.News {
	return shipit.News{Kind: shipit.NewsLaunch, Target: "A", Build: "7", URL: "https://ci.example/7", Text: "Triggered a build of A"}
}

const said = "hangar: Triggered a build of A https://ci.example/7"

func same(*ci.Announcing) {}

// TestAnnounce: what is wanted arrives, with the server's word, and in a drill
// with that.
func TestAnnounce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHall(t, func(a *ci.Announcing) { a.Drill = true })
		h.Announce(aLaunch())
		h.Announce(shipit.News{Kind: shipit.NewsPassed, Text: "not wanted"})
		h.Announce(shipit.News{Kind: shipit.NewsFailed, Text: "Build of A failed", Says: "Exit code 1"})
		h.pass(time.Second)
		h.want(0, "0s DRILL "+said, "0s DRILL hangar: Build of A failed: Exit code 1")
		h.finish(0)
		r := h.chat.Last()[0]
		if r.Path != secretPath || r.Query != "sig=sighunter2" || r.Method != http.MethodPost {
			t.Errorf("sent %s %s?%s", r.Method, r.Path, r.Query)
		}
	})
}

// TestAnnounceBody: each value fits its place, whatever is in it, and the body
// keeps its form.
func TestAnnounceBody(t *testing.T) {
	t.Parallel()
	const all = `{ "text": "{text}", "all": "{what}|{target}|{build}|{url}|{says}|{box}|{drill}|{time}" }`
	synctest.Test(t, func(t *testing.T) {
		h := newHall(t, func(a *ci.Announcing) {
			a.Body, a.Media, a.Headers = all, "application/json", map[string]string{"X-Team": "client"}
		})
		h.Announce(shipit.News{Kind: shipit.NewsUnknown, Target: `"A"\`, Build: "7", URL: "u", Text: `Unknown whether a build of "A"\ started`, Says: "{target}"})
		h.finish(time.Second)
		r := h.chat.Last()[0]
		var got struct{ Text, All string }
		if err := json.Unmarshal([]byte(r.Body), &got); err != nil {
			t.Fatalf("%v in %s", err, r.Body)
		}
		want := `unknown|"A"\|7|u|{target}|hangar||` + h.start.Format(time.RFC3339)
		if got.All != want || got.Text != `hangar: Unknown whether a build of "A"\ started: {target} u` {
			t.Errorf("got %+v, want %s", got, want)
		}
		if r.Header.Get("X-Team") != "client" || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("headers %v", r.Header)
		}
	})
}

// TestAnnounceFailures: a few tries with growing pauses and one line in the log;
// the server's wish is obeyed; what can't get better is not tried again, nor is
// a redirect followed.
func TestAnnounceFailures(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name string
		mode citest.Mode
		came []string
		log  string
	}{
		{"broken", citest.Fail(500), []string{"0s", "2s", "10s", "42s"}, `Not announced: Triggered a build of A: server error (500, \"the stand-in server was told to fail\"): look at the server`},
		{"cut", citest.Drop(), []string{"0s", "2s", "10s", "42s"}, "cut off: "},
		{"silent", citest.Silent(), []string{"0s", "3s", "12s", "45s"}, "timed out: no answer within 1s"},
		{"asked too often", citest.Limit(30 * time.Second), []string{"0s", "30s", "1m0s", "1m32s"}, "refused (429"},
		{"asked for long patience", citest.Limit(time.Hour), []string{"0s"}, "refused (429"},
		{"gone", citest.Fail(404), []string{"0s"}, "refused (404"},
		{"not allowed", citest.Fail(403), []string{"0s"}, "what this address may do, and at [announce]"},
		{"redirected", citest.Redirect(307, secretPath+"/there"), []string{"0s"}, "redirected (307): look at [announce] url_file"},
		{"echoed", citest.Answer(400, "text/plain", "no hook xoxhunter2"), []string{"0s"}, "refused (400): look at [announce]"},
		{"echoed with a query", citest.Answer(500, "text/plain", "bad signature: sighunter2"), []string{"0s", "2s", "10s", "42s"}, "server error (500): look"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := newHall(t, same)
				h.chat.SetMode(c.mode)
				h.Announce(aLaunch())
				h.pass(time.Hour)
				for i := range c.came {
					c.came[i] += " " + said
				}
				if log := h.want(1, c.came...); !strings.Contains(log, "level=WARN") || !strings.Contains(log, c.log) {
					t.Errorf("no %q in %s", c.log, log)
				}
				h.chat.SetMode(citest.OK())
				h.Announce(shipit.News{Kind: shipit.NewsLaunch, Text: "next"})
				h.pass(time.Second)
				h.want(1, append(c.came, "1h0m0s hangar: next")...)
				h.finish(0)
			})
		})
	}
}

// TestAnnounceTaken: what was taken isn't sent again, whatever becomes of the
// answer behind its status.
func TestAnnounceTaken(t *testing.T) {
	t.Parallel()
	for name, length := range map[string]int{"cut": 10, "endless": 4 << 20} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := newHall(t, same)
				h.chat.SetMode(citest.Custom(func(w http.ResponseWriter, _ *http.Request) {
					w.Header().Set("Content-Length", fmt.Sprint(length))
					_, _ = w.Write([]byte("ok" + strings.Repeat(".", length/2)))
				}))
				h.Announce(aLaunch())
				h.pass(time.Hour)
				h.want(0, "0s "+said)
				h.finish(0)
			})
		})
	}
}

// TestAnnounceRecovers: an address that answers again gets what it missed.
func TestAnnounceRecovers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHall(t, same)
		h.chat.SetMode(citest.Fail(503))
		h.Announce(aLaunch())
		h.pass(time.Second)
		h.chat.SetMode(citest.OK())
		h.pass(5 * time.Second)
		h.want(0, "0s "+said, "2s "+said)
		h.finish(0)
	})
}

// TestAnnounceBounded: Announce never waits, and what is more than the queue
// holds is lost with a word.
func TestAnnounceBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHall(t, same)
		h.chat.SetMode(citest.Silent())
		h.Announce(aLaunch())
		h.pass(time.Millisecond)
		began := time.Now()
		for range 40 {
			h.Announce(aLaunch())
		}
		if took := time.Since(began); took != 0 {
			t.Errorf("40 announcements took %v", took)
		}
		if log := h.want(8, "0s "+said); !strings.Contains(log, "32 others wait already") {
			t.Error(log)
		}
		h.chat.SetMode(citest.OK())
		h.pass(time.Minute)
		if n := h.chat.Builds(); n != 33 {
			t.Errorf("%d arrived, want 33", n)
		}
		h.finish(0)
	})
}

// TestAnnounceEnd: what waits when the program ends is told in the time that
// there is, or lost with a word, and nothing is left behind.
func TestAnnounceEnd(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		before citest.Mode // until the end
		then   citest.Mode
		within time.Duration
		lines  int
		came   []string
		log    string
	}{
		{"told", citest.OK(), citest.OK(), time.Second, 0, []string{"0s"}, ""},
		{"in a pause, told", citest.Fail(500), citest.OK(), time.Second, 0, []string{"0s", "1s"}, ""},
		{"in a pause, tried once more", citest.Fail(500), citest.Fail(500), time.Second, 1, []string{"0s", "1s"}, "server error"},
		{"in a pause that the server wished for", citest.Limit(time.Minute), citest.OK(), time.Second, 1, []string{"0s"}, "refused (429"},
		{"unanswered", citest.Fail(500), citest.Silent(), 500 * time.Millisecond, 1, []string{"0s", "1s"}, "stopped"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := newHall(t, same)
				h.chat.SetMode(c.before)
				h.Announce(aLaunch())
				h.pass(time.Second)
				h.chat.SetMode(c.then)
				h.finish(c.within)
				for i := range c.came {
					c.came[i] += " " + said
				}
				if log := h.want(c.lines, c.came...); !strings.Contains(log, c.log) {
					t.Errorf("no %q in %s", c.log, log)
				}
			})
		})
	}
}
