package ci

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// certificate says what is wrong with the server's certificate; false if that
// isn't it.
func (d *dialer) certificate(err error) (string, bool) {
	if e, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return fmt.Sprintf("this machine does not know its authority %q: look at ca_file", clean(e.Cert.Issuer.String())), true
	}
	if e, ok := errors.AsType[x509.HostnameError](err); ok {
		return fmt.Sprintf("it is for %s, not for %s: look at url", names(e.Certificate), e.Host), true
	}
	if e, ok := errors.AsType[x509.CertificateInvalidError](err); ok && e.Reason == x509.Expired {
		return d.dates(time.Now(), e.Cert), true
	}
	if e, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return clean(e.Err.Error()) + ": look at the server's certificate and ca_file", true
	}
	return "", false
}

// dates says what is wrong with the certificate's dates, or with the clock.
func (d *dialer) dates(now time.Time, cert *x509.Certificate) string {
	const day = "2006-01-02 15:04 MST"
	span := fmt.Sprintf("now %s, certificate valid from %s to %s",
		now.UTC().Format(day), cert.NotBefore.UTC().Format(day), cert.NotAfter.UTC().Format(day))
	switch {
	case d.doubt(now):
		return "clock not set (" + span + "): set it, or wait until the network has"
	case now.Before(cert.NotBefore):
		return "not valid yet (" + span + "): look at the clock and the server's certificate"
	default:
		return "expired (" + span + "): look at the server's certificate"
	}
}

// names lists whom a certificate is for.
func names(cert *x509.Certificate) string {
	list := slices.Clone(cert.DNSNames)
	for _, ip := range cert.IPAddresses {
		list = append(list, ip.String())
	}
	if len(list) == 0 {
		return "nobody"
	}
	return clean(strings.Join(list, ", "))
}
