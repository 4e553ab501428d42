package config

import (
	"strings"
	"time"

	"ship-it.example/shipit/ci"
)

// Bounds of a command's time.
const (
	commandTime                    = 10 * time.Minute
	minCommandTime, maxCommandTime = time.Second, 24 * time.Hour
)

// command reads the program that a target runs, and what it may know.
func (s *section) command() ci.Work {
	const key, like = "run", `run = ["/usr/local/bin/deploy", "int"]`
	s.missing(key, like)
	c := ci.Command{
		Run:         s.program(key, like, ""),
		Timeout:     s.duration("timeout", commandTime, minCommandTime, maxCommandTime),
		Environment: s.strings("environment", `environment = { STAGE = "int" }`),
		Secrets:     s.secretFiles(),
	}
	if s.has(key) && c.Run != nil && len(c.Run) == 0 {
		s.add(s.place(key), s.label+key, "names no program", "write it as in "+like)
	}
	for _, variables := range []string{"environment", "secrets"} {
		if n := s.node.keys[variables]; n != nil {
			s.checkVariables(variables, n)
		}
	}
	return c
}

// secretFiles reads the secrets that a command asks for: variables, and the
// files that hold them.
func (s *section) secretFiles() map[string]string {
	const key, like = "secrets", `secrets = { DEPLOY_KEY = "deploy.key" }`
	files := s.strings(key, like)
	if s.lookup == nil {
		return nil
	}
	secrets := map[string]string{}
	for name := range files {
		n := s.node.keys[key].keys[name]
		if c := s.under(n, s.label+key+".").stored(kindly(name), n); c != nil {
			secrets[name] = s.checked(c, variableFlaw)
		}
	}
	return secrets
}

// checkVariables notes what can be no variable's name or value.
func (s *section) checkVariables(key string, n *node) {
	for name, value := range n.keys {
		label := s.label + key + "." + kindly(name)
		switch {
		case name == "" || strings.ContainsFunc(name, notInVariable) || name[0] >= '0' && name[0] <= '9':
			s.add(value.place, label, "is no variable's name", "take letters, digits and _ only, and no digit first")
		case name == ci.LaunchVariable:
			s.add(value.name(), label, "is the launch's id", "choose another name")
		case variableFlaw(value.text) != "":
			s.add(value.place, label, variableFlaw(value.text), "take it out")
		}
	}
}

func variableFlaw(value string) string {
	if strings.Contains(value, "\x00") {
		return "holds a zero byte, which no variable can"
	}
	return ""
}

func notInVariable(r rune) bool { return r == '-' || notBare(r) }
