package citest

import (
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Hooks is the kinds of servers that a webhook reaches, each with a sample
// configuration of its own in packaging/samples.
func Hooks() []Kind {
	kinds := hooks()
	return slices.Sorted(maps.Keys(kinds))
}

// hook is such a server: its addresses as "METHOD pattern", with the query if the
// pattern has a \?, in which the first group is the job or the build, and its answers, in which stand {n}, {job},
// {state}, {result} (null until the end), {url} and {text}, all that was said in
// the order.
type hook struct {
	start  string
	code   int
	told   string // of a build that was just queued; empty: nothing
	look   string
	build  string    // one build
	gone   string    // one that there isn't; empty: 404
	states [5]string // its words: queued, running, passed, failed, cancelled; a result stands behind |
	find   string    // empty: it lists none
	list   string    // around {builds}
	cancel string    // empty: it can't
	check  string
}

// matches tells whether a request is one of those, and of which job or build.
func matches(r *http.Request, route string) (which string, ok bool) {
	method, pattern, _ := strings.Cut(route, " ")
	if route == "" || r.Method != method {
		return "", false
	}
	address := r.URL.EscapedPath()
	if strings.Contains(pattern, `\?`) {
		address = r.URL.RequestURI()
	}
	m := regexp.MustCompile("^" + pattern + "$").FindStringSubmatch(address)
	if m == nil {
		return "", false
	}
	return m[1], true
}

func (h hook) asks(r *http.Request) bool {
	_, starts := matches(r, h.start)
	_, cancels := matches(r, h.cancel)
	return !starts && (r.Method == http.MethodGet || cancels)
}

func (h hook) order(x *exchange) (job string, no *reply) {
	job, ok := matches(x.r, h.start)
	switch {
	case !ok || !x.s.knows(job):
		return "", h.refuse(http.StatusNotFound, "Not Found")
	case !strings.HasPrefix(x.body, "{"):
		return "", h.refuse(http.StatusBadRequest, "the body is no JSON object")
	}
	return job, nil
}

func (h hook) queued(x *exchange, b build) *reply {
	if h.told == "" {
		return &reply{code: h.code}
	}
	return &reply{code: h.code, media: "application/json", body: []byte(h.fill(x.s, h.told, b))}
}

func (hook) refuse(code int, why string) *reply {
	return jsonReply(code, map[string]any{"message": why})
}

// fill makes an answer of a template.
func (h hook) fill(s *Server, template string, b build) string {
	state, result, ended := strings.Cut(b.word(time.Now(), h.states), "|")
	if ended {
		result = strconv.Quote(result)
	} else {
		result = "null"
	}
	return strings.NewReplacer(
		"{n}", strconv.Itoa(b.n), "{job}", b.job, "{state}", state, "{result}", result,
		"{url}", s.URL(), "{text}", strings.Trim(strconv.Quote(b.text), `"`),
	).Replace(template)
}

func (h hook) answer(x *exchange) *reply {
	if text, ok := matches(x.r, h.cancel); ok {
		return h.cancelled(x, text)
	}
	if text, ok := matches(x.r, h.look); ok {
		b, ok := h.one(x, text)
		switch {
		case ok:
			return &reply{code: http.StatusOK, media: "application/json", body: []byte(h.fill(x.s, h.build, b))}
		case h.gone != "":
			return &reply{code: http.StatusOK, media: "application/json", body: []byte(h.gone)}
		}
	}
	if _, ok := matches(x.r, h.find); ok {
		var builds []string
		for _, b := range x.s.list("") {
			builds = append(builds, h.fill(x.s, h.build, b))
		}
		return &reply{code: http.StatusOK, media: "application/json", body: []byte(strings.Replace(h.list, "{builds}", strings.Join(builds, ","), 1))}
	}
	if job, ok := matches(x.r, h.check); ok && x.s.knows(job) {
		return jsonReply(http.StatusOK, map[string]any{"name": job})
	}
	return h.refuse(http.StatusNotFound, "Not Found")
}

// one is the build that an address names: by its number, or, where a server
// shows the last one of a job, by that.
func (h hook) one(x *exchange, text string) (build, bool) {
	if n, err := strconv.Atoi(strings.TrimLeft(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-")); err == nil {
		return x.s.find(n)
	}
	if list := x.s.list(text); len(list) > 0 {
		return list[0], true
	}
	return build{}, false
}

func (h hook) cancelled(x *exchange, text string) *reply {
	b, ok := h.one(x, text)
	if !ok {
		return h.refuse(http.StatusNotFound, "Not Found")
	}
	if !x.s.cancel(b.n, true) {
		return h.refuse(http.StatusConflict, "it is over")
	}
	return jsonReply(http.StatusOK, map[string]any{})
}
