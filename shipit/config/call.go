package config

import (
	"fmt"
	"maps"
	"slices"

	"ship-it.example/shipit/ci"
)

// checkBuild holds the requests about a build against what names it.
func (s *section) checkBuild(h *ci.Hook) {
	named := len(h.Launch.Build) > 0 || h.Find != nil
	asks := map[string]*ci.Ask{"cancel": h.Cancel}
	if h.Look != nil {
		asks["look"] = &h.Look.Ask
	}
	for _, key := range slices.Sorted(maps.Keys(asks)) {
		a := asks[key]
		if a == nil {
			continue
		}
		names := append(a.Path.Names(), a.Body.Names()...)
		switch {
		case !named && slices.Contains(names, "build"):
			s.add(s.place(key), s.label+key, "uses {build}, and nothing names it", "add build to launch, or a find")
		case named && slices.Contains(names, "launch"):
			s.add(s.place(key), s.label+key, "uses {launch}, though the build has a name of its own", "write {build}")
		}
	}
}

// checkQuestions notes a question that is the request of a launch itself: asked, it
// would start what nobody has pressed for.
func (s *section) checkQuestions(h *ci.Hook) {
	asks := map[string]*ci.Ask{"cancel": h.Cancel, "check": h.Check}
	if h.Look != nil {
		asks["look"] = &h.Look.Ask
	}
	if h.Find != nil {
		asks["find"] = &h.Find.Ask
	}
	for _, key := range slices.Sorted(maps.Keys(asks)) {
		if a := asks[key]; a != nil && *a == h.Launch.Ask && a.Path != "" {
			s.add(s.place(key), s.label+key, "is the request that launches", "name one that only asks")
		}
	}
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
		s.missing(name, name+` = "…"`)
		c.Values[name] = s.line(name, name+` = "…"`).content()
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
