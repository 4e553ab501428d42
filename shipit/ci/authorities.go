package ci

import (
	"crypto/x509"
	"os"
)

// bundle is Debian's one file with all authorities that the system believes,
// those under /usr/local/share/ca-certificates too: update-ca-certificates(8).
const bundle = "/etc/ssl/certs/ca-certificates.crt"

// Authorities reads the certificate authorities that the system believes. Where
// there is Debian's bundle, and the environment (SSL_CERT_FILE, SSL_CERT_DIR)
// names no other place, that alone is read: [x509.SystemCertPool] goes on to
// read each of them twice more from the folder around it, and whoever has just
// armed the box waits for that.
func Authorities() (*x509.CertPool, error) {
	if pool := bundled(bundle, os.Getenv); pool != nil {
		return pool, nil
	}
	return x509.SystemCertPool()
}

// bundled reads a bundle; nil if there is none, nothing in it, or another place
// to read.
func bundled(path string, getenv func(string) string) *x509.CertPool {
	if getenv("SSL_CERT_FILE") != "" || getenv("SSL_CERT_DIR") != "" {
		return nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(data) {
		return nil
	}
	return pool
}
