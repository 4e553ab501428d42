package config

import (
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// journalPath is where launches and refusals are kept if the file says nothing.
const journalPath = "/var/lib/ship-it/journal.jsonl"

// journal reads where launches and refusals are kept; "" is nowhere.
func (s *section) journal(otherwise string) string {
	const key, like = "journal", `journal = "` + journalPath + `"`
	n := s.get(key, like, unstable.String)
	s.otherwise(quote(otherwise))
	switch {
	case n == nil:
		return otherwise
	case n.text == "":
		return ""
	case strings.HasSuffix(n.text, "/"):
		s.add(n.place, s.label+key, quote(n.text)+" names a folder", "name a file in it, as in "+like)
	case strings.Contains(n.text, "\x00"):
		s.add(n.place, s.label+key, quote(n.text)+" can be no file", "write it as in "+like)
	}
	return s.absolute(n.text)
}
