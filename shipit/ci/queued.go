package ci

import (
	"bufio"
	"encoding/json"
	"encoding/xml"
	"io"
	"strings"
)

// queued is what TeamCity says of a build that it has queued.
type queued struct {
	id     string // since TeamCity 9.0
	taskID string // the only number in TeamCity 8.1
	webURL string
}

// field sets what a field of the answer gives; ids that are no number are none.
func (q *queued) field(name, value string) {
	switch {
	case name == "id" && digits(value):
		q.id = value
	case name == "taskId" && digits(value):
		q.taskID = value
	case name == "webUrl":
		q.webURL = value
	}
}

// name is the build's name for TeamCity.Look, empty if there is none.
func (q *queued) name() string {
	if q.id != "" || q.taskID == "" {
		return q.id
	}
	return taskPrefix + q.taskID
}

// readQueued reads a build from XML, which we ask for, or from JSON. It reads
// no further than it needs, and of an answer that is cut it takes what came.
func readQueued(r io.Reader) *queued {
	q, in := new(queued), bufio.NewReader(r)
	if first := firstByte(in); first == '{' {
		q.readJSON(in)
	} else {
		q.readXML(in)
	}
	return q
}

// firstByte skips white space and peeks; 0 at the end.
func firstByte(in *bufio.Reader) byte {
	for {
		b, err := in.ReadByte()
		if err != nil {
			return 0
		}
		if !strings.ContainsRune(" \t\r\n", rune(b)) {
			_ = in.UnreadByte() // never fails after ReadByte
			return b
		}
	}
}

// readXML takes the attributes of the root element, if that is a build.
func (q *queued) readXML(r io.Reader) {
	d := newXML(r)
	for {
		t, err := d.Token()
		if err != nil {
			return
		}
		root, ok := t.(xml.StartElement)
		if !ok {
			continue
		}
		if root.Name.Local != "build" {
			return
		}
		for _, a := range root.Attr {
			q.field(a.Name.Local, a.Value)
		}
		return
	}
}

// newXML takes any declared encoding for UTF-8: ids are ASCII.
func newXML(r io.Reader) *xml.Decoder {
	d := xml.NewDecoder(r)
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	return d
}

// readJSON takes the members of the outermost object.
func (q *queued) readJSON(r io.Reader) {
	d := json.NewDecoder(r)
	if _, err := d.Token(); err != nil { // the brace
		return
	}
	for (q.id == "" || q.webURL == "") && d.More() {
		name, err := d.Token()
		if err != nil {
			return
		}
		var value json.RawMessage
		if d.Decode(&value) != nil {
			return
		}
		text := string(value)
		_ = json.Unmarshal(value, &text) // a number stays as it is
		q.field(name.(string), text)
	}
}
