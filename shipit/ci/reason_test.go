package ci

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/url"
	"strings"
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
