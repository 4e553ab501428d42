package citest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// Kind is the name of a kind of server that a Server can be.
type Kind string

// The kinds that have a file of their own in package ci. Beside them there are
// those of [Hooks], which a webhook reaches.
const (
	TeamCity Kind = "teamcity"
	Jenkins  Kind = "jenkins"
	GitHub   Kind = "github"
	GitLab   Kind = "gitlab"
)

// Kinds is every kind there is, Hooks at the end.
func Kinds() []Kind {
	return append([]Kind{TeamCity, Jenkins, GitHub, GitLab}, Hooks()...)
}

// ErrKind says that a word names no kind of server. Use one of those listed.
var ErrKind = errors.New("no such kind of server")

// ParseKind is the kind of that name.
func ParseKind(name string) (Kind, error) {
	if k := Kind(name); slices.Contains(Kinds(), k) {
		return k, nil
	}
	var names []string
	for _, k := range Kinds() {
		names = append(names, string(k))
	}
	return "", fmt.Errorf("%w %q: want %s", ErrKind, name, strings.Join(names, ", "))
}

// dialect is how a kind of server is asked and answers.
type dialect interface {
	// asks tells whether a request is a question about builds, or takes one
	// back. Anything else is meant to start one.
	asks(r *http.Request) bool
	// order reads what shall be built; no is the refusal.
	order(x *exchange) (job string, no *reply)
	// queued tells of a build that was just queued.
	queued(x *exchange, b build) *reply
	// answer answers a question.
	answer(x *exchange) *reply
	// refuse explains a status.
	refuse(code int, why string) *reply
}

// dialect makes the one of a kind.
func (k Kind) dialect() dialect {
	switch k {
	case Jenkins:
		return jenkins{}
	case GitHub:
		return github{}
	case GitLab:
		return gitlab{}
	case TeamCity:
		return teamcity{}
	case Chat:
		return chat{}
	default:
		return hooks()[k]
	}
}

// reply is an answer before it is sent.
type reply struct {
	code  int
	media string // empty: there is no body
	to    string // Location
	body  []byte
}

func jsonReply(code int, v any) *reply {
	body, _ := json.Marshal(v) // maps, strings and numbers always marshal
	return &reply{code: code, media: "application/json", body: body}
}

func (r *reply) send(w http.ResponseWriter) {
	r.head(w)
	w.WriteHeader(r.code)
	_, _ = w.Write(r.body)
}

func (r *reply) head(w http.ResponseWriter) {
	if r.media != "" {
		w.Header().Set("Content-Type", r.media)
	}
	if r.to != "" {
		w.Header().Set("Location", r.to)
	}
}

// parts is a path as it came over the wire, split at its slashes.
func (x *exchange) parts() []string { return strings.Split(x.r.URL.EscapedPath(), "/") }
