package ci

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/url"
	"strings"
	"syscall"
	"testing"
)

// Certificates that no server here shows.
func TestExplainCertificate(t *testing.T) {
	t.Parallel()
	d := newDialer(Settings{URL: &url.URL{Scheme: "https", Host: "tc.example"}})
	many := &x509.Certificate{DNSNames: []string{strings.Repeat("a.", 99), "b\n"}}
	tests := []struct {
		name string
		err  error
		want string
	}{
		{"for nobody", x509.HostnameError{Certificate: new(x509.Certificate), Host: "tc.example"}, "certificate: it is for nobody, not for tc.example: look at url"},
		{"for many", x509.HostnameError{Certificate: many, Host: "tc.example"}, "certificate: it is for " + strings.Repeat("a.", 59) + "a…, not for tc.example: look at url"},
		{"for another use", x509.CertificateInvalidError{Reason: x509.IncompatibleUsage}, "certificate: x509: certificate specifies an incompatible key usage: look at the server's certificate and ca_file"},
		{"something else", errors.New("odd\nthing"), "certificate: odd thing: look at the server's certificate and ca_file"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := d.explain(&tls.CertificateVerificationError{Err: tt.err})
			if got.Error() != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// Failures that come together with the end of the launch's time, or that no
// server here shows.
func TestReasons(t *testing.T) {
	t.Parallel()
	c := newCaller(Settings{URL: &url.URL{Scheme: "https", Host: "tc.example"}}, nil)
	lost := &net.OpError{Op: "read", Err: syscall.EHOSTUNREACH}
	tests := []struct{ name, got, want string }{
		{"sealed by the time-out", c.dialer.unsent(context.DeadlineExceeded, errSealed), "unreachable: tc.example:443 did not answer within 10s: look at url, the network and the server"},
		{"name server timed out", c.dialer.explain(&net.DNSError{Err: "i/o timeout", Name: "tc.example", IsTimeout: true, UnwrapErr: context.DeadlineExceeded}).Error(), "unreachable: no name server told the address of tc.example: look at the network"},
		{"network lost", c.unanswered(nil, lost), "cut off: the connection ended before the answer did: look at the server before the next launch"},
		{"acknowledgement lost", c.unanswered(nil, &net.OpError{Op: "read", Err: syscall.ETIMEDOUT}), "timed out: no answer within 10s: look at the server before the next launch"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if tt.got != tt.want {
				t.Errorf("got  %s\nwant %s", tt.got, tt.want)
			}
		})
	}
}
