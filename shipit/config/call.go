package config

import (
	"fmt"
	"slices"
	"strings"

	"ship-it.example/shipit/ci"
)

// checkPlaces notes the places {build} and {launch} where nothing fills them, or
// something else than they say.
func (s *section) checkPlaces(h *ci.Hook) {
	named := len(h.Launch.Build) > 0 || h.Find != nil
	s.lacks("launch", "build", "uses {build}, and there is none before its answer", "take it out", h.Launch.Path, h.Launch.Body)
	if len(h.Launch.Build) == 0 {
		s.lacks("launch", "build", "uses {build}, and its answer names none", "add build to launch", ci.Template(h.Launch.Page))
	}
	if a := h.Check; a != nil {
		s.lacks("check", "build", "uses {build}, and there is none before a launch", "take it out", a.Path, a.Body)
		s.lacks("check", "launch", "uses {launch}, and there is none before a launch", "take it out", a.Path, a.Body)
	}
	if f := h.Find; f != nil {
		s.lacks("find", "build", "uses {build}, which it is to find", "take it out, or write {launch}", f.Path, f.Body)
	}
	later := map[string][]ci.Template{}
	if l := h.Look; l != nil {
		later["look"] = []ci.Template{l.Path, l.Body, ci.Template(l.Page)}
		if named && l.Launch != "" {
			s.add(s.node.keys["look"].keys["launch"].place, s.label+"look.launch", "stands beside a build with a name of its own", "take it out")
		}
	}
	if a := h.Cancel; a != nil {
		later["cancel"] = []ci.Template{a.Path, a.Body}
	}
	for key, templates := range later {
		if named {
			s.lacks(key, "launch", "uses {launch}, though the build has a name of its own", "write {build}", templates...)
		} else {
			s.lacks(key, "build", "uses {build}, and nothing names it", "add build to launch, or a find", templates...)
		}
	}
}

// lacks notes that one of a request's templates has a place that it can't have.
func (s *section) lacks(key, name, text, remedy string, templates ...ci.Template) {
	if slices.ContainsFunc(templates, func(t ci.Template) bool { return slices.Contains(t.Names(), name) }) {
		s.add(s.place(key), s.label+key, text, remedy)
	}
}

// checkQuestions notes a question that goes where a launch goes, whatever it says
// there: asked, it could start what nobody has pressed for. A cancel that says of
// which build can't: it has to name one.
func (s *section) checkQuestions(h *ci.Hook) {
	asks := map[string]*ci.Ask{"check": h.Check}
	if h.Look != nil {
		asks["look"] = &h.Look.Ask
	}
	if h.Find != nil {
		asks["find"] = &h.Find.Ask
	}
	const could = "goes where the launch goes: it could start a build"
	for key, a := range asks {
		if sameWay(a, h) {
			s.add(s.place(key), s.label+key, could, "take it out, or name an address that only asks")
		}
	}
	if a := h.Cancel; sameWay(a, h) && !slices.Contains(append(a.Path.Names(), a.Body.Names()...), "build") {
		s.add(s.place("cancel"), s.label+"cancel", could, "take it out, or put {build} into it")
	}
}

// sameWay tells whether a request goes to the address of a hook's launch, whatever
// stands behind a question mark there, and by the same method.
func sameWay(a *ci.Ask, h *ci.Hook) bool {
	to := func(a *ci.Ask) string {
		path, _, _ := strings.Cut(string(a.Path), "?")
		return a.Method + " " + path
	}
	return a != nil && a.Path != "" && to(a) == to(&h.Launch.Ask)
}

// call reads what a webhook starts: a value for each place in its requests.
func (s *section) call() ci.Work {
	const key, like = "server", `server = "buildkite"`
	s.missing(key, like)
	c := ci.Call{Server: s.line(key, like).content(), Values: map[string]string{}}
	hook, ok := s.hooks[c.Server]
	if !ok && c.Server != "" {
		s.add(s.place(key), s.label+key, fmt.Sprintf("needs a [webhook.%s] section, and there is none", clip(c.Server)), "add one, or name one that is there")
	}
	for _, name := range places(hook) {
		like := clip(name) + ` = "…"`
		s.missing(name, like)
		c.Values[name] = s.line(name, like).content()
	}
	if !ok {
		for name := range s.node.keys {
			s.known = append(s.known, name) // nobody can know them
		}
	}
	return c
}

// places is the names of the places that a target has to fill.
func places(h ci.Hook) []string {
	asks := []*ci.Ask{&h.Launch.Ask, h.Cancel, h.Check}
	pages := []string{h.Launch.Page}
	if h.Look != nil {
		asks, pages = append(asks, &h.Look.Ask), append(pages, h.Look.Page)
	}
	if h.Find != nil {
		asks = append(asks, &h.Find.Ask)
	}
	var names []string
	for _, a := range asks {
		if a != nil {
			names = append(append(names, a.Path.Names()...), a.Body.Names()...)
		}
	}
	for _, page := range pages {
		names = append(names, ci.Template(page).Names()...)
	}
	slices.Sort(names)
	return slices.DeleteFunc(slices.Compact(names), func(name string) bool { return name == "launch" || name == "build" })
}
