package ci_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"ship-it.example/shipit"
	"ship-it.example/shipit/ci"
	"ship-it.example/shipit/ci/citest"
)

const secret = `pa<ss "wo&rd`

// hidden fails if the secret stands in text, in whatever form.
func hidden(t *testing.T, what, text string) {
	t.Helper()
	for _, form := range []string{secret, "ss \"wo", "ss+%22wo", "ss%20%22wo", "&lt;ss", "c2hpcDp", `ss \"wo`, "xpa<"} {
		if strings.Contains(text, form) {
			t.Errorf("%s shows the secret: %s", what, text)
		}
	}
}

// secretly are settings with a password, and with a token.
func secretly(t *testing.T, address string) []ci.Settings {
	t.Helper()
	basic, bearer := settings(t, address), settings(t, address)
	basic.User, basic.Password = "ship", secret
	bearer.Token = secret
	return []ci.Settings{basic, bearer}
}

func TestPrintedWithoutSecret(t *testing.T) {
	t.Parallel()
	for _, set := range secretly(t, "https://ship:"+url.QueryEscape(secret)+"@tc.example/ci?p="+url.QueryEscape(secret)) {
		tc := ci.NewTeamCity(set, bt280)
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			for _, v := range []any{set, &set, []ci.Settings{set}, struct{ S ci.Settings }{set}, struct{ S *ci.Settings }{&set}, tc, *tc, struct{ tc *ci.TeamCity }{tc}} {
				text := fmt.Sprintf(verb, v)
				hidden(t, verb, text)
				if strings.Contains(text, fmt.Sprintf("%x", secret)) {
					t.Errorf("%s shows the secret: %s", verb, text)
				}
			}
		}
		var log bytes.Buffer
		slog.New(slog.NewTextHandler(&log, nil)).Info("text", slog.Any("s", set), slog.Any("tc", tc))
		slog.New(slog.NewJSONHandler(&log, nil)).Info("json", slog.Any("s", set), slog.Any("in", struct{ S ci.Settings }{set}), slog.Any("tc", tc))
		hidden(t, "the log", log.String())
		b, err := json.Marshal(map[string]any{"s": set})
		if err != nil {
			t.Error(err)
		}
		hidden(t, "JSON", string(b))
		if got := set.String(); !strings.HasPrefix(got, "https://tc.example/ci (") {
			t.Errorf("String gave %q", got)
		}
	}
}

// A server that says what it was told is not quoted.
func TestEchoedSecret(t *testing.T) {
	t.Parallel()
	echoes := map[string]http.HandlerFunc{
		"header": func(w http.ResponseWriter, r *http.Request) {
			http.Error(w, "bad "+r.Header.Get("Authorization"), http.StatusBadRequest)
		},
		"plain": func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "bad "+secret, http.StatusForbidden) },
		"split": func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, strings.ReplaceAll(secret, " ", "\r\n\t"), http.StatusConflict)
		},
		"quoted": func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, fmt.Sprintf("%q", secret), http.StatusNotFound)
		},
		"HTML": func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, html.EscapeString(secret), http.StatusBadRequest)
		},
		"redirect": func(w http.ResponseWriter, _ *http.Request) { redirect(w, "/x/"+url.PathEscape(secret)) },
		"query":    func(w http.ResponseWriter, _ *http.Request) { redirect(w, "/x?p="+url.QueryEscape(secret)) },
		"user": func(w http.ResponseWriter, _ *http.Request) {
			redirect(w, "http://ship:"+url.QueryEscape(secret)+"@h/")
		},
		"page": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = fmt.Fprintf(w, `<build id="7" webUrl="http://h/%s"/>`, html.EscapeString(url.PathEscape(secret)))
		},
		"cut short": func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, strings.Repeat("x", 110)+secret, http.StatusBadRequest)
		},
		"XML": func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "<e><error><message>"+html.EscapeString(secret)+"</message></error></e>", http.StatusBadRequest)
		},
		"no HTTP": func(w http.ResponseWriter, _ *http.Request) {
			c, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				panic(err)
			}
			_, _ = fmt.Fprintf(c, "%s\r\n\r\n", secret)
			_ = c.Close()
		},
	}
	for name, echo := range echoes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := standIn(t)
			s.SetMode(citest.Custom(echo))
			for _, set := range secretly(t, s.URL()) {
				got := press(t, ci.NewTeamCity(set, bt280))
				hidden(t, name, fmt.Sprintf("%+v", got))
				if got.Verdict != shipit.Started && got.Reason == "" {
					t.Errorf("no reason in %+v", got)
				}
			}
		})
	}
}

func redirect(w http.ResponseWriter, to string) {
	w.Header().Set("Location", to)
	w.WriteHeader(http.StatusFound)
}
