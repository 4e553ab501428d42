package ci

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTemplate(t *testing.T) {
	t.Parallel()
	values := map[string]string{"a": `x/"y z`, "b": "{a}", "launch": "L"}
	tests := []struct {
		text  Template
		ask   Ask
		names []string
		body  string
	}{
		{`{ "a": "{a}", "b": {"c": "{b}"}, "l": "{launch}" }`, Ask{Media: "application/json"}, []string{"a", "b", "launch"}, `{ "a": "x/\"y z", "b": {"c": "{a}"}, "l": "L" }`},
		{`{ "a": "{a}" }`, Ask{Media: "application/JSON"}, []string{"a"}, `{ "a": "x/\"y z" }`},
		{`a={a}`, Ask{Media: "Application/X-WWW-Form-URLencoded"}, []string{"a"}, `a=x%2F%22y+z`},
		{`a={a}&b={b}`, Ask{Media: "application/x-www-form-urlencoded"}, []string{"a", "b"}, `a=x%2F%22y+z&b=%7Ba%7D`},
		{`{a} {A} {} { a} {a`, Ask{Media: "text/plain"}, []string{"a"}, `x/"y z {A} {} { a} {a`},
		{``, Ask{}, nil, ``},
	}
	for _, tt := range tests {
		tt.ask.Body = tt.text
		if diff := cmp.Diff(tt.names, tt.text.Names()); diff != "" {
			t.Errorf("%s: names (-want +got):\n%s", tt.text, diff)
		}
		if diff := cmp.Diff(tt.body, tt.ask.body(values)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.text, diff)
		}
	}
}

// TestTemplateAddress: whatever stands around a place of a path, what fills it
// stays one part, and the request goes nowhere else.
func TestTemplateAddress(t *testing.T) {
	t.Parallel()
	for text, want := range map[Template]string{
		"/p/{a}/q?x={a}&y=1":      "/api/p/x%2F%22y%20z/q?x=x%2F%22y+z&y=1",
		"/My Project/{a}/ä?q=a b": "/api/My%20Project/x%2F%22y%20z/%C3%A4?q=a%20b",
		"/My%20Project/%2f/{a}":   "/api/My%20Project/%2f/x%2F%22y%20z",
		`/"/{A}/{a}`:              "/api/%22/%7BA%7D/x%2F%22y%20z",
		"/100%/%zz/{a}?p=5%":      "/api/100%25/%25zz/x%2F%22y%20z?p=5%25",
		"/a:b@c;d=e,f~!$&'()*+/x": "/api/a:b@c;d=e,f~!$&'()*+/x",
		"/pct/%{b}":               "/api/pct/%25%7Ba%7D",
	} {
		w := &Webhook{at: Settings{URL: &url.URL{Scheme: "https", Host: "h", Path: "/api"}}.raw}
		if got := w.address(Ask{Path: text}, map[string]string{"a": `x/"y z`, "b": "{a}"}).RequestURI(); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}

func TestPointer(t *testing.T) {
	t.Parallel()
	v, err := readJSON([]byte(`{"a":{"b":[1,"two",null,true,12345678901234567890,{"c":"d"}],"":"empty","x/y~z":"odd"},"o":{"p":"q","r":"s"}}`))
	if err != nil {
		t.Fatal(err)
	}
	for pointers, want := range map[string]string{
		"/a/b/0": "1", "/a/b/1": "two", "/a/b/2": "", "/a/b/2 /a/b/1": "two", "/a/b/3": "true", "/a/b/4": "12345678901234567890",
		"/a/b/5/c": "d", "/a/b/9": "", "/a/b/-1": "", "/a/b/x": "", "/a/b": "", "/a/b/*": "1 two true 12345678901234567890",
		"/a/": "empty", "/a/x~1y~0z": "odd", "/o/*": "q s", "/none/x /o/p /o/r": "q",
	} {
		var list []Pointer
		for p := range strings.FieldsSeq(pointers) {
			list = append(list, Pointer(p))
		}
		if got := strings.Join(words(v, list), " "); got != want {
			t.Errorf("%s: got %q, want %q", pointers, got, want)
		}
	}
}

// Whatever a target's values are, a JSON body stays JSON, and a path stays in
// its place, whatever else stands in it.
func FuzzTemplate(f *testing.F) {
	f.Add("main", "a")
	f.Add("a\"b\\c\x00\xff/../%2e{launch}", "%\xff 1")
	f.Fuzz(func(t *testing.T, value, text string) {
		values := map[string]string{"v": value}
		if body := (Ask{Media: "application/json", Body: `{"v":"{v}","w":1}`}).body(values); !json.Valid([]byte(body)) {
			t.Errorf("body %s", body)
		}
		text = strings.NewReplacer("/", "", "?", "", "#", "").Replace(text)
		path, query := Template("/" + text + "{v}/b?v={v}").path(values)
		u, err := url.Parse("http://h" + path + "?" + query)
		if err != nil || u.EscapedPath() != path || strings.Count(path, "/") != 2 || len(u.Query()) != 1 || u.Fragment != "" {
			t.Errorf("%s ? %s: %v", path, query, err)
		}
	})
}
