package soak_test

import (
	"crypto/tls"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"ship-it.example/shipit/ci/citest"
)

// timeout is how long the box waits for an answer.
const timeout = 3 * time.Second

// answer is what the server does with a request, and what the box has to log
// of it, behind the target's name.
type answer struct {
	name  string
	often int
	mode  func(*rand.Rand) citest.Mode
	want  string // how the line begins; %s is the target
}

const (
	wantBuild   = "Triggered a build of %s id="
	wantNone    = "ERROR No build of %s: "
	wantUnknown = "ERROR Unknown whether a build of %s started: "
)

func answers() []answer {
	always := func(m citest.Mode) func(*rand.Rand) citest.Mode { return func(*rand.Rand) citest.Mode { return m } }
	oneOf := func(codes ...int) func(*rand.Rand) citest.Mode {
		return func(r *rand.Rand) citest.Mode { return citest.Fail(codes[r.IntN(len(codes))]) }
	}
	return []answer{
		{"ok", 28, always(citest.OK()), wantBuild},
		{"slow", 8, func(r *rand.Rand) citest.Mode {
			return citest.Slow(100*time.Millisecond + time.Duration(r.Int64N(int64(timeout/2))))
		}, wantBuild},
		{"4xx", 22, oneOf(400, 401, 403, 404, 409, 429), wantNone},
		{"5xx", 12, oneOf(500, 502, 503), wantUnknown + "server error"},
		{"redirect", 4, always(citest.Redirect(http.StatusFound, "https://elsewhere.example/login")), wantNone + "redirected"},
		{"not a build", 6, always(citest.Answer(http.StatusOK, "text/html", "<html>Welcome</html>")), wantUnknown + "not a build"},
		{"drop before the body", 5, always(citest.Unread()), wantUnknown + "cut off"},
		{"drop after the body", 5, always(citest.Drop()), wantUnknown + "cut off"},
		{"drop in the answer", 5, always(citest.CutAt(20)), wantUnknown + "cut off"},
		{"silent", 5, always(citest.Silent()), wantUnknown + "timed out"},
	}
}

// asked is a request that came.
type asked struct {
	citest.Request
	answer answer
}

// server is a stand-in TeamCity that fails at random. It can be away for a
// while, and it counts what came, over all its lives.
type server struct {
	cert   *tls.Certificate // nil: http
	random *rand.Rand
	here   *citest.Server // nil: away
	addr   string         // host:port, once it was there

	mu   sync.Mutex
	next answer
	all  []asked
}

func newServer(cert *tls.Certificate, random *rand.Rand) *server {
	return &server{cert: cert, random: random}
}

// begin has it come, to where it was before.
func (s *server) begin() error {
	addr := s.addr
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	s.addr = listener.Addr().String()
	options := []citest.Option{citest.WithListener(listener), citest.OnRequest(s.request)}
	if s.cert != nil {
		options = append(options, citest.WithTLS(*s.cert))
	}
	here, err := citest.New(options...)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.here = here
	s.choose()
	return nil
}

// end has it go: whatever is open is cut, whoever comes is refused.
func (s *server) end() error {
	s.mu.Lock()
	here := s.here
	s.here = nil
	s.mu.Unlock()
	if here == nil {
		return nil
	}
	return here.Close()
}

func (s *server) url() string {
	if s.cert != nil {
		return "https://" + s.addr
	}
	return "http://" + s.addr
}

// request notes a request, whose answer was chosen before, and chooses the
// next one's.
func (s *server) request(r citest.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = append(s.all, asked{r, s.next})
	s.choose()
}

func (s *server) choose() {
	sum := 0
	for _, a := range answers() {
		sum += a.often
	}
	n := s.random.IntN(sum)
	for _, a := range answers() {
		if n -= a.often; n < 0 {
			s.next = a
			break
		}
	}
	if s.here != nil {
		s.here.SetMode(s.next.mode(s.random))
	}
}

// from is what came after the first n requests.
func (s *server) from(n int) []asked {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.all[min(n, len(s.all)):])
}

// wrong says what is wrong with a request for a build of a target, or nothing.
func (a asked) wrong(target int) string {
	body := fmt.Sprintf("id=%q", builds()[target])
	switch {
	case a.Method != http.MethodPost, a.Path != "/app/rest/buildQueue":
		return a.Method + " " + a.Path
	case a.Header.Get("Authorization") != "Bearer "+token:
		return "not signed in"
	case a.Body != "" && !strings.Contains(a.Body, body): // not every mode reads it
		return fmt.Sprintf("no %s in %s", body, a.Body)
	}
	return ""
}
