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

// holdsAny says whether text holds one of the secrets, plainly or in one of the
// forms in which a server may echo it. An empty one is none.
func holdsAny(text string, secrets []string) bool {
	text = solid(text)
	return slices.ContainsFunc(secrets, func(secret string) bool {
		forms := []string{
			secret, url.QueryEscape(secret), url.PathEscape(secret), html.EscapeString(secret),
			strings.Trim(strconv.Quote(secret), `"`), inJSON(secret),
			base64.RawStdEncoding.EncodeToString([]byte(secret)), base64.RawURLEncoding.EncodeToString([]byte(secret)),
		}
		return secret != "" && slices.ContainsFunc(forms, func(form string) bool { return strings.Contains(text, solid(form)) })
	})
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
