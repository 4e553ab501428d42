package ci

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
)

// TestHoldsAny: a secret is found in every form in which it goes out or comes
// back.
func TestHoldsAny(t *testing.T) {
	t.Parallel()
	const secret = `a&b<c "d`
	body, err := json.Marshal(map[string]string{"input": "x" + secret})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{secret, string(body), "q=" + url.QueryEscape(secret), strings.ReplaceAll(secret, " ", "\n")} {
		if !holdsAny(text, []string{"", secret}) {
			t.Errorf("not found in %s", text)
		}
	}
	if holdsAny("a&b<c", []string{"", secret}) {
		t.Error("found where it isn't")
	}
	if holdsAny("a&b<c", []string{"", " "}) {
		t.Error("nothing was found")
	}
}

// TestLeaks: the secrets of all servers, commands and announcements are known,
// and the words in an announcements' address are none.
func TestLeaks(t *testing.T) {
	t.Parallel()
	u, err := url.Parse("https://chat.example/services/T0AB/B0CD12/xoxhunter5?api=letters&sig=sighunter6")
	if err != nil {
		t.Fatal(err)
	}
	leaks := Leaks(Servers{
		TeamCity: Settings{URL: u, User: "pi", Password: "hunter1"},
		GitLab:   Settings{URL: u, Token: "hunter2", Trigger: "hunter3"},
		Webhooks: map[string]Hook{
			"a": {Settings: Settings{URL: u, Token: "hunter4"}},
			"b": {Settings: Settings{URL: u, User: "hunter9", Password: "x"}}, // the key as the user, with any password
		},
	}, []Work{Build{}, Command{Secrets: map[string]string{"KEY": "hunter7\nhunter8\n"}}}, Announcing{URL: u})
	for _, text := range []string{
		"hunter1", "cGk6aHVudGVyMQ", "hunter2", "hunter3", "hunter4", "xoxhunter5", "B0CD12", "services/T0AB/B0CD12/xoxhunter5", "sighunter6", "hunter7", "hunter8", "hunter9:x", "aHVudGVyOTp4",
	} {
		if !leaks("a " + text + "!") {
			t.Errorf("%s is taken for none", text)
		}
	}
	for _, text := range []string{"hunter", "restarting services", "chat.example", "letters", "pi", "exit status 0", "x"} {
		if leaks(text) {
			t.Errorf("%s is taken for one", text)
		}
	}
	if Leaks(Servers{}, nil, Announcing{})("anything") {
		t.Error("there is none to be found")
	}
}
