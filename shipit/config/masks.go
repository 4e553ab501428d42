package config

import (
	"bytes"
	"regexp"
	"slices"
)

// What may be a secret in a line of a configuration, right or wrong. The line
// may be no TOML at all, so this looks at its words alone, and takes rather too
// much than too little.
var (
	// delicateValue is what stands behind a name that speaks of a secret, up to
	// the end of its string, or of the line.
	delicateValue = regexp.MustCompile(`(?i)[\w.-]*(?:pass|token|secret|credential|auth|private|api[_-]?key|cookie|headers|environment|body|announce)[\w.-]*["']?\s*[=:]\s*` +
		`("(?:[^"\\]|\\.)*"?|'[^']*'?|[^"'\s].*)`)
	// spokenSecret is the same where somebody forgot the sign between.
	spokenSecret = regexp.MustCompile(`(?i)^\s*[\w.-]*(?:pass|token|secret|credential|auth)[\w.-]*\s+([^=:\s].*)`)
	// login is a user and a password in an address, and query what is asked of it.
	login = regexp.MustCompile(`//([^/"'\s@]*(?:/[^"'\s@]*)?)@`)
	query = regexp.MustCompile(`://[^?#"'\s]*[?#]([^"'\s]+)`)
	// delicateSection is a section of nothing but such values, and anyValue one.
	delicateSection = regexp.MustCompile(`(?m)^\s*\[.*(?:headers|environment|secrets)[^\n]*`)
	anyValue        = regexp.MustCompile(`=\s*(.+)`)
	// announceSection has an address that may be a secret as a whole, and may
	// stand under any key, behind the section's head, or by itself; an openLine has
	// no room for one.
	announceSection = regexp.MustCompile(`(?im)^\s*\[+\s*["']?announce`)
	openLine        = regexp.MustCompile(`^\s*(?:(?:on|box|type|timeout|insecure)\s*=(?:[^#/]|/[^/])*|\[+[\w\s."'-]*\]*\s*)$`)
	anything        = regexp.MustCompile(`^(?:\s*\[+[\w\s."'-]*\]+)?(?:\s*["']?[\w.-]*["']?\s*[=:])?\s*(.*)`)
)

// masks are the parts of the line from begin to end that nobody is to see, in
// their order, counted from the line's beginning.
func masks(source []byte, begin, end int) []stretch {
	line := source[begin:end]
	if inLongString(source[:begin]) {
		return []stretch{{0, len(line)}}
	}
	expressions := []*regexp.Regexp{delicateValue, spokenSecret, login, query}
	switch section := source[bytes.LastIndex(source[:begin], []byte("\n["))+1 : end]; {
	case delicateSection.Match(section):
		expressions = append(expressions, anyValue)
	case announceSection.Match(section) && !openLine.Match(line):
		expressions = append(expressions, anything)
	}
	var found []stretch
	for _, expression := range expressions {
		for _, at := range expression.FindAllSubmatchIndex(line, -1) {
			if at[2] < at[3] {
				found = append(found, stretch{at[2], at[3]})
			}
		}
	}
	slices.SortFunc(found, func(a, b stretch) int { return a.from - b.from })
	var merged []stretch
	for _, s := range found {
		if n := len(merged); n > 0 && s.from <= merged[n-1].to {
			merged[n-1].to = max(merged[n-1].to, s.to)
		} else {
			merged = append(merged, s)
		}
	}
	return merged
}

// inLongString tells whether text ends within a string of several lines, or
// seems to: its name may be far above.
func inLongString(text []byte) bool {
	return bytes.Count(text, []byte(`"""`))%2 == 1 || bytes.Count(text, []byte(`'''`))%2 == 1
}
