package ci

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"ship-it.example/shipit"
)

// base is what the files of all servers reached by HTTP share: the way there.
type base struct{ caller *caller }

// Warm implements [shipit.Server]. It blocks until ctx ends, in which time
// dialled is called from this goroutine or a launch's, one call at a time and
// none after the return. It should return at once, because the launch waits
// for it. What dialled gets has a reason as its text.
func (b base) Warm(ctx context.Context, _ int, dialled func(error)) {
	b.caller.keeper.warm(ctx, dialled)
}

// End implements [shipit.Follower]: what runs on a server goes on.
func (base) End() {}

func (b base) close() { b.caller.close() }

// post makes the request of a launch.
func post(ctx context.Context, to *url.URL, media, body string) *http.Request {
	r := &http.Request{
		Method: http.MethodPost, URL: to,
		Header: http.Header{"Accept": {"application/json"}},
		Body:   http.NoBody, ContentLength: int64(len(body)),
	}
	if body != "" {
		r.Body = io.NopCloser(strings.NewReader(body))
		r.Header.Set("Content-Type", media)
	}
	return r.WithContext(ctx)
}

// raw is a path on the server whose parts, each escaped by the caller, stand
// in the request as they are: a part may hold %2F. A part that is no valid
// escaping would have the request go to another path.
func (s Settings) raw(parts ...string) *url.URL {
	u := s.address()
	escaped := strings.TrimRight(u.EscapedPath(), "/") + "/" + strings.Join(parts, "/")
	u.RawPath = escaped
	u.Path, _ = url.PathUnescape(escaped) // PathEscape or inAddress made it
	return u
}

// lost is the sight of a build that the server doesn't know.
func lost(build string) shipit.Sight {
	return shipit.Sight{Stage: shipit.StageLost, Build: build, Progress: -1}
}

// asJSON reads the answer to a launch, as far as it came, and says whether it
// is JSON.
func (a *answer) asJSON(v any) bool { return json.NewDecoder(a.body).Decode(v) == nil }

// started is the outcome of a launch whose build the server named.
func (c *caller) started(build, address string) shipit.Outcome {
	return shipit.Outcome{Verdict: shipit.Started, Build: build, URL: page(address, c.leaks)}
}

// unknownJob is the reason for a target that the server doesn't know.
func (a *answer) unknownJob(said, look string) string {
	return fmt.Sprintf("unknown build type (%s): look at %s and url, and at the rights of %s", a.code(said), look, a.caller.login)
}

// refusedJob is refusal for servers on which 404 says that there is no such
// target, or none that this user may see.
func (a *answer) refusedJob(said, look string) shipit.Outcome {
	if a.status == http.StatusNotFound {
		return notStarted("%s", a.unknownJob(said, look))
	}
	return a.refusal(said, look)
}

// troubleJob is trouble for the same servers.
func (r *reply) troubleJob(look string) error {
	if r.status == http.StatusNotFound {
		return lasting("%s", r.unknownJob(r.said(), look))
	}
	return r.trouble(look)
}

// said is what the server explains.
func (r *reply) said() string { return complaint(string(r.text[:min(len(r.text), maxExcerpt)])) }

// lasting is an error that stays until somebody changes something.
func lasting(format string, args ...any) error {
	return &shipit.AskError{Reason: fmt.Sprintf(format, args...), Lasting: true}
}

// pause waits, or ends with ctx.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
