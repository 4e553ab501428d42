package ci

import (
	"cmp"
	"crypto/x509"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"time"
)

// DefaultTimeout is the time that a launch has if the settings give none.
const DefaultTimeout = 10 * time.Second

// Settings say how to reach a server. Package config checks them; here they
// are taken as they are. However they are printed, logged or marshalled, no
// secret comes out, as long as the field that holds them is exported: package
// fmt calls no method of an unexported field.
type Settings struct {
	URL      *url.URL              // http or https; a path in front and a slash at the end are fine
	User     string                // with Password: Basic authentication
	Password string                // a secret
	API      bool                  // Password is an API token, as Jenkins has it
	Token    string                // a secret; goes as Bearer and wins over User
	HasToken bool                  // GitLab's: there is a Token, though nobody may have read it
	Trigger  string                // a secret; GitLab's, goes in the body of a launch
	CAs      func() *x509.CertPool // whom to believe; asked once, before the first handshake; nil: the system's authorities
	Timeout  time.Duration         // for the whole request, connection included; 0 is DefaultTimeout
	Insecure bool                  // credentials may travel over http; package config asks for it
}

// String gives the address, and the kind of the credentials instead of them.
func (s Settings) String() string {
	return fmt.Sprintf("%s (%s)", s.address(), s.credentials())
}

// Format prints String, whatever the verb: %+v and %#v show no secret either.
func (s Settings) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// LogValue logs String.
func (s Settings) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText gives String, so that JSON holds no secret.
func (s Settings) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

func (s Settings) credentials() string {
	switch {
	case s.Token != "":
		return "token"
	case s.User != "" && s.API:
		return "user and token"
	case s.User != "":
		return "user and password"
	case s.Trigger != "":
		return "trigger token"
	default:
		return "no credentials"
	}
}

// address is the URL without user, query and fragment.
func (s Settings) address() *url.URL {
	if s.URL == nil {
		return new(url.URL)
	}
	return bare(s.URL)
}

// endpoint is a path on the server, behind whatever path is in front.
func (s Settings) endpoint(path string) *url.URL {
	u := s.address()
	u.Path = cmp.Or(u.Path, "/")
	return u.JoinPath(path)
}

// hostPort is what is dialled.
func (s Settings) hostPort() string {
	port := "80"
	if s.secure() {
		port = "443"
	}
	return net.JoinHostPort(s.URL.Hostname(), cmp.Or(s.URL.Port(), port))
}

func (s Settings) secure() bool { return s.URL.Scheme == "https" }

// authorise puts the credentials, if any, on a request.
func (s Settings) authorise(r *http.Request) {
	switch {
	case s.Token != "":
		r.Header.Set("Authorization", "Bearer "+s.Token)
	case s.User != "":
		r.SetBasicAuth(s.User, s.Password)
	}
}

// leaks says whether text holds a secret.
func (s Settings) leaks(text string) bool { return holdsAny(text, s.secrets()) }

func (s Settings) secrets() []string {
	secrets := []string{s.Token, s.Password, s.Trigger}
	if s.Password != "" {
		secrets = append(secrets, s.User+":"+s.Password)
	}
	return secrets
}

// bare is u without the parts that may hold a secret.
func bare(u *url.URL) *url.URL {
	return &url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}
}
