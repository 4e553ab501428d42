package ci

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
)

// hidden stands where a secret goes.
const hidden = "(secret)"

// Preview is what a launch of the target with that id would send: a request as
// HTTP/1.1 has it, or a command. It is for people and holds no secret; nothing is
// sent.
func (f *Fleet) Preview(target int, id string) string {
	s, n := f.at(target)
	return s.preview(n, id)
}

func (t *TeamCity) preview(target int, id string) string {
	return t.caller.preview(t.request(context.Background(), t.builds[target], id))
}

func (j *Jenkins) preview(target int, id string) string {
	return j.caller.preview(j.request(context.Background(), j.jobs[target], id))
}

func (g *GitHub) preview(target int, id string) string {
	return g.caller.preview(g.request(context.Background(), g.flows[target], id))
}

func (g *GitLab) preview(target int, id string) string {
	without := *g
	if g.trigger != nil {
		without.trigger = func() string { return hidden }
	}
	return g.caller.preview(without.request(context.Background(), g.lines[target], id))
}

func (w *Webhook) preview(target int, id string) string {
	return w.caller.preview(w.request(context.Background(), w.calls[target], id))
}

// preview prints a command, with what it gets beside the usual environment.
func (c *Commands) preview(target int, id string) string {
	command := c.commands[target]
	var b strings.Builder
	fmt.Fprintf(&b, "run %q\n%s=%s\n", command.Run, LaunchVariable, id)
	for _, name := range sortedKeys(command.Environment) {
		fmt.Fprintf(&b, "%s=%s\n", name, clean(command.Environment[name]))
	}
	for _, name := range sortedKeys(command.Secrets) {
		fmt.Fprintf(&b, "%s=%s\n", name, hidden)
	}
	if command.leaks(b.String()) {
		return "not shown: a secret stands in its arguments or its environment\n"
	}
	return b.String()
}

// preview prints the request of a launch, and in the place of what signs it in
// that there is something. So is each header of a configuration: somebody may have
// put a secret into one.
func (c *caller) preview(r *http.Request) string {
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body) // made of a string
	}
	before := r.Header.Clone()
	r = c.dress(r)
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s\n", r.Method, r.URL)
	for _, name := range sortedKeys(r.Header) {
		for _, value := range r.Header[name] {
			if !slices.Contains(before[name], value) && name != "User-Agent" {
				value = hidden
			}
			fmt.Fprintf(&b, "%s: %s\n", name, value)
		}
	}
	if len(body) > 0 {
		fmt.Fprintf(&b, "\n%s\n", body)
	}
	if c.leaks(b.String()) {
		return "not shown: a secret stands in its address, a header or its body\n"
	}
	return b.String()
}
