package ci

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"ship-it.example/shipit"
)

// Hook is a server that is described by its addresses and its answers. Each
// path begins at the Settings' URL. Paths and bodies have places for a target's
// values, for {launch}, the launch's id, and, once it is known, for {build}.
type Hook struct {
	Settings
	TokenHeader string // "Name: text with {token}"; empty: Authorization: Bearer
	Headers     map[string]string
	Launch      Launch
	Look        *Look   // nil: a build can't be looked at
	Find        *Search // nil: nor found by its launch's id
	Cancel      *Ask
	Check       *Ask
}

// Ask is a request to a hook's server.
type Ask struct {
	Method string
	Path   Template
	Body   Template // empty: none
	Media  string   // of the body
}

// Launch is the request that starts a build, and where its answer names it.
type Launch struct {
	Ask
	Build []Pointer // none: the answer doesn't name it
	Page  string    // for people: a Pointer, or the Template of an address; empty: there is none
}

// Look is the request that shows a build, and what its answer means.
type Look struct {
	Ask
	State    []Pointer // the first that leads to anything
	Words    map[shipit.Stage][]string
	Waiting  []string // of a build that waits for a person
	Progress Pointer  // to a number from 0 to 100; empty: there is none
	Launch   Pointer  // to the launch's id: while it isn't there, the answer tells of an earlier build
	Page     string   // as in Launch
}

// Search is the request that lists builds.
type Search struct {
	Ask
	List   Pointer // to the list
	Launch Pointer // in an element: to a text that holds the launch's id
	Build  Pointer // in an element: to what names it
}

// Call is what a target starts by a webhook.
type Call struct {
	Server string // the hook's name
	Values map[string]string
}

// String says what is called.
func (c Call) String() string {
	parts := []string{fmt.Sprintf("webhook %q", c.Server)}
	for _, name := range sortedKeys(c.Values) {
		parts = append(parts, fmt.Sprintf("%s %q", name, c.Values[name]))
	}
	return strings.Join(parts, ", ")
}

func (Call) work() {}

// look names the settings that say what is started.
func (c Call) look() string { return fmt.Sprintf("[webhook.%s] and the target's values", c.Server) }

// Webhook is the server of a Hook. Printing one shows no secret.
type Webhook struct {
	base
	at    func(parts ...string) *url.URL
	hook  Hook // without secrets
	calls []Call
	shown []showing // by target
}

var _ server = (*Webhook)(nil)

// NewWebhook makes the server that h describes, with one call a target, by
// index. It does nothing until it is asked to.
func NewWebhook(h Hook, calls []Call, opts ...Option) *Webhook {
	c := newCaller(h.Settings, opts)
	c.login = "its token_file, or user and password_file"
	c.authorise = h.authorise
	w := &Webhook{base: base{c}, at: Settings{URL: h.address()}.raw, hook: h, calls: calls, shown: make([]showing, len(calls))}
	w.hook.Settings = Settings{}
	return w
}

// authorise puts the headers and the credentials, if any, on a request.
func (h Hook) authorise(r *http.Request) {
	for name, value := range h.Headers {
		r.Header.Set(name, value)
	}
	name, text, ok := strings.Cut(h.TokenHeader, ":")
	if h.Token == "" || !ok {
		h.Settings.authorise(r)
		return
	}
	r.Header.Set(name, Template(strings.TrimSpace(text)).fill(map[string]string{"token": h.Token}, asIs))
}

// Launch implements [shipit.Server]; target is an index into the calls.
func (w *Webhook) Launch(ctx, withdraw context.Context, target int, id string) shipit.Outcome {
	call := w.calls[target]
	return w.caller.launch(ctx, withdraw,
		func(ctx context.Context) *http.Request { return w.request(ctx, call, id) },
		func(a *answer) shipit.Outcome { return w.verdict(a, call, id) })
}

// values is what the places of a call are filled with.
func (c Call) values(more ...string) map[string]string {
	all := map[string]string{}
	maps.Copy(all, c.Values)
	for i := 0; i+1 < len(more); i += 2 {
		all[more[i]] = more[i+1]
	}
	return all
}

// body fills the body of a request.
func (a Ask) body(values map[string]string) string {
	escape := asIs
	switch media := strings.ToLower(a.Media); {
	case strings.Contains(media, "json"):
		escape = inJSON
	case strings.Contains(media, "form-urlencoded"):
		escape = url.QueryEscape
	}
	return a.Body.fill(values, escape)
}

// address fills the address of a request.
func (w *Webhook) address(a Ask, values map[string]string) *url.URL {
	path, query := a.Path.path(values)
	u := w.at(strings.TrimPrefix(path, "/"))
	u.RawQuery = query
	return u
}

func (w *Webhook) request(ctx context.Context, call Call, id string) *http.Request {
	values := call.values("launch", id)
	a := w.hook.Launch.Ask
	r := post(ctx, w.address(a, values), a.Media, a.body(values))
	r.Method = a.Method
	return r
}

// verdict judges the answer. A hook that says where its answer names the build
// is a launch only if it does.
func (w *Webhook) verdict(a *answer, call Call, id string) shipit.Outcome {
	if a.status/100 != 2 {
		said := ""
		if a.status/100 == 4 {
			said = complaint(a.text())
		}
		return a.refusedJob(said, call.look())
	}
	if len(w.hook.Launch.Build) == 0 && w.hook.Launch.Page == "" {
		return w.caller.started(w.hook.unnamed(id), "")
	}
	text, err := io.ReadAll(a.body)
	v, broken := readJSON(text)
	if len(w.hook.Launch.Build) == 0 {
		return w.caller.started(w.hook.unnamed(id), w.page(w.hook.Launch.Page, v, call.values("launch", id)))
	}
	names := slices.Compact(words(v, w.hook.Launch.Build)) // parts may all name the one build
	if err != nil || broken != nil || len(names) == 0 || !isName(names[0]) {
		return a.notABuild()
	}
	if len(names) > 1 || w.caller.leaks(names[0]) {
		return w.caller.started(w.hook.unnamed(id), "") // one of several isn't the launch's; nor may a secret be said
	}
	return w.caller.started(names[0], w.page(w.hook.Launch.Page, v, call.values("launch", id, "build", names[0])))
}

// unnamed is the name of a build that the answer doesn't name: the launch's id,
// if the look goes by that, or none yet.
func (h Hook) unnamed(id string) string {
	if h.Look == nil || slices.Contains(h.Look.Path.Names(), "build") {
		return ""
	}
	return id
}

// isName tells whether a text can be a build's name: one that a log and a
// journal can hold.
func isName(text string) bool { return len(text) <= 200 && clean(text) == text }

// page is where people look: at the address that the answer gives, or at one
// that is made of the values.
func (w *Webhook) page(where string, v any, values map[string]string) string {
	if strings.HasPrefix(where, "http") {
		return page(Template(where).address(values, url.PathEscape), w.caller.leaks)
	}
	if where == "" {
		return ""
	}
	if found := words(v, []Pointer{Pointer(where)}); len(found) > 0 {
		return page(found[0], w.caller.leaks)
	}
	return ""
}
