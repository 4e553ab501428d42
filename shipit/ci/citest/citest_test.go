package citest_test

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"ship-it.example/shipit/ci/citest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	path  = "/app/rest/buildQueue"
	order = `<build branchName="main"><buildType id="bt280"/><comment><text>hello</text></comment></build>`
)

func start(t *testing.T, opts ...citest.Option) *citest.Server {
	t.Helper()
	s, err := citest.New(opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// send posts an order and gives the status and the body; 0 if there was no
// answer.
func send(t *testing.T, s *citest.Server, method, path, contentType, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.URL()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", contentType)
	tr := &http.Transport{DisableKeepAlives: true}
	resp, err := tr.RoundTrip(r)
	if err != nil {
		return 0, ""
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return resp.StatusCode, "cut: " + string(b)
	}
	return resp.StatusCode, string(b)
}

func TestParseMode(t *testing.T) {
	t.Parallel()
	for _, words := range []string{"ok", "fail 400", "fail 500", "fail 599", "slow 3s", "slow 1m0.5s", "drop", "silent", "late 502", "limit 30s", "vanish", "twice"} {
		m, err := citest.ParseMode(strings.Fields(words))
		if err != nil || m.String() != words {
			t.Errorf("%q gave %q, %v", words, m, err)
		}
	}
	for _, words := range []string{
		"", "OK", "ok now", "fail", "fail 200", "fail 600", "fail x", "fail 500 now",
		"slow", "slow 3", "slow -1s", "drop 1", "silent 1s", "cut", "custom", "unread",
	} {
		_, err := citest.ParseMode(strings.Fields(words))
		want := `server mode "` + words + `": want ok, fail CODE (400 to 599), late CODE, slow DURATION (such as 3s), limit DURATION, twice, vanish, drop or silent`
		if !errors.Is(err, citest.ErrMode) || err.Error() != want {
			t.Errorf("%q gave %v", words, err)
		}
	}
}

func TestModes(t *testing.T) {
	t.Parallel()
	const head = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>`
	queued := head + `<build id="1" taskId="1" buildTypeId="bt280" branchName="main" state="queued" href="/app/rest/buildQueue/id:1" webUrl="URL/viewQueued.html?itemId=1"></build>`
	tests := []struct {
		mode   citest.Mode
		code   int
		body   string
		builds int
	}{
		{citest.OK(), 200, queued, 1},
		{citest.Slow(time.Millisecond), 200, queued, 1},
		{citest.Fail(500), 500, "Responding with error, status code: 500 (Internal Server Error).\nDetails: the stand-in server was told to fail\n", 0},
		{citest.Drop(), 0, "", 0},
		{citest.Unread(), 0, "", 0},
		{citest.CutAt(10), 200, "cut: " + head[:10], 1},
		{citest.Answer(201, "text/plain", "hi"), 201, "hi", 0},
		{citest.Redirect(302, "/x"), 302, "", 0},
		{citest.Custom(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.Method) }), 200, "POST", 0},
	}
	for _, tt := range tests {
		t.Run(tt.mode.String(), func(t *testing.T) {
			t.Parallel()
			s := start(t)
			s.SetMode(tt.mode)
			code, body := send(t, s, "POST", path, "application/xml", order)
			body = strings.ReplaceAll(body, s.URL(), "URL")
			if diff := cmp.Diff([]any{tt.code, tt.body}, []any{code, body}); diff != "" {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
			if s.Requests() != 1 || s.Builds() != tt.builds {
				t.Errorf("%d requests, %d builds, want 1, %d", s.Requests(), s.Builds(), tt.builds)
			}
		})
	}
}

// Orders are judged as TeamCity judges them.
func TestOrders(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, method, path, media, body string
		code                            int
		why                             string
	}{
		{"good", "POST", path, "application/xml", order, 200, `id="1"`},
		{"path in front, charset", "POST", "/ci" + path, "application/xml; charset=utf-8", order, 200, `id="1"`},
		{"no comment", "POST", path, "application/xml", `<build><buildType id="bt280"/></build>`, 200, `id="1"`},
		{"elsewhere", "POST", "/app/rest", "application/xml", order, 404, "nothing at this path"},
		{"PUT", "PUT", path, "application/xml", order, 405, "POST"},
		{"JSON", "POST", path, "application/json", `{}`, 415, "application/xml"},
		{"not XML", "POST", path, "application/xml", `<build>`, 400, "cannot read the build"},
		{"another element", "POST", path, "application/xml", `<builds/>`, 400, "cannot read the build"},
		{"no build type", "POST", path, "application/xml", `<build/>`, 400, "no build type is named"},
		{"comment without text", "POST", path, "application/xml", `<build><buildType id="bt280"/><comment/></build>`, 400, "no text"},
		{"unknown build type", "POST", path, "application/xml", `<build><buildType id="bt281"/></build>`, 404, `no build type is found by id "bt281"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := start(t, citest.WithBuildTypes("bt280"))
			code, body := send(t, s, tt.method, tt.path, tt.media, tt.body)
			if code != tt.code || !strings.Contains(body, tt.why) {
				t.Errorf("got %d %q, want %d with %q", code, body, tt.code, tt.why)
			}
		})
	}
}

func TestLast(t *testing.T) {
	t.Parallel()
	seen := make(chan citest.Request, 99)
	s := start(t, citest.OnRequest(func(r citest.Request) { seen <- r }))
	for range 20 {
		send(t, s, "POST", path, "application/xml", order)
	}
	last := s.Last()
	if s.Requests() != 20 || len(last) != 16 || len(seen) != 20 {
		t.Errorf("%d requests, %d kept, %d told", s.Requests(), len(last), len(seen))
	}
	got := last[15]
	want := citest.Request{Method: "POST", Path: path, Header: got.Header, Body: order}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the last request (-want +got):\n%s", diff)
	}
	if got.Header.Get("Content-Type") != "application/xml" {
		t.Errorf("header %v", got.Header)
	}
}

// Close cuts what is silent or slow, and idle connections, at once.
func TestCloseCuts(t *testing.T) {
	t.Parallel()
	for _, mode := range []citest.Mode{citest.Silent(), citest.Slow(time.Hour)} {
		t.Run(mode.String(), func(t *testing.T) {
			t.Parallel()
			arrived := make(chan citest.Request)
			s := start(t, citest.OnRequest(func(r citest.Request) { arrived <- r }))
			s.SetMode(mode)
			idle, err := net.Dial("tcp", strings.TrimPrefix(s.URL(), "http://"))
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = idle.Close() }()
			answer := make(chan int)
			go func() {
				code, _ := send(t, s, "POST", path, "application/xml", order)
				answer <- code
			}()
			<-arrived
			for range 2 {
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			}
			if code := <-answer; code != 0 {
				t.Errorf("answer %d", code)
			}
			if _, err := bufio.NewReader(idle).ReadByte(); err == nil {
				t.Error("the idle connection lives")
			}
		})
	}
}

// A client that goes away ends a silent or slow exchange.
func TestClientGoes(t *testing.T) {
	t.Parallel()
	for _, mode := range []citest.Mode{citest.Silent(), citest.Slow(time.Hour)} {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			ours, theirs := net.Pipe()
			l := &one{conn: make(chan net.Conn, 1), closed: make(chan struct{})}
			l.conn <- theirs
			s := start(t, citest.WithListener(l))
			s.SetMode(mode)
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL()+path, strings.NewReader(order))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", "application/xml")
			if err := r.Write(ours); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			if s.Requests() != 1 {
				t.Errorf("%d requests", s.Requests())
			}
			_ = ours.Close()
			synctest.Wait()
			if err := theirs.SetDeadline(time.Time{}); err == nil { // net.Pipe: an error after Close
				t.Error("the server holds on to the connection")
			}
			if took := time.Since(began); took != 0 {
				t.Errorf("it took %v", took)
			}
		})
	}
}

// one is a listener of one connection.
type one struct {
	conn   chan net.Conn
	closed chan struct{}
}

func (l *one) Accept() (net.Conn, error) {
	select {
	case c := <-l.conn:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *one) Close() error {
	select {
	case <-l.closed:
	default:
		close(l.closed)
	}
	return nil
}

func (l *one) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 80} }

// A listener that fails ends the server, and Close says why.
func TestListenerFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &one{conn: make(chan net.Conn), closed: make(chan struct{})}
		s, err := citest.New(citest.WithListener(l))
		if err != nil {
			t.Fatal(err)
		}
		_ = l.Close()
		synctest.Wait()
		if err := s.Close(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("Close gave %v", err)
		}
	})
}

// TLS with a certificate of the stand-in's own authority.
func TestTLS(t *testing.T) {
	t.Parallel()
	ca, err := citest.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(ca.PEM()) || !pool.Equal(ca.Pool()) {
		t.Error("PEM and Pool differ")
	}
	for _, rsa := range []bool{false, true} {
		cert, err := ca.Issue(citest.Certificate{Hosts: []string{"tc.example", "127.0.0.1"}, RSA: rsa})
		if err != nil {
			t.Fatal(err)
		}
		s := start(t, citest.WithTLS(cert))
		if !strings.HasPrefix(s.URL(), "https://127.0.0.1:") {
			t.Errorf("URL %s", s.URL())
		}
		c, err := tls.Dial("tcp", strings.TrimPrefix(s.URL(), "https://"), &tls.Config{RootCAs: pool, ServerName: "tc.example"})
		if err != nil {
			t.Fatal(err)
		}
		_ = c.Close()
	}
}

// TestChat: a chat takes messages, and fails like any other.
func TestChat(t *testing.T) {
	t.Parallel()
	s := start(t, citest.As(citest.Chat))
	for _, c := range []struct {
		method, body string
		code         int
		said         string
	}{{"POST", `{"text":"hello"}`, 200, "ok"}, {"POST", "", 400, "no_text"}, {"GET", "", 400, "invalid_payload"}} {
		if code, said := send(t, s, c.method, "/hooks/x", "application/json", c.body); code != c.code || said != c.said {
			t.Errorf("%s %q gave %d %q, want %d %q", c.method, c.body, code, said, c.code, c.said)
		}
	}
	s.SetMode(citest.Fail(503))
	if code, _ := send(t, s, "POST", "/hooks/x", "application/json", "{}"); code != 503 {
		t.Errorf("told to fail, it said %d", code)
	}
	if _, err := citest.ParseKind("chat"); !errors.Is(err, citest.ErrKind) {
		t.Errorf("a chat is a kind of CI server: %v", err)
	}
}
