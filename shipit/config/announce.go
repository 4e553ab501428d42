package config

import (
	"net/url"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"

	"ship-it.example/shipit"
	"ship-it.example/shipit/ci"
)

// envAnnounce is the address of the announcements, which is a secret.
const envAnnounce = envPrefix + "ANNOUNCE_URL"

const (
	announceLike     = `url = "https://chat.example.com/hooks/deploys"`
	announceBodyLike = `body = '{ "text": "{text}" }'`
	announceOnLike   = `on = ["launch", "failed", "unknown"]`
)

// WithAnnouncing has the address of the announcements looked up as
// [WithSecrets] does, and no other secret: a drill reaches nobody else.
func WithAnnouncing(lookup func(name string) (string, bool)) Option {
	return func(r *reader) { r.announceLookup = lookup }
}

// announcing reads the [announce] section, without which nobody is told.
func (s *section) announcing() ci.Announcing {
	t := s.server("announce")
	if t == nil {
		return ci.Announcing{}
	}
	defer t.done()
	if s.lookup == nil {
		s.lookup = s.announceLookup
		defer func() { s.lookup = nil }()
	}
	from := t.whereto()
	a := ci.Announcing{URL: t.hookAddress(from), Headers: t.strings("headers", `headers = { X-Team = "client" }`)}
	t.checkHeaders("headers", a.Headers, "take it out; an address with a secret in it belongs into url_file")
	if from != nil {
		a.Named = from.key
	}
	a.Body, a.Media = t.announcement()
	a.On = t.occasions()
	a.Box = t.line("box", `box = "hangar 2"`).content()
	reach := ci.Settings{URL: a.URL}
	t.reach(&reach, false)
	a.CAs, a.Timeout = reach.CAs, reach.Timeout
	if a.URL != nil && a.URL.Scheme == "http" && !reach.Insecure && from.key != t.label+"url" {
		t.add(from.place, from.key, "would travel in the clear, and who knows it can speak there",
			"take an https:// address, or write insecure = true if everybody on the way may know it")
	}
	return a
}

// whereto is where announcements go: an address from the environment, which
// wins, from a file that others can't read, or from the configuration, which
// everybody can. It is nil if there is none, or none without secrets.
func (s *section) whereto() *credential {
	named, secret := s.str("url", announceLike), s.str("url_file", `url_file = "announce.url"`)
	if s.has("url") && s.has("url_file") {
		s.add(s.place("url_file"), s.label+"url_file", "stands beside url", "keep one of the two")
		return nil
	}
	if s.lookup == nil {
		return s.stated("url", named)
	}
	if c := s.env(envAnnounce); c != nil {
		return c
	}
	if !s.has("url") && !s.has("url_file") {
		s.add(s.node.place, "[announce]", "says not where to announce",
			"add url_file, or url if everybody may know it; "+envAnnounce+" does as well, but sudo and service drop it")
	}
	if secret != nil {
		return s.stored("url_file", secret)
	}
	return s.stated("url", named)
}

// hookAddress is the address that c holds. No message repeats it.
func (s *section) hookAddress(c *credential) *url.URL {
	if c == nil || c.text == "" {
		return nil
	}
	u, err := url.Parse(c.text)
	if err != nil {
		s.add(c.place, c.key, "is no web address", "write it as in "+announceLike)
		return nil
	}
	bare := *u
	bare.RawQuery, bare.ForceQuery = "", false // a part of many such addresses
	if text, remedy := unusable(&bare, announceLike); text != "" {
		s.add(c.place, c.key, text, remedy)
		return nil
	}
	return u
}

// announcement reads what is sent, and what it is. It has to say where it is a
// drill.
func (s *section) announcement() (body ci.Template, media string) {
	body, media = ci.DefaultBody, "application/json"
	n := s.str("body", announceBodyLike)
	s.otherwise(quote(string(ci.DefaultBody)))
	if n != nil {
		body = ci.Template(n.text)
		known := ci.Places()
		places := body.Names()
		for _, name := range places {
			if !slices.Contains(known, name) {
				s.add(n.place, s.label+"body", "has no value for {"+clip(name)+"}", "known here are "+strings.Join(known, ", "))
			}
		}
		if !slices.Contains(places, "text") && !slices.Contains(places, "drill") {
			s.add(n.place, s.label+"body", "would not tell a drill from the real thing", "put {text} or {drill} into it")
		}
	}
	n = s.line("type", `type = "application/json"`)
	s.otherwise(quote(media))
	if n != nil {
		media = n.text
	}
	return body, media
}

// occasions reads of what the world is told.
func (s *section) occasions() []shipit.NewsKind {
	const key = "on"
	all := []shipit.NewsKind{shipit.NewsLaunch, shipit.NewsFailed, shipit.NewsUnknown}
	n := s.get(key, announceOnLike, unstable.Array)
	_, usual, _ := strings.Cut(announceOnLike, "= ")
	s.otherwise(usual)
	if n == nil {
		return all
	}
	if len(n.items) == 0 {
		s.add(n.place, s.label+key, "is empty", "write it as in "+announceOnLike+", or take [announce] out")
	}
	all = nil
	for _, item := range n.items {
		kinds := shipit.NewsKinds()
		i := slices.IndexFunc(kinds, func(k shipit.NewsKind) bool { return k.String() == item.text })
		switch {
		case item.kind != unstable.String || i < 0:
			s.add(item.place, s.label+key, quote(item.text)+" is unknown", "choose from launch, passed, failed, cancelled and unknown")
		case !slices.Contains(all, kinds[i]):
			all = append(all, kinds[i])
		}
	}
	return all
}
