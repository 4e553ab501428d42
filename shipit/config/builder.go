package config

import (
	"fmt"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// set gives table the value of a key, which may be dotted. The label says in
// which section that is.
func (t *tree) set(table *node, label string, pair *unstable.Node) {
	label = clip(label + dotted(pair.Key()))
	table, key := t.descend(table, label, pair.Key())
	if table == nil {
		return
	}
	name := string(key.Data)
	if old := table.keys[name]; old != nil {
		t.twice(old, key, label)
		return
	}
	table.keys[name] = t.value(pair.Value(), t.placeOfPair(key, pair), label)
}

// table opens the section of a [header].
func (t *tree) table(root *node, header *unstable.Node) (section *node, label string) {
	label = "[" + dotted(header.Key()) + "]"
	parent, key := t.descend(root, label, header.Key())
	if parent == nil {
		return newTable(place{}), label + " "
	}
	name := string(key.Data)
	section = parent.keys[name]
	switch {
	case section == nil:
		section = newTable(t.placeOf(key))
		parent.keys[name] = section
	case section.kind != unstable.Table:
		t.twice(section, key, label)
		section = newTable(place{})
	case section.header:
		t.twice(section, key, label)
	}
	section.header = true
	return section, label + " "
}

// element opens one more element of a [[header]].
func (t *tree) element(root *node, header *unstable.Node) (element *node, label string) {
	label = "[[" + dotted(header.Key()) + "]]"
	parent, key := t.descend(root, label, header.Key())
	if parent == nil {
		return newTable(place{}), label + " "
	}
	name := string(key.Data)
	element = newTable(t.placeOf(key))
	list := parent.keys[name]
	if list == nil {
		list = &node{place: element.place, kind: unstable.Array, header: true}
		parent.keys[name] = list
	}
	if list.header && list.kind == unstable.Array {
		list.items = append(list.items, element)
	} else {
		t.twice(list, key, label)
	}
	return element, label + " "
}

// descend follows a dotted key to the table that holds its last part, and
// makes the tables on the way. The parent is nil if something else stands
// there.
func (t *tree) descend(table *node, label string, path unstable.Iterator) (parent *node, last *unstable.Node) {
	for path.Next() && !path.IsLast() {
		key := path.Node()
		name := string(key.Data)
		next := table.keys[name]
		if next == nil {
			next = newTable(t.placeOf(key))
			table.keys[name] = next
		}
		if next.kind == unstable.Array && len(next.items) > 0 {
			next = next.items[len(next.items)-1]
		}
		if next.kind != unstable.Table {
			t.twice(next, key, label)
			return nil, nil
		}
		table = next
	}
	return table, path.Node()
}

// value makes the node of a value whose key, or list, stands at p.
func (t *tree) value(v *unstable.Node, p place, label string) *node {
	n := &node{place: p, kind: v.Kind}
	children := v.Children()
	switch v.Kind {
	case unstable.Array:
		for children.Next() {
			item := children.Node()
			at := p
			if item.Raw.Length > 0 { // else a list, which the parser gives no range
				at = t.placeOf(item)
			}
			n.items = append(n.items, t.value(item, at, label))
		}
	case unstable.InlineTable:
		n.kind, n.keys = unstable.Table, map[string]*node{}
		for children.Next() {
			t.set(n, label+".", children.Node())
		}
	default:
		n.text = string(v.Data)
	}
	return n
}

// twice notes that something stands in the file a second time.
func (t *tree) twice(old *node, key *unstable.Node, label string) {
	t.add(t.placeOf(key), label, fmt.Sprintf("stands in line %d already", old.line), "keep one of the two")
	t.also(old.name())
}

// dotted is a key as it is written; of a very long one, its beginning.
func dotted(path unstable.Iterator) string {
	var key strings.Builder
	for path.Next() && key.Len() < 256 {
		if key.Len() > 0 {
			key.WriteByte('.')
		}
		key.WriteString(kindly(string(path.Node().Data)))
	}
	return key.String()
}

func newTable(p place) *node {
	return &node{place: p, kind: unstable.Table, keys: map[string]*node{}}
}
