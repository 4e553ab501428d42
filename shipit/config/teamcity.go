package config

import (
	"net/url"
	"strings"

	"ship-it.example/shipit/ci"
)

// teamcity reads the [teamcity] section.
func (s *section) teamcity(settings ci.Settings) ci.Settings {
	t := s.server("teamcity")
	if t == nil {
		return settings
	}
	defer t.done()
	settings.URL = t.url(`url = "https://teamcity.example.com"`, "")
	t.credentials(&settings)
	t.reach(&settings, !guest(settings.URL))
	return settings
}

// guest tells whether the address is that of TeamCity's guest login, which
// takes no secret.
// https://www.jetbrains.com/help/teamcity/accessing-server-by-http.html
func guest(u *url.URL) bool {
	return u != nil && strings.HasSuffix(strings.TrimRight(u.Path, "/"), "/guestAuth")
}
