package ci_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ship-it.example/shipit"
	"ship-it.example/shipit/ci"
	"ship-it.example/shipit/ci/citest"
)

// raw takes the connection over, writes text in the place of an answer and
// hangs up.
func raw(text string) citest.Mode {
	return citest.Custom(func(w http.ResponseWriter, _ *http.Request) {
		c, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		_, _ = io.WriteString(c, text)
		_ = c.Close()
	})
}

const (
	page = "http://teamcity.example/viewQueued.html?itemId=7"
	full = `<build id="7" taskId="8" webUrl="` + page + `"><buildType id="bt280"/></build>`
	look = "look at the server before the next launch"
)

func started(id string) shipit.Outcome {
	return shipit.Outcome{Verdict: shipit.Started, Build: id, URL: page}
}

func notStarted(reason string) shipit.Outcome {
	return shipit.Outcome{Verdict: shipit.NotStarted, Reason: reason}
}

func unknown(reason string) shipit.Outcome {
	return shipit.Outcome{Verdict: shipit.Unknown, Reason: reason}
}

// Each row is one launch against a server in one mode, and one request.
func TestOutcome(t *testing.T) {
	t.Parallel()
	const (
		cut  = "cut off: the connection ended before the answer did: " + look
		odd  = "not a build: the answer is not HTTP as we know it: look at url, and " + look
		none = "not a build (200): look at url, and at the server before the next launch"
		html = "<!DOCTYPE html><html><body><h1>Sorry</h1></body></html>"
	)
	tests := []struct {
		name string
		mode citest.Mode
		want shipit.Outcome
	}{
		{"id", citest.Answer(200, "application/xml", full), started("7")},
		{"id, created", citest.Answer(201, "application/xml", full), started("7")},
		{"taskId of 8.1", citest.Answer(200, "application/xml", strings.Replace(full, `id="7"`, "", 1)), started("taskId:8")},
		{"JSON", citest.Answer(200, "application/json", `{"id":7,"webUrl":"`+page+`"}`), started("7")},
		{"no address", citest.Answer(200, "application/xml", `<build id="7"/>`), shipit.Outcome{Verdict: shipit.Started, Build: "7"}},
		{"answer cut behind the id", raw("HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n" + full[:len(full)-9]), started("7")},
		{"early hints and 100 Continue", raw("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\n\r\nHTTP/1.1 200 OK\r\n\r\n" + full), started("7")},

		{"moved", citest.Redirect(302, "https://u:p@other.example/login.html?token=x#y"), notStarted("redirected (302 to https://other.example/login.html): look at url")},
		{"moved to a path", citest.Redirect(307, "/elsewhere"), notStarted("redirected (307 to BASE/elsewhere): look at url")},
		{"moved nowhere", citest.Redirect(308, ""), notStarted("redirected (308): look at url")},
		{"not modified", citest.Answer(304, "", ""), notStarted("redirected (304): look at url")},
		{"credentials", citest.Fail(401), notStarted("not authorised (401): look at user and password_file, or token_file")},
		{"rights", citest.Answer(403, "text/plain", "You may not.\n"), notStarted(`not authorised (403, "You may not."): look at this user's rights on the server, and at build_type "bt280"`)},
		{"CSRF", citest.Answer(403, "text/plain", "CSRF check failed: no X-TC-CSRF-Token"), notStarted("not authorised (403, CSRF check): use token_file in the place of user and password_file")},
		{"no such build type", citest.Answer(404, "application/xml", "<errors><error><message>No build type is found.</message><statusText>404</statusText></error></errors>"), notStarted(`unknown build type (404, "No build type is found."): look at build_type "bt280" and url, and at the rights of user and password_file, or token_file`)},
		{"no such page", citest.Answer(404, "text/html", html), notStarted(`unknown build type (404): look at build_type "bt280" and url, and at the rights of user and password_file, or token_file`)},
		{"conflict", citest.Answer(409, "text/plain", "Details: jetbrains.buildServer.server.rest.errors.InvalidStateException: not queued\nRetry."), notStarted(`conflict (409, "not queued"): look at the server's queue`)},
		{"bad request", citest.Fail(400), notStarted(`refused (400, "Responding with error, status code: 400 (Bad Request). Details: the stand-in server was told to fail"): look at build_type "bt280"`)},
		{"page of a proxy", citest.Answer(407, "text/html", html), notStarted(`refused (407): look at the server and what stands before it`)},
		{"control characters", citest.Answer(418, "text/plain", "a\x1b[31m\u202eb\r\n"+strings.Repeat("c", 200)), notStarted(`refused (418, "a [31m b ` + strings.Repeat("c", 110) + `…"): look at build_type "bt280"`)},

		{"broken server", citest.Fail(500), unknown("server error (500): " + look)},
		{"server that starts", citest.Fail(503), unknown("server error (503): " + look)},
		{"no id", citest.Answer(200, "application/xml", `<build webUrl="http://x/"/>`), unknown(none)},
		{"id that is no number", citest.Answer(200, "application/xml", `<build id="7; rm -rf"/>`), unknown(none)},
		{"another element", citest.Answer(200, "application/xml", `<builds id="7"/>`), unknown(none)},
		{"HTML", citest.Answer(200, "text/html", html), unknown(none)},
		{"nonsense", citest.Answer(200, "application/xml", "\x00\xff<<<"), unknown(none)},
		{"no content", citest.Answer(204, "", ""), unknown("not a build (204): look at url, and at the server before the next launch")},
		{"answer cut before the id", raw("HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n<build i"), unknown(cut)},
		{"chunk cut", raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n99\r\n<build i"), unknown(cut)},
		{"header cut", raw("HTTP/1.1 200 OK\r\nContent-Length: 99"), unknown(cut)},
		{"cut without an answer", citest.Drop(), unknown(cut)},
		{"cut before the body is read", citest.Unread(), unknown(cut)},
		{"cut in the answer", citest.CutAt(70), unknown(cut)},
		{"switching protocols", raw("HTTP/1.1 101 Switching Protocols\r\nUpgrade: tea\r\nConnection: Upgrade\r\n\r\n"), unknown("not a build (101): look at url, and at the server before the next launch")},
		{"status 600", raw("HTTP/1.1 600 Odd\r\nContent-Length: 0\r\n\r\n"), unknown("not a build (600): look at url, and at the server before the next launch")},
		{"status 000", raw("HTTP/1.1 000 Odd\r\nContent-Length: 0\r\n\r\n"), unknown("not a build (0): look at url, and at the server before the next launch")},
		{"a TLS alert", raw("\x15\x03\x01\x00\x02\x02\x0a\r\n\r\n"), unknown(odd)},
		{"a flood of header", raw("HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 80<<10) + "\r\n\r\n" + full), unknown(odd)},
		{"a flood of 1xx", raw(strings.Repeat("HTTP/1.1 103 Hints\r\n\r\n", 4000) + "HTTP/1.1 200 OK\r\n\r\n" + full), unknown(odd)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := standIn(t)
			s.SetMode(tt.mode)
			got := press(t, ci.NewTeamCity(settings(t, s.URL()), bt280))
			got.Reason = strings.ReplaceAll(got.Reason, s.URL(), "BASE")
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("outcome (-want +got):\n%s", diff)
			}
			if s.Requests() != 1 {
				t.Errorf("%d requests arrived, want 1", s.Requests())
			}
		})
	}
}

// An endless body is left as soon as enough of it was read, or too much.
func TestEndlessBody(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		head, filling string
		want          shipit.Verdict
	}{
		{full, "<x/>", shipit.Started},
		{"", " ", shipit.Unknown},
		{`{"id":7,`, ` `, shipit.Started},
		{`{"name":"`, `x`, shipit.Unknown},
	} {
		t.Run(tt.head+tt.filling, func(t *testing.T) {
			t.Parallel()
			s := standIn(t)
			s.SetMode(citest.Custom(func(w http.ResponseWriter, _ *http.Request) {
				_, err := io.WriteString(w, tt.head)
				for err == nil {
					_, err = io.WriteString(w, strings.Repeat(tt.filling, 1000))
				}
			}))
			if got := press(t, ci.NewTeamCity(settings(t, s.URL()), bt280)); got.Verdict != tt.want {
				t.Errorf("outcome %+v", got)
			}
		})
	}
}

// The request is what the original sent.
func TestRequest(t *testing.T) {
	t.Parallel()
	basic, bearer := "Basic c2hpcDpzM2NyZXQ=", "Bearer t0ken"
	tests := []struct {
		name, path string
		build      ci.Build
		user, pass string
		token      string
		wantPath   string
		wantBody   string
		wantAuth   string
	}{
		{
			name: "plain", build: ci.Build{Type: "bt280"}, wantPath: "/app/rest/buildQueue",
			wantBody: `<build><buildType id="bt280"/><comment><text>triggered by ship-it, launch L1</text></comment></build>`,
		},
		{
			name: "slash at the end, branch, password", path: "/", build: ci.Build{Type: "bt1568", Branch: "main"},
			user: "ship", pass: "s3cret", wantAuth: basic, wantPath: "/app/rest/buildQueue",
			wantBody: `<build branchName="main"><buildType id="bt1568"/><comment><text>triggered by ship-it, launch L1</text></comment></build>`,
		},
		{
			name: "path in front, token", path: "/ci/httpAuth", build: ci.Build{Type: "bt280"},
			token: "t0ken", wantAuth: bearer, wantPath: "/ci/httpAuth/app/rest/buildQueue",
			wantBody: `<build><buildType id="bt280"/><comment><text>triggered by ship-it, launch L1</text></comment></build>`,
		},
		{
			name: "escaped, path with a slash at the end", path: "/ci/", build: ci.Build{Type: `a"&<b`, Branch: "x'>\ny"},
			wantPath: "/ci/app/rest/buildQueue",
			wantBody: `<build branchName="x&#39;&gt;&#xA;y"><buildType id="a&#34;&amp;&lt;b"/><comment><text>triggered by ship-it, launch L1</text></comment></build>`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := standIn(t)
			set := settings(t, s.URL()+tt.path)
			set.User, set.Password, set.Token = tt.user, tt.pass, tt.token
			got := press(t, ci.NewTeamCity(set, []ci.Build{tt.build}, ci.WithVersion("2.0.0")))
			want := shipit.Outcome{Verdict: shipit.Started, Build: "1", URL: s.URL() + "/viewQueued.html?itemId=1"}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("outcome (-want +got):\n%s", diff)
			}
			header := http.Header{
				"Accept": {"application/xml"}, "Connection": {"close"}, "Content-Length": {fmt.Sprint(len(tt.wantBody))},
				"Content-Type": {"application/xml"}, "User-Agent": {"ship-it/2.0.0"},
			}
			if tt.wantAuth != "" {
				header.Set("Authorization", tt.wantAuth)
			}
			wantRequest := []citest.Request{{Method: "POST", Path: tt.wantPath, Header: header, Body: tt.wantBody}}
			if diff := cmp.Diff(wantRequest, s.Last()); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
		})
	}
}

// A redirect reaches nobody else, and a cookie doesn't come back.
func TestNotFollowedNoCookies(t *testing.T) {
	t.Parallel()
	other, s := standIn(t), standIn(t)
	s.SetMode(citest.Custom(func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "TCSESSIONID", Value: "1"})
		http.Redirect(w, r, other.URL()+"/app/rest/buildQueue", http.StatusTemporaryRedirect)
	}))
	tc := ci.NewTeamCity(settings(t, s.URL()), bt280)
	for range 2 {
		if got := press(t, tc); got.Verdict != shipit.NotStarted {
			t.Errorf("outcome %+v", got)
		}
	}
	if other.Requests() != 0 {
		t.Error("the redirect was followed")
	}
	if c := s.Last()[1].Header["Cookie"]; c != nil {
		t.Errorf("the server got the cookie %q", c)
	}
}
