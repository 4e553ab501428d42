package config

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// node is a value of the file, and the place of its key.
type node struct {
	place
	kind   unstable.Kind    // an inline table is a Table too
	text   string           // of a scalar: a string's content, else as it is written
	items  []*node          // of an Array
	keys   map[string]*node // of a Table
	header bool             // has a [header] or [[header]] of its own
}

// tree builds the nodes of one file. Of a key given twice the first counts.
type tree struct {
	*reader
	parser unstable.Parser
}

// tree parses the file. It returns nil if there is a place behind which
// nothing can be understood.
func (r *reader) tree(data []byte) *node {
	t := &tree{reader: r}
	if at := firstInvalid(data); at >= 0 {
		r.add(t.placeAt(at), "", "is not UTF-8 text", "save it as UTF-8")
		return nil
	}
	root := &node{kind: unstable.Table, keys: map[string]*node{}}
	table, label := root, ""
	t.parser.Reset(data)
	for t.parser.NextExpression() {
		switch e := t.parser.Expression(); e.Kind {
		case unstable.Table:
			table, label = t.table(root, e)
		case unstable.ArrayTable:
			table, label = t.element(root, e)
		default:
			t.set(table, label, e)
		}
	}
	if err := t.parser.Error(); err != nil {
		r.grammar(data, err)
		return nil
	}
	return root
}

// grammar notes go-toml's own opinion of the file: its syntax (broken, if the
// parser has failed with an error), and what may be defined where. A line that
// has its mistake already gets no second one.
func (r *reader) grammar(data []byte, broken error) {
	var values map[string]any
	err := cmp.Or(toml.Unmarshal(data, &values), broken)
	if err == nil {
		return
	}
	var p place
	if at, ok := errors.AsType[*toml.DecodeError](err); ok {
		p = r.wordAt(at.Position())
	}
	if slices.ContainsFunc(r.mistakes, func(m Mistake) bool { return m.Line == p.line }) {
		return
	}
	remedy := "write it as https://toml.io has it"
	if broken != nil {
		remedy = "look for a quote, a bracket or a comma that is missing there or on the line before"
	}
	r.add(p, "", "is no TOML: "+strings.TrimPrefix(err.Error(), "toml: "), remedy)
}

// content is the text of a node that may be missing.
func (n *node) content() string {
	if n == nil {
		return ""
	}
	return n.text
}
