package ci

import (
	"net/url"
	"strings"
	"testing"
)

// TestPreview: what each server would be sent is shown, and no secret.
func TestPreview(t *testing.T) {
	t.Parallel()
	const secret, id = "hunter2-very-secret", "ABCDEFGHIJKLMNOP"
	at := func(s Settings) Settings {
		s.URL = &url.URL{Scheme: "https", Host: "ci.example.com", Path: "/x"}
		return s
	}
	servers := Servers{
		TeamCity: at(Settings{User: "me", Password: secret}),
		Jenkins:  at(Settings{User: "me", Password: secret}),
		GitHub:   GitHubSettings{Settings: at(Settings{Token: secret})},
		GitLab:   at(Settings{Trigger: secret}),
		Webhooks: map[string]Hook{"mine": {
			Settings: at(Settings{Token: secret}), TokenHeader: "X-Key: key {token}", Headers: map[string]string{"x-api-key": "client-key"},
			Launch: Launch{Ask: Ask{Method: "PUT", Path: "/jobs/{job}", Body: `{"id":"{launch}"}`, Media: "application/json"}},
		}},
	}
	work := []Work{
		Build{Type: "bt1"},
		Job{Name: "app", Launch: "ID"},
		Workflow{Owner: "a", Repo: "b", File: "c.yml", Ref: "main", Launch: "id"},
		Pipeline{Project: "a/b", Ref: "main", Launch: "ID"},
		Call{Server: "mine", Values: map[string]string{"job": "app"}},
		Command{Run: []string{"deploy", "int"}, Environment: map[string]string{"A": "b"}, Secrets: map[string]string{"KEY": secret}},
		Command{Run: []string{"deploy", secret}, Secrets: map[string]string{"KEY": secret}},
	}
	want := [][]string{
		{"POST https://ci.example.com/x/app/rest/buildQueue\n", "Authorization: (secret)\n", "User-Agent: ship-it\n", "launch " + id},
		{"POST https://ci.example.com/x/job/app/buildWithParameters?delay=0sec\n", "Authorization: (secret)\n", "\n\nID=" + id},
		{"POST https://ci.example.com/x/repos/a/b/actions/workflows/c.yml/dispatches\n", "Authorization: (secret)\n", `"id":"` + id},
		{"POST https://ci.example.com/x/api/v4/projects/a%2Fb/trigger/pipeline\n", "token=%28secret%29", id},
		{"PUT https://ci.example.com/x/jobs/app\n", "X-Key: (secret)\n", "X-Api-Key: (secret)\n", `{"id":"` + id + `"}`},
		{`run ["deploy" "int"]` + "\n", "SHIP_IT_LAUNCH=" + id, "A=b\n", "KEY=(secret)\n"},
		{"not shown: a secret stands in its arguments"},
	}
	if leaky := work[len(work)-1].(Command).String(); !strings.HasPrefix(leaky, "command (its arguments hold a secret") {
		t.Errorf("a command is called %s", leaky)
	}
	fleet := NewFleet(servers, work)
	defer fleet.Close()
	for i := range work {
		got := fleet.Preview(i, id)
		for _, part := range want[i] {
			if !strings.Contains(got, part) {
				t.Errorf("%v: no %q in\n%s", work[i], part, got)
			}
		}
		if strings.Contains(got, secret) || strings.Contains(got, "bWU6aHVudGVy") {
			t.Errorf("the secret is in\n%s", got)
		}
	}
}
