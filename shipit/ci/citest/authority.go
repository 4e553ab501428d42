package citest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"time"
)

// Authority is a private certificate authority that lives in memory.
type Authority struct {
	cert *x509.Certificate
	key  crypto.Signer
}

// NewAuthority makes an authority that is valid at any time.
func NewAuthority() (*Authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("stand-in authority: %w", err)
	}
	cert := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: "Stand-in Authority"},
		NotBefore:             time.Unix(0, 0),
		NotAfter:              time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC),
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageCertSign,
	}
	cert, err = sign(cert, cert, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("stand-in authority: %w", err)
	}
	return &Authority{cert: cert, key: key}, nil
}

// Pool holds the authority alone.
func (a *Authority) Pool() *x509.CertPool {
	p := x509.NewCertPool()
	p.AddCert(a.cert)
	return p
}

// PEM is the authority's certificate as a ca_file holds it.
func (a *Authority) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw})
}

// Certificate says what Issue makes.
type Certificate struct {
	Hosts []string  // names and addresses; none: 127.0.0.1
	From  time.Time // zero: an hour ago
	Until time.Time // zero: an hour from now
	RSA   bool      // a key of 2048 bits, and not ECDSA on P-256
}

// Issue makes a server's certificate.
func (a *Authority) Issue(c Certificate) (tls.Certificate, error) {
	key, err := c.key()
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("stand-in certificate: %w", err)
	}
	cert, err := sign(c.template(time.Now()), a.cert, key.Public(), a.key)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("stand-in certificate: %w", err)
	}
	return tls.Certificate{Certificate: [][]byte{cert.Raw}, PrivateKey: key, Leaf: cert}, nil
}

func (c Certificate) key() (crypto.Signer, error) {
	if c.RSA {
		return rsa.GenerateKey(rand.Reader, 2048)
	}
	return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
}

func (c Certificate) template(now time.Time) *x509.Certificate {
	t := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()),
		Subject:      pkix.Name{CommonName: "Stand-in Server"},
		NotBefore:    c.From,
		NotAfter:     c.Until,
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if c.From.IsZero() {
		t.NotBefore = now.Add(-time.Hour)
	}
	if c.Until.IsZero() {
		t.NotAfter = now.Add(time.Hour)
	}
	for _, h := range c.Hosts {
		if ip := net.ParseIP(h); ip != nil {
			t.IPAddresses = append(t.IPAddresses, ip)
		} else {
			t.DNSNames = append(t.DNSNames, h)
		}
	}
	if len(c.Hosts) == 0 {
		t.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1)}
	}
	return t
}

func sign(template, parent *x509.Certificate, public crypto.PublicKey, key crypto.Signer) (*x509.Certificate, error) {
	der, err := x509.CreateCertificate(rand.Reader, template, parent, public, key)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}
