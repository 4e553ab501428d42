package config

import (
	"fmt"
	"strings"
)

// The fixed parts of a draft.
const (
	draftHead = `# Configuration of ship-it: which pins the box is wired to, which server it reaches, what it launches.
# "man ship-it.toml" has every option, and the sample config.toml explains them. After a change:
#
#     ship-it check                      # says what it means, or points at every mistake
#     sudo service ship-it restart       # a running box goes on with what it has read

# A box that finds its arming switch on at start stays locked until the switch was off once.
require_rearm = true

# Where the parts are wired to: BCM numbers, not places on the header. "ship-it check" has both.
[pins]
blinker       = %d
arming_switch = %d
launch_button = %d
branch_button = %d
`

	draftTargets = `
# What can be launched, in the order in which the branch button goes through it: a name, the pin of its lamp,
# and what %s starts (%s).
`

	webhookSection = `# What a press asks for; {hook} is the target's. More addresses have the builds followed, found and taken
# back: see the sample config.toml, and packaging/samples for the usual servers.
launch = { path = "/{hook}" }
`
)

func teamcityWork(build string) string {
	return inlineTable("build_type", "branch", build)
}

func jenkinsWork(build string) string {
	return inlineTable("job", "branch", build)
}

func gitlabWork(build string) string {
	if !strings.Contains(build, "@") {
		build += "@main"
	}
	return inlineTable("project", "ref", build)
}

func githubWork(build string) string {
	name, ref := cutLast(build, "@")
	if ref == "" {
		ref = "main"
	}
	repo, workflow := cutLast(name, "/")
	return fmt.Sprintf("{ repo = %s, workflow = %s, ref = %s }", tomlString(repo), tomlString(workflow), tomlString(ref))
}

func webhookWork(build string) string {
	return fmt.Sprintf("{ server = %q, hook = %s }", webhookName, tomlString(build))
}

func commandWork(build string) string {
	words := strings.Fields(build)
	for i, word := range words {
		words[i] = tomlString(word)
	}
	return "{ run = [" + strings.Join(words, ", ") + "] }"
}

// inlineTable is what stands in front of the last @ in text, and behind it.
func inlineTable(key, branch, text string) string {
	name, ref := cutLast(text, "@")
	if ref == "" {
		return fmt.Sprintf("{ %s = %s }", key, tomlString(name))
	}
	return fmt.Sprintf("{ %s = %s, %s = %s }", key, tomlString(name), branch, tomlString(ref))
}

// cutLast cuts a text at the last separator.
func cutLast(text, separator string) (before, after string) {
	i := strings.LastIndex(text, separator)
	if i < 0 {
		return text, ""
	}
	return text[:i], text[i+len(separator):]
}

// tomlString is a text as a basic string (https://toml.io/en/v1.0.0#string).
func tomlString(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
