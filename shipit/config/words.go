package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2/unstable"
)

// suggest says what may have been meant by an unknown key.
func (s *section) suggest(key string) string {
	if slices.Contains(s.top.known, key) && !slices.Contains(s.sections, key) {
		return "move it to the top, above the first [section]"
	}
	if near := nearest(key, s.known); near != "" {
		return fmt.Sprintf("did you mean %s?", clip(near))
	}
	known := make([]string, len(s.known))
	for i, k := range s.known {
		known[i] = clip(k)
	}
	return "known here are " + strings.Join(known, ", ")
}

// nearest is the known key that looks most like key, or "".
func nearest(key string, known []string) string {
	best, least := "", 0
	for _, k := range known {
		d := distance(key, k)
		if len(key) >= 4 && strings.HasPrefix(k, key) {
			d = 1 // as in password for password_file
		}
		if d <= max(len(k)/3, 1) && (best == "" || d < least) {
			best, least = k, d
		}
	}
	return best
}

// distance is how many bytes have to be put in, taken out or changed to make b
// of a (https://en.wikipedia.org/wiki/Levenshtein_distance). A key too long to
// be a slip of the finger is far from everything.
func distance(a, b string) int {
	if len(a) > 2*len(b) {
		return len(a)
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		corner := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := corner
			if a[i] != b[j] {
				change++
			}
			corner = row[j+1]
			row[j+1] = min(change, row[j]+1, corner+1)
		}
	}
	return row[len(b)]
}

// quote makes text from the file fit for a message: no control characters, and
// not endless.
func quote(s string) string { return strconv.Quote(clip(s)) }

func clip(s string) string {
	const most = 64
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most]) + "…"
}

// kindly is a key as TOML has it: quoted only if it must be.
func kindly(key string) string {
	if key == "" || len(key) > 64 || strings.ContainsFunc(key, notBare) {
		return quote(key)
	}
	return key
}

func notBare(r rune) bool {
	return r != '_' && r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
}

// kindName is a kind of value in the words of people.
func kindName(kind unstable.Kind) string {
	switch kind {
	case unstable.String:
		return "a string"
	case unstable.Bool:
		return "a boolean"
	case unstable.Integer:
		return "a whole number"
	case unstable.Float:
		return "a fraction"
	case unstable.Array:
		return "a list"
	case unstable.Table:
		return "a table"
	default:
		return "a date or time"
	}
}

// brief is a time without its zero seconds: 1m, not 1m0s.
func brief(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	return s
}
