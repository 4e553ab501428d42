package citest

import "net/http"

// Chat is no server that builds: it takes announcements, as the incoming
// webhook of a chat does. Its modes are those of the others, so that it can
// fail like them; what would be a build is a message.
const Chat Kind = "chat"

// chat answers as Slack does
// (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks).
type chat struct{}

func (chat) asks(*http.Request) bool { return false }

func (c chat) order(x *exchange) (job string, no *reply) {
	switch {
	case x.r.Method != http.MethodPost:
		return "", c.refuse(http.StatusBadRequest, "invalid_payload")
	case x.body == "":
		return "", c.refuse(http.StatusBadRequest, "no_text")
	}
	return x.r.URL.Path, nil
}

func (c chat) queued(*exchange, build) *reply { return c.refuse(http.StatusOK, "ok") }

func (c chat) answer(*exchange) *reply { return c.refuse(http.StatusNotFound, "no_service") }

func (chat) refuse(code int, why string) *reply {
	return &reply{code: code, media: "text/html", body: []byte(why)}
}
