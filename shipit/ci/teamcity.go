package ci

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"ship-it.example/shipit"
)

// Build is what a target starts.
type Build struct {
	Type   string // the build configuration's id, such as bt280
	Branch string // empty: the default branch
}

// String says what is built.
func (b Build) String() string {
	if b.Branch == "" {
		return fmt.Sprintf("TeamCity build type %q", b.Type)
	}
	return fmt.Sprintf("TeamCity build type %q, branch %q", b.Type, b.Branch)
}

func (Build) work() {}

// job names the setting that says what is built, and look the branch too.
func (b Build) job() string { return fmt.Sprintf("build_type %q", b.Type) }

func (b Build) look() string {
	if b.Branch == "" {
		return b.job()
	}
	return fmt.Sprintf("build_type %q and branch %q", b.Type, b.Branch)
}

// TeamCity is a TeamCity server, from 8.1 on. Printing one shows no secret.
type TeamCity struct {
	base
	rest   *url.URL // the root of its interface
	builds []Build
}

var _ server = (*TeamCity)(nil)

// NewTeamCity makes the server that s describes, with one build a target, by
// index. It does nothing until it is asked to.
func NewTeamCity(s Settings, builds []Build, opts ...Option) *TeamCity {
	return &TeamCity{
		base:   base{newCaller(s, opts)},
		rest:   s.endpoint("app/rest"),
		builds: builds,
	}
}

// Launch implements [shipit.Server]; target is an index into the builds.
func (t *TeamCity) Launch(ctx, withdraw context.Context, target int, id string) shipit.Outcome {
	b := t.builds[target]
	request := func(ctx context.Context) *http.Request { return t.request(ctx, b, id) }
	verdict := func(a *answer) shipit.Outcome { return t.verdict(a, b) }
	return t.caller.launch(ctx, withdraw, request, verdict)
}

// request adds a build to the queue:
// https://www.jetbrains.com/help/teamcity/rest/start-and-cancel-builds.html
func (t *TeamCity) request(ctx context.Context, b Build, id string) *http.Request {
	body := b.xml(id)
	r := &http.Request{
		Method: http.MethodPost,
		URL:    t.at("buildQueue"),
		Header: http.Header{"Content-Type": {"application/xml"}, "Accept": {"application/xml"}},
		Body:   io.NopCloser(body), ContentLength: int64(body.Len()),
	}
	return r.WithContext(ctx)
}

// xml is the body of the request: the original's, with the launch's id in the
// comment.
func (b Build) xml(id string) *bytes.Buffer {
	var x bytes.Buffer
	x.WriteString("<build")
	if b.Branch != "" {
		attribute(&x, "branchName", b.Branch)
	}
	x.WriteString("><buildType")
	attribute(&x, "id", b.Type)
	x.WriteString("/><comment><text>triggered by ship-it, launch ")
	_ = xml.EscapeText(&x, []byte(id))
	x.WriteString("</text></comment></build>")
	return &x
}

func attribute(b *bytes.Buffer, name, value string) {
	fmt.Fprintf(b, ` %s="`, name)
	_ = xml.EscapeText(b, []byte(value)) // a bytes.Buffer takes everything
	b.WriteByte('"')
}

// verdict judges the answer. No status but 2xx with a build's id is a launch:
// https://www.jetbrains.com/help/teamcity/rest/build.html
func (t *TeamCity) verdict(a *answer, b Build) shipit.Outcome {
	if a.status/100 == 2 {
		q := readQueued(a.body)
		if q.name() == "" {
			return a.notABuild()
		}
		return shipit.Outcome{Verdict: shipit.Started, Build: q.name(), URL: page(q.webURL, t.caller.leaks)}
	}
	if a.status/100 != 4 {
		return a.refusal("", b.look())
	}
	text := a.text()
	said := complaint(text)
	switch {
	case a.status == http.StatusForbidden && strings.Contains(text, "CSRF"):
		return notStarted("not authorised (%d, CSRF check): use token_file in the place of user and password_file", a.status)
	case a.status == http.StatusNotFound:
		return notStarted("%s", a.unknownJob(said, b.job()))
	default:
		return a.refusal(said, b.look())
	}
}
