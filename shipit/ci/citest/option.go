package citest

import (
	"crypto/tls"
	"net"
)

// Option changes how a Server is made.
type Option func(*Server)

// WithListener serves on l, which the server then owns, and not on a free
// port of 127.0.0.1.
func WithListener(l net.Listener) Option { return func(s *Server) { s.listener = l } }

// WithTLS makes it an https server with that certificate.
func WithTLS(cert tls.Certificate) Option {
	return func(s *Server) { s.tls = &tls.Config{Certificates: []tls.Certificate{cert}} }
}

// WithBuildTypes makes every build type but these unknown.
func WithBuildTypes(ids ...string) Option { return func(s *Server) { s.types = ids } }

// OnRequest calls f with each request that came, before it is answered. f may
// block: the answer then waits for it.
func OnRequest(f func(Request)) Option { return func(s *Server) { s.onRequest = f } }
