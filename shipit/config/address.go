package config

import (
	"net/url"
	"slices"
	"strings"

	"ship-it.example/shipit/ci"
)

// hookPath reads where a request goes, from the url's end on.
func (s *section) hookPath() ci.Template {
	const key, like = "path", `path = "/builds/{build}"`
	s.missing(key, like)
	n := s.line(key, like)
	if n == nil {
		return ""
	}
	if !strings.HasPrefix(n.text, "/") || strings.Contains(n.text, "#") || slices.Contains(strings.Split(n.text, "/"), "..") {
		s.add(n.place, s.label+key, quote(n.text)+" is no path", "write it from the url's end on, as in "+like)
	}
	s.checkAddress(key, n)
	return ci.Template(n.text)
}

// page reads where people look: an address with places, or a pointer to one.
func (s *section) page() string {
	const key = "page"
	n := s.line(key, `page = "/web_url"`)
	switch {
	case n == nil:
		return ""
	case strings.HasPrefix(n.text, "http://"), strings.HasPrefix(n.text, "https://"):
		s.checkAddress(key, n)
	case !ci.Pointer(n.text).IsGood():
		s.add(n.place, s.label+key, quote(n.text)+" is neither an address nor a place in the answer", `write it as in page = "/web_url"`)
	}
	return n.text
}

// checkAddress notes what can mean nothing in an address with places.
func (s *section) checkAddress(key string, n *node) {
	for _, text := range ci.Template(n.text).Texts() {
		if _, err := url.PathUnescape(text); err != nil {
			s.add(n.place, s.label+key, quote(n.text)+" has a % that escapes nothing", "write %25 for it")
			return
		}
		if strings.ContainsAny(text, "{}") {
			s.add(n.place, s.label+key, quote(n.text)+" has a brace that belongs to no place",
				"name places in small letters, digits and _, as in {job}; a brace itself is %7B or %7D")
			return
		}
	}
}
