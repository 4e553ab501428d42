package config

import (
	"slices"
	"strings"
)

// Variables of the environment that hold a part of a login begin and end so:
// SHIP_IT_JENKINS_TOKEN.
const envPrefix = "SHIP_IT_"

// IsSecret tells whether a variable of the environment may hold a secret of
// ours: take it out once the configuration is loaded, no child has to know it.
func IsSecret(name string) bool {
	if !strings.HasPrefix(name, envPrefix) {
		return false
	}
	for _, end := range []string{"_TOKEN", "_PASS", "_USER", "_URL"} {
		if strings.HasSuffix(name, end) {
			return true
		}
	}
	return false
}

// env is the variable that stands for a part of a server's login.
func env(server, part string) string {
	return envPrefix + strings.ToUpper(strings.NewReplacer("-", "_", ".", "_").Replace(server)) + "_" + part
}

// secret is what the file that a key names holds, or the variable of the
// environment, which wins. It is empty without secrets.
func (s *section) secret(key, variable string, flaw func(string) string) string {
	n := s.str(key, key+` = "`+strings.TrimSuffix(key, "_file")+`"`)
	if s.lookup == nil {
		return ""
	}
	c := s.env(variable)
	if c == nil {
		c = s.stored(key, n)
	}
	return s.checked(c, flaw)
}

// given tells whether the environment has one of these parts of a login.
func (s *section) given(variables ...string) bool {
	return s.lookup != nil && slices.ContainsFunc(variables, func(name string) bool { return s.env(name) != nil })
}

// needs notes that a part of the login is nowhere to be found.
func (s *section) needs(key, variable string) {
	if s.lookup == nil || s.has(key) || s.given(variable) {
		return
	}
	s.add(s.node.place, strings.TrimSpace(s.label), "says nothing to log in with",
		"add "+key+"; "+variable+" does as well, but sudo and service drop it")
}

// user is the name that a login goes by, from the environment or the file.
func (s *section) user(variable string) string {
	n := s.str("user", `user = "ship-it"`)
	if s.lookup != nil {
		if c := s.env(variable); c != nil {
			return s.checked(c, userFlaw)
		}
	}
	return s.checked(s.stated("user", n), userFlaw)
}
