package ci

import (
	"encoding/base64"
	"html"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Leaks makes the question whether a text holds a secret of the servers, of one
// of the commands or of the announcements, but for very short ones: any line may
// hold an x. The secrets live in the function alone, so that package fmt prints
// none.
func Leaks(s Servers, work []Work, a Announcing) func(text string) bool {
	var secrets []string
	for _, settings := range s.ByName() {
		secrets = append(secrets, settings.secrets()...)
	}
	for _, w := range work {
		if c, ok := w.(Command); ok {
			secrets = append(secrets, c.lines()...)
		}
	}
	secrets = slices.DeleteFunc(secrets, func(s string) bool { return len(s) < leastSecret })
	return spotter(append(secrets, slices.DeleteFunc(a.secrets(), isWord)...))
}

// leastSecret is the length from which on a secret, or a line of one, is looked for
// in what commands write.
const leastSecret = 4

// isWord says whether a part of an announcements' address may be a mere word,
// such as "services", which stands in many a text.
func isWord(part string) bool {
	const long = 16
	return len(part) < long && !strings.ContainsAny(part, "/0123456789")
}

// holdsAny says whether text holds one of the secrets, plainly or in one of the
// forms in which a server may echo it. An empty one is none.
func holdsAny(text string, secrets []string) bool { return spotter(secrets)(text) }

// spotter is holdsAny for many texts.
func spotter(secrets []string) func(text string) bool {
	var forms []string
	for _, secret := range secrets {
		if solid(secret) == "" {
			continue
		}
		for _, form := range []string{
			secret, url.QueryEscape(secret), url.PathEscape(secret), html.EscapeString(secret),
			strings.Trim(strconv.Quote(secret), `"`), inJSON(secret),
			base64.RawStdEncoding.EncodeToString([]byte(secret)), base64.RawURLEncoding.EncodeToString([]byte(secret)),
		} {
			forms = append(forms, solid(form))
		}
	}
	return func(text string) bool {
		text = solid(text)
		return slices.ContainsFunc(forms, func(form string) bool { return strings.Contains(text, form) })
	}
}

// solid is s without blanks and what can't be printed: they could part a secret
// in two.
func solid(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, s)
}
