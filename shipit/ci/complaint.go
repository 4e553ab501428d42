package ci

import (
	"encoding/json"
	"regexp"
	"strings"
)

// exception is the Java class in front of TeamCity's plain text complaints.
var exception = regexp.MustCompile(`(?:^|Details: )[\w.$]+(?:Exception|Error): ([^\n]+)`)

// complaint finds the sentence for people in a body that explains an error:
// the message of TeamCity's XML or of anybody's JSON, or plain text; nothing of
// an HTML page.
func complaint(text string) string {
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, "{") {
		return messageOf(text)
	}
	if strings.HasPrefix(text, "<") {
		var errs struct {
			Message string `xml:"error>message"`
		}
		_ = newXML(strings.NewReader(text)).Decode(&errs)
		return errs.Message
	}
	if m := exception.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return text
}

// messageOf is what a JSON object says in message or error, the names that
// GitHub, GitLab and most others give it.
func messageOf(text string) string {
	var said struct{ Message, Error, Detail any }
	if json.Unmarshal([]byte(text), &said) != nil {
		return ""
	}
	for _, v := range []any{said.Message, said.Error, said.Detail} {
		switch v := v.(type) {
		case nil:
		case string:
			if v != "" {
				return v
			}
		default:
			short, _ := json.Marshal(v) // it was JSON before
			return string(short)
		}
	}
	return ""
}
