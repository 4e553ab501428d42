package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"ship-it.example/shipit"
)

// ErrDraft tells that an answer is none from which a configuration could be
// written. Its message says how it is meant.
var ErrDraft = errors.New("not understood")

// Draft is what somebody has answered, to be written down as a configuration.
// Its zero parts are filled with examples.
type Draft struct {
	Server    string // one of Drafts
	URL       string // of the server, if that has one; empty: its own
	User      string // for a server that asks for one
	TokenFile string // as the file shall name it; empty: none
	Targets   []DraftTarget
}

// DraftTarget is a target with its build, written as [DraftKind.Build] says.
type DraftTarget struct{ Name, Build string }

// DraftKind is what a kind of server has to be asked.
type DraftKind struct {
	Server  string // teamcity, jenkins, ...
	What    string // for people
	URL     string // such an address; empty: it has none
	OwnURL  bool   // there is one that holds where none is given
	User    bool   // it wants a user beside the token
	Token   string // what it calls its token; empty: it has none
	NoToken bool   // it may do without
	Build   string // how a target's build is written
	Like    string // such a build

	section string // what its section has beside address and login
	work    func(build string) string
}

// Drafts is every kind of server.
func Drafts() []DraftKind {
	return []DraftKind{
		{
			Server: "teamcity", What: "TeamCity", URL: "https://teamcity.example.com", Token: "access token",
			Build: "BUILD_TYPE[@BRANCH]", Like: "bt280", work: teamcityWork,
		},
		{
			Server: "jenkins", What: "Jenkins", URL: "https://jenkins.example.com", User: true, Token: "API token",
			Build: "FOLDER/JOB[@BRANCH]", Like: "deploy/client@main", work: jenkinsWork,
		},
		{
			Server: "github", What: "GitHub Actions", URL: "https://api.github.com", OwnURL: true, Token: "token (Actions: read and write)",
			Build: "OWNER/REPO/WORKFLOW[@REF]", Like: "acme/client/deploy.yml@main", work: githubWork,
		},
		{
			Server: "gitlab", What: "GitLab", URL: "https://gitlab.com", OwnURL: true, Token: "token (api)",
			Build: "GROUP/PROJECT[@REF]", Like: "acme/client@main", work: gitlabWork,
		},
		{
			Server: "webhook", What: "any other, by its address", URL: "https://ci.example.com/hooks", Token: "token", NoToken: true,
			Build: "HOOK, the last part of the address", Like: "deploy-client", section: webhookSection, work: webhookWork,
		},
		{Server: "command", What: "a program on this machine", Build: "PROGRAM [ARGUMENTS]", Like: "/usr/local/bin/deploy int", work: commandWork},
	}
}

// webhookName is what a draft calls the server of its webhooks.
const webhookName = "mine"

// Section is the name of the server's section, "webhook.mine" say; its last word
// is a good name for a token's file.
func (k DraftKind) Section() string {
	if k.Server == "webhook" {
		return "webhook." + webhookName
	}
	return k.Server
}

// CheckToken tells what keeps an answer from being the token. The error wraps
// ErrDraft, and doesn't repeat the answer.
func (k DraftKind) CheckToken(text string) error {
	flaw := tokenFlaw
	if k.User { // it is sent as a password
		flaw = passwordFlaw
	}
	if wrong := flaw(text); wrong != "" {
		return fmt.Errorf("%w: it %s", ErrDraft, wrong)
	}
	return nil
}

// Kind is the kind of server of a draft. The error wraps ErrDraft.
func (d Draft) Kind() (DraftKind, error) {
	kinds := Drafts()
	i := slices.IndexFunc(kinds, func(k DraftKind) bool { return k.Server == d.Server })
	if i >= 0 {
		return kinds[i], nil
	}
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = k.Server
	}
	text := fmt.Sprintf("server %s", quote(d.Server))
	if near := nearest(d.Server, names); near != "" {
		text += ": did you mean " + near + "?"
	}
	return DraftKind{}, fmt.Errorf("%w: %s (one of %s)", ErrDraft, text, strings.Join(names, ", "))
}

// ParseDraftTarget reads "NAME = BUILD". The error wraps ErrDraft.
func ParseDraftTarget(text string) (DraftTarget, error) {
	name, build, ok := strings.Cut(text, "=")
	t := DraftTarget{strings.TrimSpace(name), strings.TrimSpace(build)}
	if !ok || t.Name == "" || t.Build == "" {
		return t, fmt.Errorf("%w: target %s: write it as NAME = BUILD", ErrDraft, quote(text))
	}
	return t, nil
}

// draftLamps is the lines that targets get in their order: those of the README's
// wiring first, and those last that are good for something else, too.
func draftLamps() []int {
	return []int{22, 25, 18, 5, 6, 12, 13, 16, 19, 20, 21, 26, 4, 7, 8, 9, 10, 11, 2, 3}
}

// Text is the draft as a configuration with comments. That it is a good one is
// for [Parse] to say. The error wraps ErrDraft.
func (d Draft) Text() (string, error) {
	kind, err := d.Kind()
	if err != nil {
		return "", err
	}
	if len(d.Targets) > shipit.MaxTargets {
		return "", fmt.Errorf("%w: %d targets: %d is the most", ErrDraft, len(d.Targets), shipit.MaxTargets)
	}
	answers := []string{d.URL, d.User, d.TokenFile}
	for _, t := range d.Targets {
		answers = append(answers, t.Name, t.Build)
		if kind.Server == "command" && strings.ContainsAny(t.Build, "\"'\\") {
			return "", fmt.Errorf("%w: %s: no shell reads it, and its words end at a blank: put them into a script", ErrDraft, quote(t.Build))
		}
	}
	for _, text := range answers {
		if !utf8.ValidString(text) {
			return "", fmt.Errorf("%w: %s is no UTF-8 text", ErrDraft, quote(text))
		}
	}
	c := defaults()
	var b strings.Builder
	fmt.Fprintf(&b, draftHead, c.Pins.Blinker.Pin, c.Pins.ArmingSwitch.Pin, c.Pins.LaunchButton.Pin, c.Pins.BranchButton.Pin)
	d.server(&b, kind)
	targets := d.Targets
	if len(targets) == 0 {
		targets = []DraftTarget{{"Client Int", kind.Like}}
	}
	fmt.Fprintf(&b, draftTargets, kind.Server, kind.Build)
	for i, t := range targets {
		fmt.Fprintf(&b, "\n[[target]]\nname = %s\nled  = %d\n%s = %s\n", tomlString(t.Name), draftLamps()[i], kind.Server, kind.work(t.Build))
	}
	return b.String(), nil
}

// server writes the section of the server, if it has one.
func (d Draft) server(b *strings.Builder, kind DraftKind) {
	if kind.URL == "" {
		return
	}
	fmt.Fprintf(b, "\n# %s: its address, and how the box signs in.\n[%s]\n", kind.What, kind.Section())
	url := d.URL
	if url == "" {
		url = kind.URL
	}
	fmt.Fprintf(b, "url = %s\n", tomlString(url))
	if kind.User {
		fmt.Fprintf(b, "user = %s\n", tomlString(d.User))
	}
	if d.TokenFile != "" {
		fmt.Fprintf(b, "# The %s, alone in a file that others may not read.\ntoken_file = %s\n", kind.Token, tomlString(d.TokenFile))
		if kind.Server == "webhook" {
			b.WriteString("token_header = \"Authorization: Bearer {token}\"\n")
		}
	}
	b.WriteString(kind.section)
}
