package citest

import (
	"encoding/xml"
	"fmt"
	"mime"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"ship-it.example/shipit"
)

// teamcity is a TeamCity from 9.0 on, or with [OldTeamCity] 8.1.
type teamcity struct{}

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

// queued is a build as the server describes it to the one who asked for it.
type queued struct {
	XMLName xml.Name `xml:"build"`
	ID      int      `xml:"id,attr,omitempty"`
	TaskID  int      `xml:"taskId,attr"`
	Type    string   `xml:"buildTypeId,attr"`
	Branch  string   `xml:"branchName,attr,omitempty"`
	State   string   `xml:"state,attr"`
	Href    string   `xml:"href,attr"`
	WebURL  string   `xml:"webUrl,attr"`
}

func (teamcity) asks(r *http.Request) bool {
	_, rest, ok := strings.Cut(r.URL.Path, "/app/rest/")
	return ok && (r.Method == http.MethodGet || r.Method == http.MethodPost && strings.HasPrefix(rest, "buildQueue/"))
}

func (t teamcity) order(x *exchange) (job string, no *reply) {
	var o order
	media, _, _ := mime.ParseMediaType(x.r.Header.Get("Content-Type"))
	switch {
	case !strings.HasSuffix(x.r.URL.Path, "/app/rest/buildQueue"):
		return "", t.refuse(http.StatusNotFound, "there is nothing at this path")
	case x.r.Method != http.MethodPost:
		return "", t.refuse(http.StatusMethodNotAllowed, "builds are queued with POST")
	case x.s.csrf && !strings.HasPrefix(x.r.Header.Get("Authorization"), "Bearer "):
		return "", &reply{code: http.StatusForbidden, media: "text/plain", body: []byte("403 Forbidden: CSRF Header X-TC-CSRF-Token does not match CSRF session value")}
	case media != "application/xml":
		return "", t.refuse(http.StatusUnsupportedMediaType, "the request must be application/xml")
	}
	if err := xml.Unmarshal([]byte(x.body), &o); err != nil {
		return "", t.refuse(http.StatusBadRequest, "cannot read the build: "+err.Error())
	}
	switch {
	case o.Type.ID == "":
		return "", t.refuse(http.StatusBadRequest, "no build type is named")
	case o.Comment != nil && o.Comment.Text == nil:
		return "", t.refuse(http.StatusBadRequest, "the comment has no text")
	case !x.s.knows(o.Type.ID):
		return "", t.unknown(o.Type.ID)
	}
	return o.Type.ID, nil
}

func (t teamcity) unknown(id string) *reply {
	return t.refuse(http.StatusNotFound, fmt.Sprintf("no build type is found by id %q", id))
}

func (teamcity) queued(x *exchange, b build) *reply {
	var o order
	_ = xml.Unmarshal([]byte(x.body), &o) // order did so before
	q := queued{
		ID: b.n, TaskID: b.n, Type: b.job, Branch: o.Branch, State: "queued",
		Href:   fmt.Sprintf("/app/rest/buildQueue/id:%d", b.n),
		WebURL: x.s.teamcityPage(b),
	}
	if x.s.old {
		q.ID = 0
	}
	text, _ := xml.Marshal(q) // numbers and strings always marshal
	return &reply{
		code: http.StatusOK, media: "application/xml;charset=UTF-8",
		body: append([]byte(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>`), text...),
	}
}

func (s *Server) teamcityPage(b build) string {
	return fmt.Sprintf("%s/viewQueued.html?itemId=%d", s.URL(), b.n)
}

// refuse explains itself as TeamCity does where text is wanted.
func (teamcity) refuse(code int, why string) *reply {
	return &reply{code: code, media: "text/plain;charset=UTF-8", body: fmt.Appendf(nil,
		"Responding with error, status code: %d (%s).\nDetails: %s\n", code, http.StatusText(code), why)}
}

// answer tells of one build, of a list, of a build type, or takes a build back.
func (t teamcity) answer(x *exchange) *reply {
	_, path, _ := strings.Cut(x.r.URL.Path, "/app/rest/")
	resource, locator, single := strings.Cut(path, "/")
	switch {
	case resource == "buildTypes" && single:
		id := strings.TrimPrefix(locator, "id:")
		if !x.s.knows(id) {
			return t.unknown(id)
		}
		return jsonReply(http.StatusOK, map[string]any{"id": id})
	case resource != "builds" && resource != "buildQueue":
		return t.refuse(http.StatusNotFound, "there is nothing at this path")
	case single:
		return t.single(x, resource, locator)
	default:
		return t.listed(x, resource)
	}
}

// single is one build. 8.1 knows a queued one in the queue alone, and a task's
// number is no build's.
func (t teamcity) single(x *exchange, resource, locator string) *reply {
	kind, text, _ := strings.Cut(locator, ":")
	n, _ := strconv.Atoi(text)
	b, ok := x.s.find(n)
	isQueued := b.stage(time.Now()) == shipit.StageQueued
	right := kind == "taskId" || kind == "id" && !x.s.old
	if !ok || !right || resource == "buildQueue" && !isQueued || resource == "builds" && isQueued && x.s.old {
		return t.refuse(http.StatusNotFound, fmt.Sprintf("no build is found by %q", locator))
	}
	if x.r.Method == http.MethodPost && !x.s.cancel(n, false) {
		return t.refuse(http.StatusNotFound, fmt.Sprintf("no queued build is found by %q", locator))
	}
	return jsonReply(http.StatusOK, x.s.teamcityBuild(b))
}

// ofType finds the build type that a locator names.
func ofType(locator string) string {
	m := regexp.MustCompile(`buildType:\(id:\(?([^)]*)\)`).FindStringSubmatch(locator)
	if m == nil {
		return ""
	}
	return m[1]
}

func (teamcity) listed(x *exchange, resource string) *reply {
	list := []any{}
	for _, b := range x.s.list(ofType(x.r.URL.Query().Get("locator"))) {
		if (b.stage(time.Now()) == shipit.StageQueued) == (resource == "buildQueue") {
			list = append(list, x.s.teamcityBuild(b))
		}
	}
	return jsonReply(http.StatusOK, map[string]any{"count": len(list), "build": list})
}

// teamcityBuild is a build as the server describes it:
// https://www.jetbrains.com/help/teamcity/rest/build.html
func (s *Server) teamcityBuild(b build) map[string]any {
	now := time.Now()
	told := map[string]any{
		"id": b.n, "taskId": b.n, "buildTypeId": b.job, "webUrl": s.teamcityPage(b),
		"state":   b.word(now, [5]string{"queued", "running", "finished", "finished", "finished"}),
		"comment": map[string]any{"text": comment(b.text)},
	}
	if s.old {
		delete(told, "id")
	}
	switch b.stage(now) {
	case shipit.StageQueued:
		told["waitReason"] = "There are no idle compatible agents which can run this build"
	case shipit.StageRunning:
		told["status"], told["statusText"] = "SUCCESS", "Step 1/2"
		told["running-info"] = map[string]any{"percentageComplete": int(100 * b.progress(now))}
	case shipit.StagePassed:
		told["status"], told["statusText"] = "SUCCESS", "Success"
	case shipit.StageFailed:
		told["status"], told["statusText"] = "FAILURE", "Exit code 1 (Step: deploy)"
	default:
		told["status"], told["statusText"] = "UNKNOWN", "Canceled"
		told["canceledInfo"] = map[string]any{"timestamp": "20261122T170000+0000"}
	}
	return told
}

// comment is the comment of an order.
func comment(text string) string {
	var o order
	if xml.Unmarshal([]byte(text), &o) != nil || o.Comment == nil || o.Comment.Text == nil {
		return ""
	}
	return *o.Comment.Text
}

// knows tells whether there is a job of that name.
func (s *Server) knows(job string) bool { return len(s.types) == 0 || slices.Contains(s.types, job) }
