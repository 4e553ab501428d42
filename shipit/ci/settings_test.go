package ci_test

import (
	"testing"

	"ship-it.example/shipit/ci"
)

func TestSettingsString(t *testing.T) {
	t.Parallel()
	set := settings(t, "https://tc.example/ci/")
	basic, bearer := set, set
	basic.User, basic.Password = "ship", "x"
	bearer.User, bearer.Token = "ship", "x"
	for want, s := range map[string]ci.Settings{
		"https://tc.example/ci/ (no credentials)":    set,
		"https://tc.example/ci/ (user and password)": basic,
		"https://tc.example/ci/ (token)":             bearer,
		" (no credentials)":                          {},
	} {
		if got := s.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
