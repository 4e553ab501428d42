package ci_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"ship-it.example/shipit"
	"ship-it.example/shipit/ci"
	"ship-it.example/shipit/ci/citest"
)

// certificate makes a server's certificate and the pool that knows its authority.
func certificate(tb testing.TB, c citest.Certificate) (tls.Certificate, *x509.CertPool) {
	tb.Helper()
	ca, err := citest.NewAuthority()
	if err != nil {
		tb.Fatal(err)
	}
	cert, err := ca.Issue(c)
	if err != nil {
		tb.Fatal(err)
	}
	return cert, ca.Pool()
}

func TestTLS(t *testing.T) {
	t.Parallel()
	cert, pool := certificate(t, citest.Certificate{})
	s := standIn(t, citest.WithTLS(cert))
	set := settings(t, s.URL())
	set.CAs = func() *x509.CertPool { return pool }
	if got := press(t, ci.NewTeamCity(set, bt280)); got.Verdict != shipit.Started {
		t.Errorf("outcome %+v", got)
	}
}

// A certificate that doesn't hold is told to Warm and to the launch, and
// nothing is sent.
func TestCertificate(t *testing.T) {
	t.Parallel()
	const (
		stamp = `\d{4}-\d\d-\d\d \d\d:\d\d UTC`
		span  = `\(now ` + stamp + `, certificate valid from ` + stamp + ` to ` + stamp + `\)`
	)
	hour := func(n int) time.Time { return time.Now().Add(time.Duration(n) * time.Hour) }
	tests := []struct {
		name    string
		cert    citest.Certificate
		strange bool // the authority is unknown
		doubt   bool
		want    string
	}{
		{name: "unknown authority", strange: true, want: `certificate: this machine does not know its authority "CN=Stand-in Authority": look at ca_file`},
		{name: "another name", cert: citest.Certificate{Hosts: []string{"a.example", "10.0.0.1"}}, want: `certificate: it is for a.example, 10.0.0.1, not for 127.0.0.1: look at url`},
		{name: "expired", cert: citest.Certificate{From: hour(-3), Until: hour(-2)}, want: `certificate: expired ` + span + `: look at the server's certificate`},
		{name: "not yet", cert: citest.Certificate{From: hour(2), Until: hour(3)}, want: `certificate: not valid yet ` + span + `: look at the clock and the server's certificate`},
		{name: "no clock, not yet", cert: citest.Certificate{From: hour(2), Until: hour(3)}, doubt: true, want: `certificate: clock not set ` + span + `: set it, or wait until the network has`},
		{name: "no clock, expired", cert: citest.Certificate{From: hour(-3), Until: hour(-2)}, doubt: true, want: `certificate: clock not set ` + span + `: set it, or wait until the network has`},
		{name: "no clock, unknown authority", doubt: true, strange: true, want: `certificate: this machine does not know its authority "CN=Stand-in Authority": look at ca_file`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cert, pool := certificate(t, tt.cert)
			if tt.strange {
				pool = x509.NewCertPool()
			}
			s := standIn(t, citest.WithTLS(cert))
			set := settings(t, s.URL())
			set.CAs = func() *x509.CertPool { return pool }
			var opts []ci.Option
			if tt.doubt {
				opts = append(opts, ci.WithClockDoubt(func(time.Time) bool { return true }))
			}
			tc := ci.NewTeamCity(set, bt280, opts...)
			want := regexp.MustCompile("^" + tt.want + "$")
			if got := press(t, tc); got.Verdict != shipit.NotStarted || !want.MatchString(got.Reason) {
				t.Errorf("outcome %+v, want a reason like %s", got, want)
			}
			if got := firstDial(t, tc); got == nil || !want.MatchString(got.Error()) {
				t.Errorf("Warm told %v, want %s", got, want)
			}
			if s.Requests() != 0 {
				t.Error("a request arrived")
			}
		})
	}
}

// firstDial is what Warm tells of its first dial.
func firstDial(t *testing.T, tc *ci.TeamCity) error {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	dialled, ended := make(chan error, 9), make(chan struct{})
	go func() {
		defer close(ended)
		tc.Warm(ctx, 0, func(err error) { dialled <- err })
	}()
	err := <-dialled
	stop()
	<-ended
	return err
}

// Only TLS from 1.2 on, and only servers that speak it.
func TestNoTLS(t *testing.T) {
	t.Parallel()
	cert, pool := certificate(t, citest.Certificate{})
	old, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{
		Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11,
	})
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, scheme, want string
		opts               []citest.Option
	}{
		{"TLS 1.1", "https", "unreachable: ADDR refused TLS: tls: protocol version not supported: look at url and the server", []citest.Option{citest.WithListener(old)}},
		{"http under https", "https", `unreachable: ADDR does not speak TLS: look at url \(http\? another port\?\)`, nil},
		{"https under http", "http", `refused \(400, "Client sent an HTTP request to an HTTPS server."\): look at build_type "bt280"`, []citest.Option{citest.WithTLS(cert)}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := standIn(t, tt.opts...)
			set := settings(t, s.URL())
			set.URL.Scheme = tt.scheme
			set.CAs = func() *x509.CertPool { return pool }
			want := regexp.MustCompile("^" + strings.ReplaceAll(tt.want, "ADDR", set.URL.Host) + "$")
			if got := press(t, ci.NewTeamCity(set, bt280)); got.Verdict != shipit.NotStarted || !want.MatchString(got.Reason) {
				t.Errorf("outcome %+v, want a reason like %s", got, want)
			}
			if s.Requests() != 0 {
				t.Error("a request arrived")
			}
		})
	}
}

// Ways on which nobody answers.
func TestUnreachable(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := l.Addr().String()
	_ = l.Close()
	tests := []struct {
		name string
		url  string
		err  error // what the dial says
		want string
	}{
		{"nobody listens", "http://" + closed, syscall.ECONNREFUSED, "unreachable: " + closed + " refused the connection: look at url and whether the server runs"},
		{"no such host", "https://tc.example/x", &net.DNSError{Err: "no such host", Name: "tc.example", IsNotFound: true}, "unreachable: no such host tc.example: look at url"},
		{"no name server", "https://tc.example", &net.DNSError{Err: "i/o timeout", Name: "tc.example", IsTimeout: true}, "unreachable: no name server told the address of tc.example: look at the network"},
		{"no route", "http://[::1]:9", &net.OpError{Op: "dial", Err: syscall.ENETUNREACH}, "unreachable: no way to [::1]:9: look at the network"},
		{"another failure", "http://tc.example", errors.New("odd\n\tthing"), "unreachable: tc.example:80: odd thing: look at url and the server"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var opts []ci.Option
			if !strings.Contains(tt.url, closed) { // there the system itself says it
				opts = append(opts, ci.WithDial(func(context.Context, string, string) (net.Conn, error) { return nil, tt.err }))
			}
			tc := ci.NewTeamCity(settings(t, tt.url), bt280, opts...)
			if got := press(t, tc); got != notStarted(tt.want) {
				t.Errorf("outcome %+v, want %s", got, tt.want)
			}
			if got := firstDial(t, tc); got == nil || got.Error() != tt.want || !errors.Is(got, tt.err) {
				t.Errorf("Warm told %v", got)
			}
		})
	}
}

// The environment's proxy is not asked, and the port comes from the scheme.
func TestNoProxy(t *testing.T) {
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"} {
		t.Setenv(name, "http://proxy.example:3128")
	}
	for scheme, want := range map[string]string{"http": "tc.example:80", "https": "tc.example:443"} {
		var dialled []string
		tc := ci.NewTeamCity(settings(t, scheme+"://tc.example"), bt280,
			ci.WithDial(func(_ context.Context, _, addr string) (net.Conn, error) {
				dialled = append(dialled, addr)
				return nil, errRefused
			}))
		press(t, tc)
		if len(dialled) != 1 || dialled[0] != want {
			t.Errorf("%s dialled %q, want %q", scheme, dialled, want)
		}
	}
}
