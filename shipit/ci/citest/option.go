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

// As makes it a server of another kind.
func As(k Kind) Option { return func(s *Server) { s.kind = k } }

// options are the habits of a server that not every one of its kind has.
type options struct {
	old        bool                // TeamCity 8.1
	plain      bool                // names nothing: no run's id, no pipeline's name
	joins      bool                // an order that is the same as one in the queue joins it
	disabled   bool                // no job can be built
	csrf       bool                // a TeamCity from 2020.1 on
	full       bool                // the queue takes nothing
	parameters map[string][]string // that a job takes, by its name; "": any other job; nil: it takes any
}

// OldTeamCity makes it a TeamCity 8.1: a queued build has a task's number and no
// other, and is known to the queue alone.
func OldTeamCity() Option { return func(s *Server) { s.old = true } }

// WithoutDetails makes it a GitHub Enterprise of before 2026, which answers 204
// and refuses what it doesn't know.
func WithoutDetails() Option { return func(s *Server) { s.plain = true } }

// WithoutNames makes it a GitLab whose pipelines have no name.
func WithoutNames() Option { return func(s *Server) { s.plain = true } }

// Joining has an order join a waiting one that is the same, as Jenkins does.
func Joining() Option { return func(s *Server) { s.joins = true } }

// Disabled makes every job one that can't be built: a Jenkins says so when it is
// asked.
func Disabled() Option { return func(s *Server) { s.disabled = true } }

// CheckingCSRF makes it a TeamCity that takes orders by a token alone: who signs
// in by a password would have to bring one of its own against forgery
// (https://jetbrains.com/help/teamcity/csrf-protection.html).
func CheckingCSRF() Option { return func(s *Server) { s.csrf = true } }

// ShuttingDown makes it a Jenkins whose queue takes nothing any more, which it
// says by a redirect to the job.
func ShuttingDown() Option { return func(s *Server) { s.full = true } }

// WithParameters is what every Jenkins job takes; without names, nothing.
func WithParameters(names ...string) Option { return WithJobParameters("", names...) }

// WithJobParameters is what one Jenkins job takes, by its name with folders.
func WithJobParameters(job string, names ...string) Option {
	return func(s *Server) {
		if s.parameters == nil {
			s.parameters = map[string][]string{}
		}
		s.parameters[job] = append([]string{}, names...)
	}
}

// WithBuildTypes makes every build type, or job, but these unknown.
func WithBuildTypes(ids ...string) Option { return func(s *Server) { s.types = ids } }

// OnRequest calls f with each request that came and is no question, before it is answered. f may
// block: the answer then waits for it.
func OnRequest(f func(Request)) Option { return func(s *Server) { s.onRequest = f } }
