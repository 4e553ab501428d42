package config

import (
	"github.com/pelletier/go-toml/v2/unstable"

	"ship-it.example/shipit/ci"
)

// words is a list of a server's words.
func (s *section) words(key string) []string {
	like := key + ` = ["` + key + `"]`
	n := s.get(key, like, unstable.Array)
	if n == nil {
		return nil
	}
	var words []string
	for _, item := range n.items {
		if item.kind != unstable.String || item.text == "" {
			s.add(item.place, s.label+key, "holds "+kindName(item.kind)+" that is no word", "write each in quotes, numbers too, as in "+like)
		}
		words = append(words, item.text)
	}
	return words
}

// pointers reads a place in a JSON answer, or a list of them.
func (s *section) pointers(key, like string) []ci.Pointer {
	n := s.get(key, like, unstable.String, unstable.Array)
	if n == nil {
		return nil
	}
	items := n.items
	if n.kind == unstable.String {
		items = []*node{n}
	}
	if len(items) == 0 {
		s.add(n.place, s.label+key, "is empty", "write it as in "+like)
	}
	var pointers []ci.Pointer
	for _, item := range items {
		p := ci.Pointer(item.text)
		if item.kind != unstable.String || p == "" || !p.IsGood() {
			s.add(item.place, s.label+key, quote(item.text)+" is no place in an answer", "write a JSON pointer, as in "+like)
		}
		pointers = append(pointers, p)
	}
	return pointers
}

// pointer reads one place, "" if there is none.
func (s *section) pointer(key string) ci.Pointer {
	if all := s.pointers(key, key+` = "/`+key+`"`); len(all) > 0 {
		return all[0]
	}
	return ""
}
