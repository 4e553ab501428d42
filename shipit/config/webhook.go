package config

import (
	"maps"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"

	"ship-it.example/shipit"
	"ship-it.example/shipit/ci"
)

// webhooks reads the [webhook.NAME] sections.
func (s *section) webhooks() map[string]ci.Hook {
	n := s.get("webhook", "[webhook.buildkite]", unstable.Table)
	if n == nil {
		return nil
	}
	hooks, variables := map[string]ci.Hook{}, map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(n.keys)) {
		section, variable := n.keys[name], env("webhook_"+name, "TOKEN")
		label := "[webhook." + kindly(name) + "]"
		switch {
		case section.kind != unstable.Table:
			s.add(section.place, label, "is "+kindName(section.kind)+", not a table", "write it as in [webhook.buildkite]")
		case name == "" || strings.ContainsFunc(name, notBare) || strings.ToLower(name) != name:
			s.add(section.place, label, "is no name", "take small letters, digits, - and _")
		case variables[variable] != "":
			s.add(section.place, label, "has the variable "+variable+" together with "+variables[variable], "give it another name")
		default:
			variables[variable] = label
			hooks[name] = s.under(section, label+" ").webhook(name)
		}
	}
	return hooks
}

// webhook reads one section.
func (s *section) webhook(name string) ci.Hook {
	defer s.done()
	var h ci.Hook
	h.URL = s.url(`url = "https://ci.example.com/api"`, "")
	s.hookLogin(&h, "webhook_"+name)
	h.Headers = s.strings("headers", `headers = { Accept = "application/json" }`)
	s.checkHeaders("headers", h.Headers, "put it into token_file, with token_header for its form")
	h.Launch = s.hookLaunch()
	h.Look = s.hookLook()
	h.Find = s.hookFind()
	h.Cancel = s.hookAsk("cancel", "POST")
	h.Check = s.hookAsk("check", "GET")
	s.reach(&h.Settings, false)
	s.checkPlaces(&h)
	s.checkQuestions(&h)
	return h
}

// hookLogin reads who we are to the server: a token, a user and a password, or
// nobody.
func (s *section) hookLogin(h *ci.Hook, server string) {
	const header, like = "token_header", `token_header = "Authorization: Bearer {token}"`
	token, user, password := env(server, "TOKEN"), env(server, "USER"), env(server, "PASS")
	h.Token = s.secret("token_file", token, tokenFlaw)
	if !s.given(token) && s.given(user, password) {
		h.Token = "" // what the environment says wins
	}
	h.User = s.user(user)
	h.Password = s.secret("password_file", password, passwordFlaw)
	if n := s.line(header, like); n != nil {
		h.TokenHeader = n.text
		name, text, ok := strings.Cut(n.text, ":")
		switch {
		case !ok, !isHeader(name), !slices.Equal(ci.Template(text).Names(), []string{"token"}):
			s.add(n.place, s.label+header, "names no header with a {token} in it", "write it as in "+like)
		case isOwnHeader(name):
			s.add(n.place, s.label+header, kindly(name)+" is for ship-it alone to set", "name the header that the server wants, as in "+like)
		}
		s.needs("token_file", token)
	}
	switch {
	case s.given(token) && s.given(user, password):
		s.add(place{}, token, "is set beside "+user+" or "+password, "unset it, or those two")
	case s.has("token_file") && (s.has("user") || s.has("password_file")):
		s.add(s.place("token_file").name(), s.label+"token_file", "stands beside user or password_file", "keep it alone, or keep those two")
	case s.has("user"), h.User != "":
		s.needs("password_file", password)
	case s.has("password_file"), h.Password != "":
		s.needs("user", user)
	}
}

// checkHeaders notes what can be no header, and what would be a secret.
func (s *section) checkHeaders(key string, headers map[string]string, remedy string) {
	seen := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		label, p := s.label+key+"."+kindly(name), s.node.keys[key].keys[name].place
		switch {
		case !isHeader(name) || strings.ContainsFunc(headers[name], func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }):
			s.add(p, label, "can be no header", "look at its name and its value")
		case strings.EqualFold(name, "Authorization"):
			s.add(p, label, "is a secret, and this file can be read", remedy)
		case isOwnHeader(name):
			s.add(p, label, "is for ship-it alone to set", "take it out")
		case seen[strings.ToLower(name)] != "":
			s.add(p, label, "is the header "+seen[strings.ToLower(name)]+" again, whose letters have no case", "keep one of the two")
		}
		seen[strings.ToLower(name)] = kindly(name)
	}
}

// isHeader tells whether a header can have that name (RFC 9110, section 5.1).
func isHeader(name string) bool { return name != "" && !strings.ContainsFunc(name, notBare) }

// isOwnHeader tells whether the way of a request settles that header: what stands
// here would not be sent.
func isOwnHeader(name string) bool {
	own := []string{"Connection", "Content-Length", "Host", "Trailer", "Transfer-Encoding"}
	return slices.ContainsFunc(own, func(other string) bool { return strings.EqualFold(name, other) })
}

// hookAsk reads one request of a webhook; nil if there is none.
func (s *section) hookAsk(key, method string) *ci.Ask {
	t := s.part(key)
	if t == nil {
		return nil
	}
	defer t.done()
	a := t.ask(method)
	return &a
}

// part is the table of a request, nil if there is none.
func (s *section) part(key string) *section {
	n := s.get(key, key+` = { path = "/builds" }`, unstable.Table)
	if n == nil {
		return nil
	}
	return s.under(n, s.label+key+".")
}

// ask reads what every request has.
func (s *section) ask(method string) ci.Ask {
	a := ci.Ask{Method: method, Media: "application/json", Path: s.hookPath()}
	n := s.line("method", `method = "POST"`)
	s.otherwise(quote(method))
	if n != nil {
		a.Method = n.text
		if !slices.Contains([]string{"GET", "POST", "PUT", "PATCH", "DELETE"}, n.text) {
			s.add(n.place, s.label+"method", quote(n.text)+" is unknown", "write GET, POST, PUT, PATCH or DELETE")
		}
	}
	if n := s.str("body", `body = '{ "branch": "{branch}" }'`); n != nil {
		a.Body = ci.Template(n.text)
	}
	n = s.line("type", `type = "application/json"`)
	s.otherwise(quote(a.Media))
	if n != nil {
		a.Media = n.text
	}
	return a
}

// hookLaunch reads what starts a build.
func (s *section) hookLaunch() ci.Launch {
	s.missing("launch", `launch = { path = "/builds" }`)
	t := s.part("launch")
	if t == nil {
		return ci.Launch{}
	}
	defer t.done()
	return ci.Launch{Ask: t.ask("POST"), Build: t.pointers("build", `build = "/number"`), Page: t.page()}
}

// hookLook reads what shows a build.
func (s *section) hookLook() *ci.Look {
	t := s.part("look")
	if t == nil {
		return nil
	}
	defer t.done()
	const stateLike = `state = "/state"`
	t.missing("state", stateLike)
	l := &ci.Look{
		Ask: t.ask("GET"), State: t.pointers("state", stateLike), Words: map[shipit.Stage][]string{},
		Waiting: t.words("waiting"), Progress: t.pointer("progress"), Launch: t.pointer("launch"), Page: t.page(),
	}
	seen := map[string]string{}
	for _, stage := range []shipit.Stage{shipit.StageQueued, shipit.StageRunning, shipit.StagePassed, shipit.StageFailed, shipit.StageCancelled} {
		list := t.words(stage.String())
		l.Words[stage] = list
		for _, word := range list {
			if other, taken := seen[word]; taken {
				t.add(t.place(stage.String()), t.label+stage.String(), quote(word)+" also stands in "+other, "keep one of the two")
			}
			seen[word] = stage.String()
		}
	}
	t.missing("passed", `passed = ["success"]`)
	t.missing("failed", `failed = ["failure", "error"]`)
	return l
}

// hookFind reads what finds a build by its launch's id.
func (s *section) hookFind() *ci.Search {
	t := s.part("find")
	if t == nil {
		return nil
	}
	defer t.done()
	t.missing("launch", `launch = "/message"`)
	t.missing("build", `build = "/number"`)
	return &ci.Search{Ask: t.ask("GET"), List: t.pointer("list"), Launch: t.pointer("launch"), Build: t.pointer("build")}
}
