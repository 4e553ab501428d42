package config

import (
	"crypto/x509"
	"errors"
	"io/fs"
	"net/url"
	"path/filepath"
	"strconv"

	"github.com/pelletier/go-toml/v2/unstable"

	"ship-it.example/shipit/ci"
)

// server is the section of a server, nil if there is none.
func (s *section) server(name string) *section {
	n := s.get(name, "["+name+"]", unstable.Table)
	if n == nil {
		return nil
	}
	return s.under(n, "["+name+"] ")
}

// reach reads how a server is reached, behind its url and its credentials.
// secretly: something that others must not see is sent in any case.
func (s *section) reach(settings *ci.Settings, secretly bool) {
	settings.CAs = s.authorities()
	settings.Insecure = s.boolean("insecure", false)
	settings.Timeout = s.duration("timeout", ci.DefaultTimeout, minTimeout, maxTimeout)
	s.checkTransport(settings, secretly)
}

// url reads a server's address, nil if there is none that can be used; otherwise
// is the one that holds if the file gives none, "" if it has to. The messages
// don't repeat it: there may be a password in it.
func (s *section) url(like, otherwise string) *url.URL {
	const key = "url"
	n := s.str(key, like)
	if otherwise != "" {
		s.otherwise(quote(otherwise))
	}
	if n == nil && !s.has(key) && otherwise != "" {
		u, _ := url.Parse(otherwise) // it is ours
		return u
	}
	s.missing(key, like)
	if n == nil {
		return nil
	}
	u, err := url.Parse(n.text)
	if err != nil {
		s.add(n.place, s.label+key, "is no web address", "write it as in "+like)
		return nil
	}
	if text, remedy := unusable(u, like); text != "" {
		s.add(n.place, s.label+key, text, remedy)
		return nil
	}
	return u
}

// unusable says why a server can't have that address, and what to do.
func unusable(u *url.URL, like string) (text, remedy string) {
	port, err := strconv.ParseUint(u.Port(), 10, 16)
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return "begins with neither https:// nor http://", "write it as in " + like
	case u.Hostname() == "":
		return "names no server", "write it as in " + like
	case u.Port() != "" && (err != nil || port == 0):
		return "has a port that doesn't exist", "choose from 1 to 65535, or leave it out"
	case u.User != nil:
		return "holds a user or a password", "take them out; they belong in files of their own"
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return "has something behind a ? or a #", "end it before that"
	}
	return "", ""
}

// authorities reads the certificate authorities that are believed beside the
// system's own; nil means the system's alone. Those are read when they are
// wanted, which takes longer than all the rest of a start.
func (s *section) authorities() func() *x509.CertPool {
	const key = "ca_file"
	n := s.str(key, `ca_file = "our-ca.pem"`)
	if n == nil {
		return nil
	}
	data := s.file(n, key, authorityFile())
	if data == nil {
		return nil
	}
	if !x509.NewCertPool().AppendCertsFromPEM(data) {
		s.add(n.place, s.label+key, "holds no certificate", "name a PEM file, with BEGIN CERTIFICATE in it")
	}
	return func() *x509.CertPool {
		pool, err := ci.Authorities()
		if err != nil {
			pool = x509.NewCertPool() // a system without any: ours alone
		}
		pool.AppendCertsFromPEM(data)
		return pool
	}
}

// checkTransport holds the secret, the address and the certificates against
// each other.
func (s *section) checkTransport(settings *ci.Settings, secretly bool) {
	if settings.URL == nil {
		return
	}
	if settings.URL.Scheme == "https" {
		if settings.Insecure {
			s.add(s.node.keys["insecure"].place, s.label+"insecure", "goes with an http:// url only",
				"take it out; an authority of your own goes into ca_file")
		}
		return
	}
	if s.has("ca_file") {
		s.add(s.node.keys["ca_file"].place, s.label+"ca_file", "is of no use with an http:// url", "take it out, or write https://")
	}
	if !settings.Insecure && (s.hasSecret(settings) || secretly) {
		s.add(s.place("url"), s.label+"url", "would let the password or token travel in the clear",
			"write https://, or insecure = true if everybody on the way may know it")
	}
}

// absolute is a path that begins in the configuration's folder.
func (s *section) absolute(path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(filepath.Dir(s.path), path)
}

// file reads the file that a key names, by a path from the configuration's
// folder on; nil if there is none.
func (s *section) file(n *node, key string, d demand) []byte {
	where := ""
	if !filepath.IsAbs(n.text) {
		where = " below " + filepath.Dir(s.path)
	}
	data, flaws := s.open(s.absolute(n.text), d)
	for _, f := range flaws {
		if errors.Is(f.cause, fs.ErrNotExist) {
			f.text += where
		}
		s.blame(n.place, s.label+key, f)
	}
	return data
}
