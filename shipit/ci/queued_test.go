package ci

import (
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

func TestReadQueued(t *testing.T) {
	t.Parallel()
	const address = "https://tc.example/viewQueued.html?itemId=1"
	tests := []struct {
		name, text string
		id, page   string
	}{
		{"as TeamCity", `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n" + `<build id="1" taskId="1" state="queued" webUrl="` + address + `"><buildType id="bt280"/></build>`, "1", address},
		{"task only", `<build taskId="12"/>`, "taskId:12", ""},
		{"id wins", `<build taskId="12" id="13"/>`, "13", ""},
		{"id that is no number", `<build taskId="12" id="x"/>`, "taskId:12", ""},
		{"negative", `<build id="-1"/>`, "", ""},
		{"too long", `<build id="` + strings.Repeat("1", 21) + `"/>`, "", ""},
		{"Latin-1", `<?xml version="1.0" encoding="ISO-8859-1"?><build id="1"/>`, "1", ""},
		{"comment and DOCTYPE", `<!DOCTYPE build><!-- <build id="9"/> --> <build id="1"/>`, "1", ""},
		{"cut in the root", `<build id="1"`, "", ""},
		{"cut behind the root", `<build id="1">`, "1", ""},
		{"deeper", `<a><build id="1"/></a>`, "", ""},
		{"empty", "", "", ""},
		{"white space", " \r\n\t", "", ""},
		{"JSON", ` {"taskId":2,"id":1,"triggered":{"id":3},"webUrl":"` + address + `"}`, "1", address},
		{"JSON, text", `{"id":"1"}`, "1", ""},
		{"JSON, cut", `{"id":1,"webU`, "1", ""},
		{"JSON, fraction", `{"id":1.5}`, "", ""},
		{"JSON, deeper", `{"build":{"id":1}}`, "", ""},
		{"JSON, list", `[{"id":1}]`, "", ""},
		{"JSON, broken", `{"id" 1}`, "", ""},
		{"script", `<build id="1" webUrl="javascript:alert(1)"/>`, "1", ""},
		{"a path", `<build id="1" webUrl="/viewQueued.html"/>`, "1", ""},
		{"control character", `<build id="1" webUrl="http://h/&#10;x"/>`, "1", ""},
		{"other direction", `<build id="1" webUrl="http://h/&#x202e;x"/>`, "1", ""},
		{"user", `<build id="1" webUrl="http://u@h/"/>`, "1", ""},
		{"endless address", `<build id="1" webUrl="http://h/` + strings.Repeat("x", 2048) + `"/>`, "1", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			q := readQueued(iotest.OneByteReader(strings.NewReader(tt.text)))
			got := [2]string{q.name(), page(q.webURL, func(string) bool { return false })}
			if diff := cmp.Diff([2]string{tt.id, tt.page}, got); diff != "" {
				t.Errorf("id and page (-want +got):\n%s", diff)
			}
		})
	}
}

func TestComplaint(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"plain", " You may not. \n", "You may not."},
		{"TeamCity's text", "Responding with error, status code: 404 (Not Found).\nDetails: jetbrains.buildServer.server.rest.errors.NotFoundException: No build type nor template is found by id 'bt1'.\nCould not find the entity requested.", "No build type nor template is found by id 'bt1'."},
		{"TeamCity's XML", `<?xml version="1.0"?><errors><error><message>No &lt;type&gt;.</message><additionalMessage>x</additionalMessage></error></errors>`, "No <type>."},
		{"HTML", "<!DOCTYPE html><html><head><title>Oh</title></head></html>", ""},
		{"nothing", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := complaint(tt.text); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// Whatever the answer: an id is a number, and a page is one line of an
// address that can be shown.
func FuzzReadQueued(f *testing.F) {
	f.Add(`<?xml version="1.0" encoding="UTF-8"?><build id="1" taskId="2" webUrl="http://h/x"/>`)
	f.Add(`{"id":1,"taskId":"2","webUrl":"http://h/x","x":[{}]}`)
	f.Add("<build id='1' webUrl='http://h/\u202e'>")
	f.Add("\x00\xff{")
	f.Fuzz(func(t *testing.T, text string) {
		q := readQueued(strings.NewReader(text))
		if n := strings.TrimPrefix(q.name(), taskPrefix); n != "" && !digits(n) {
			t.Errorf("id %q", n)
		}
		p := page(q.webURL, func(string) bool { return false })
		if p != "" && (!strings.HasPrefix(strings.ToLower(p), "http") || !printable(p) || strings.ContainsAny(p, " \n")) {
			t.Errorf("page %q", p)
		}
		if c := clean(complaint(text)); !printable(c) || len([]rune(c)) > maxText {
			t.Errorf("complaint %q", c)
		}
	})
}
