package ci

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Pointer is a place in a JSON text, as in RFC 6901: "/a/0/b", and "" is all of
// it. A part "*" is every element of a list, or every member of an object.
type Pointer string

// IsGood tells whether p is a pointer at all.
func (p Pointer) IsGood() bool { return p == "" || strings.HasPrefix(string(p), "/") }

// hasMany tells whether p may lead to several values, or to none as yet.
func (p Pointer) hasMany() bool { return slices.Contains(strings.Split(string(p), "/"), "*") }

// in finds the values at the pointer, none of them null.
func (p Pointer) in(v any) []any {
	found := []any{v}
	for i, part := range strings.Split(string(p), "/") {
		if i > 0 {
			part = strings.NewReplacer("~1", "/", "~0", "~").Replace(part)
			found = step(found, part)
		}
	}
	return slices.DeleteFunc(found, func(v any) bool { return v == nil })
}

// step goes one part down from each value.
func step(from []any, part string) []any {
	var next []any
	for _, v := range from {
		switch v := v.(type) {
		case map[string]any:
			if part == "*" {
				for _, name := range sortedKeys(v) {
					next = append(next, v[name])
				}
			} else if member, ok := v[part]; ok {
				next = append(next, member)
			}
		case []any:
			if i, err := strconv.Atoi(part); part == "*" {
				next = append(next, v...)
			} else if err == nil && i >= 0 && i < len(v) {
				next = append(next, v[i])
			}
		}
	}
	return next
}

func sortedKeys[V any](m map[string]V) []string {
	var keys []string
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// words is the texts of the values at the first pointer that leads to any. A
// list and an object have no text.
func words(v any, pointers []Pointer) []string {
	for _, p := range pointers {
		var texts []string
		for _, value := range p.in(v) {
			switch value := value.(type) {
			case string:
				if value != "" {
					texts = append(texts, value)
				}
			case json.Number, bool:
				texts = append(texts, fmt.Sprint(value))
			}
		}
		if len(texts) > 0 {
			return texts
		}
	}
	return nil
}

// readJSON reads a JSON text, numbers as they are written.
func readJSON(text []byte) (v any, err error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	err = d.Decode(&v)
	return v, err
}
