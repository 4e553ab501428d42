package ci

import (
	"fmt"
	"io"
	"net/http"
	"net/url"

	"ship-it.example/shipit"
)

// Bounds of what is read of an answer's body.
const (
	maxAnswer  = 1 << 20 // a build's description
	maxExcerpt = 4 << 10 // an error, of which a line is shown
)

// answer is what the server said to the request.
type answer struct {
	status int
	header http.Header
	url    *url.URL // of the request
	body   *body
	caller *caller
	gate   *gate
}

func newAnswer(c *caller, g *gate, resp *http.Response) *answer {
	return &answer{
		status: resp.StatusCode, header: resp.Header, url: resp.Request.URL,
		body: &body{r: io.LimitReader(resp.Body, maxAnswer)}, caller: c, gate: g,
	}
}

// body remembers why it ended early.
type body struct {
	r   io.Reader
	err error // other than io.EOF
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if err != nil && err != io.EOF {
		b.err = err
	}
	return n, err
}

// text is the beginning of the body, whatever of it came.
func (a *answer) text() string {
	b, _ := io.ReadAll(io.LimitReader(a.body, maxExcerpt))
	return string(b)
}

// notABuild is the outcome of a 2xx that named no build.
func (a *answer) notABuild() shipit.Outcome {
	if a.body.err != nil {
		return a.caller.failure(a.gate, a.body.err)
	}
	return unknown("not a build (%d): look at url, and at the server before the next launch", a.status)
}

// refusal is the outcome of an answer that is no 2xx. said is what the server
// explains, and may be empty; look is what to look at if the request itself
// is to blame.
func (a *answer) refusal(said, look string) shipit.Outcome {
	switch {
	case a.status >= 600 || a.status < 300:
		return a.notABuild()
	case a.status >= 500:
		return unknown("%s before the next launch", a.reason(said, look))
	default:
		return notStarted("%s", a.reason(said, look))
	}
}

// reason says in the fixed words what an answer means that is no 2xx.
func (a *answer) reason(said, look string) string {
	code := a.code(said)
	switch {
	case a.status >= 600 || a.status < 300:
		return fmt.Sprintf("not a build (%d): look at url", a.status)
	case a.status >= 500:
		return fmt.Sprintf("server error (%s): look at the server", code)
	case a.status < 400:
		return fmt.Sprintf("redirected (%d%s): look at url", a.status, a.target())
	case a.status == http.StatusUnauthorized:
		return fmt.Sprintf("not authorised (%d): look at %s", a.status, a.caller.login)
	case a.isLimited():
		return fmt.Sprintf("refused (%s): the server was asked too often: wait, and look at what else asks it", code)
	case a.status == http.StatusForbidden:
		return fmt.Sprintf("not authorised (%s): look at this user's rights on the server, and at %s", code, look)
	case a.status == http.StatusProxyAuthRequired || a.status == http.StatusRequestTimeout:
		return fmt.Sprintf("refused (%s): look at the server and what stands before it", code)
	case a.status == http.StatusConflict:
		return fmt.Sprintf("conflict (%s): look at the server's queue", code)
	default:
		return fmt.Sprintf("refused (%s): look at %s", code, look)
	}
}

// code is the status, with what the server says unless it holds a secret.
func (a *answer) code(said string) string {
	short := clean(said)
	if short == "" || a.caller.leaks(said) || a.caller.leaks(short) {
		return fmt.Sprint(a.status)
	}
	return fmt.Sprintf("%d, %q", a.status, short)
}

// target names where a redirect leads, without what may be secret in it.
func (a *answer) target() string {
	to, err := a.url.Parse(a.header.Get("Location"))
	if err != nil || a.header.Get("Location") == "" || a.caller.leaks(to.String()) {
		return ""
	}
	return " to " + clean(bare(to).String())
}

func notStarted(format string, args ...any) shipit.Outcome {
	return shipit.Outcome{Verdict: shipit.NotStarted, Reason: fmt.Sprintf(format, args...)}
}

func unknown(format string, args ...any) shipit.Outcome {
	return shipit.Outcome{Verdict: shipit.Unknown, Reason: fmt.Sprintf(format, args...)}
}
