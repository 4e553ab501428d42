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
}
