package ci

import (
	"crypto/x509"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"ship-it.example/shipit"
)

// DefaultBody is what is sent of a piece of news if the settings say nothing
// else: what Slack, Mattermost, Rocket.Chat and Google Chat read
// (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks).
// A workflow of Teams wants a card
// (https://github.com/MicrosoftDocs/msteams-docs/issues/11302).
const DefaultBody Template = `{"text": "{text}"}`

// Places are what stands for what in the body of an announcement.
func Places() []string {
	return []string{"text", "what", "target", "build", "url", "says", "box", "drill", "time"}
}

// Announcing says where the news go, and how. However it is printed, logged or
// marshalled, no secret comes out, as long as the field that holds it is
// exported; see [Settings].
type Announcing struct {
	URL     *url.URL // a secret: whoever knows it can speak there; nil: nobody is told
	Named   string   // where the address stands, for people: "[announce] url_file"
	Headers map[string]string
	Body    Template
	Media   string // of the body
	On      []shipit.NewsKind
	Box     string // the name that the box goes by
	Drill   bool   // nothing of it is real
	CAs     func() *x509.CertPool
	Timeout time.Duration // of a try; 0 is DefaultTimeout
}

// String gives the server's address, and what it is told of.
func (a Announcing) String() string {
	if a.URL == nil {
		return "nobody"
	}
	kinds := make([]string, len(a.On))
	for i, kind := range a.On {
		kinds[i] = kind.String()
	}
	return fmt.Sprintf("%s (%s)", &url.URL{Scheme: a.URL.Scheme, Host: a.URL.Host}, strings.Join(kinds, ", "))
}

// Format prints String, whatever the verb: %+v and %#v show no secret either.
func (a Announcing) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, a.String()) }

// LogValue logs String.
func (a Announcing) LogValue() slog.Value { return slog.StringValue(a.String()) }

// MarshalText gives String, so that JSON holds no secret.
func (a Announcing) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// words turns the reason of a launch, which speaks of builds, into one of an
// announcement.
func (a Announcing) words(reason string) string {
	return strings.NewReplacer(
		"not a build", "not taken", "look at url", "look at "+a.Named,
		"this user's rights on the server, and at", "what this address may do, and at",
	).Replace(reason)
}

// leaks says whether text holds the address, or a part of it that may be what
// is secret in it.
func (a Announcing) leaks(text string) bool { return holdsAny(text, a.secrets()) }

// secrets is those parts.
func (a Announcing) secrets() []string {
	if a.URL == nil {
		return nil
	}
	const short = 6 // such as "hooks" or "v1"
	secrets := []string{a.URL.RawQuery, strings.Trim(a.URL.EscapedPath(), "/")}
	secrets = append(secrets, strings.Split(a.URL.Path, "/")...)
	for _, values := range a.URL.Query() {
		secrets = append(secrets, values...)
	}
	return slices.DeleteFunc(secrets, func(s string) bool { return len(s) < short })
}

// headers is what every announcement is sent with.
func (a Announcing) headers() http.Header {
	h := http.Header{}
	for name, value := range a.Headers {
		h.Set(name, value)
	}
	if a.Media != "" {
		h.Set("Content-Type", a.Media)
	}
	return h
}

// fill makes the body for a piece of news.
func (a Announcing) fill(n shipit.News, at time.Time) string {
	drill := ""
	if a.Drill {
		drill = "DRILL "
	}
	text := drill + a.Box + ": " + n.Text
	if n.Says != "" {
		text += ": " + n.Says
	}
	if n.URL != "" {
		text += " " + n.URL
	}
	return Ask{Body: a.Body, Media: a.Media}.body(map[string]string{
		"text": text, "what": n.Kind.String(), "target": n.Target, "build": n.Build, "url": n.URL, "says": n.Says,
		"box": a.Box, "drill": drill, "time": at.Format(time.RFC3339),
	})
}
