package citest

import (
	"encoding/xml"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strings"
)

// order is a build as a client asks for it:
// https://www.jetbrains.com/help/teamcity/rest/start-and-cancel-builds.html
type order struct {
	XMLName xml.Name `xml:"build"`
	Branch  string   `xml:"branchName,attr"`
	Type    struct {
		ID string `xml:"id,attr"`
	} `xml:"buildType"`
	Comment *struct {
		Text *string `xml:"text"`
	} `xml:"comment"`
}

// queued is a build as the server describes it.
type queued struct {
	XMLName xml.Name `xml:"build"`
	ID      int      `xml:"id,attr"`
	TaskID  int      `xml:"taskId,attr"`
	Type    string   `xml:"buildTypeId,attr"`
	Branch  string   `xml:"branchName,attr,omitempty"`
	State   string   `xml:"state,attr"`
	Href    string   `xml:"href,attr"`
	WebURL  string   `xml:"webUrl,attr"`
}

// order reads what was asked for; code is the status of the refusal, or 0.
func (x *exchange) order() (o order, code int, why string) {
	media, _, _ := mime.ParseMediaType(x.r.Header.Get("Content-Type"))
	switch {
	case !strings.HasSuffix(x.r.URL.Path, "/app/rest/buildQueue"):
		return o, http.StatusNotFound, "there is nothing at this path"
	case x.r.Method != http.MethodPost:
		return o, http.StatusMethodNotAllowed, "builds are queued with POST"
	case media != "application/xml":
		return o, http.StatusUnsupportedMediaType, "the request must be application/xml"
	}
	if err := xml.Unmarshal([]byte(x.body), &o); err != nil {
		return o, http.StatusBadRequest, "cannot read the build: " + err.Error()
	}
	switch {
	case o.Type.ID == "":
		return o, http.StatusBadRequest, "no build type is named"
	case o.Comment != nil && o.Comment.Text == nil:
		return o, http.StatusBadRequest, "the comment has no text"
	case len(x.s.types) > 0 && !slices.Contains(x.s.types, o.Type.ID):
		return o, http.StatusNotFound, fmt.Sprintf("no build type is found by id %q", o.Type.ID)
	}
	return o, 0, ""
}

// queue adds the build that was asked for and describes it; nil if the
// request was refused, and answered.
func (x *exchange) queue() []byte {
	o, code, why := x.order()
	if code != 0 {
		x.fail(code, why)
		return nil
	}
	x.s.mu.Lock()
	x.s.builds++
	id := x.s.builds
	x.s.mu.Unlock()
	text, _ := xml.Marshal(queued{ // numbers and strings always marshal
		ID: id, TaskID: id, Type: o.Type.ID, Branch: o.Branch, State: "queued",
		Href:   fmt.Sprintf("/app/rest/buildQueue/id:%d", id),
		WebURL: fmt.Sprintf("%s/viewQueued.html?itemId=%d", x.s.URL(), id),
	})
	return append([]byte(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>`), text...)
}
