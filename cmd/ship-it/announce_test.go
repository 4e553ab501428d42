package main

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"

	"ship-it.example/shipit/ci/citest"
)

// giveChat gives the place a chat, and its address to the configuration. What
// arrives is in the channel.
func (p *place) giveChat() (*citest.Server, <-chan string) {
	p.t.Helper()
	came := make(chan string, 100)
	chat, err := citest.New(citest.As(citest.Chat), citest.OnRequest(func(r citest.Request) { came <- r.Path + " " + r.Body }))
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { chat.Close() })
	p.write("announce.url", chat.URL()+"/hooks/"+secret+"\n", 0o600)
	p.write("config.toml", p.read("config.toml")+"[announce]\nurl_file = \"announce.url\"\ninsecure = true\nbox = \"hangar\"\n", 0o644)
	return chat, came
}

// TestAnnounce: the launches of a real box, and of one in a drill, are told; the
// address is nobody's business, and a drill says so.
func TestAnnounce(t *testing.T) {
	t.Parallel()
	for _, drill := range []bool{false, true} {
		t.Run(fmt.Sprintf("drill %t", drill), func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			_, came := p.giveChat()
			var args []string
			mark := ""
			if drill {
				args, mark = []string{"--drill"}, "DRILL "
				if err := os.Remove(p.path("token")); err != nil {
					t.Fatal(err)
				}
			}
			r := p.start(args...)
			h := p.hand()
			h.arm()
			h.press()
			want := "/hooks/" + secret + ` {"text": "` + mark + `hangar: Triggered a build of Client Int http://127.0.0.1:`
			if got := <-came; !strings.HasPrefix(got, want) {
				t.Errorf("announced %s\nwant %s...", got, want)
			}
			r.signal(syscall.SIGTERM)
			_, log := r.end()
			checkNoSecret(t, "the log", log)
		})
	}
}

// TestAnnounceStop: a chat that says nothing keeps no box from its end, and what
// was lost stands in the log.
func TestAnnounceStop(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	chat, came := p.giveChat()
	chat.SetMode(citest.Silent())
	r := p.start()
	h := p.hand()
	h.arm()
	h.press()
	<-came
	r.signal(syscall.SIGTERM)
	_, log := r.end()
	if !strings.Contains(log, "WARN Not announced: Triggered a build of Client Int: stopped") {
		t.Errorf("no word of it in:\n%s", log)
	}
	checkNoSecret(t, "the log", log)
}
