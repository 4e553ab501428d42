package config_test

import (
	"strings"
	"testing"

	"ship-it.example/shipit/config"
)

// TestValuesKeepSecretsElsewhere: a secret that somebody has written into the file again,
// under a name that doesn't tell, is masked there; the words of a state, whose
// key begins like a password's, are not.
func TestValuesKeepSecretsElsewhere(t *testing.T) {
	t.Parallel()
	const text = `
[jenkins]
url = "https://jenkins.example.com"
user = "ship-it"
[webhook.hook]
url = "https://ci.example.com"
[webhook.hook.launch]
path = "/go"
[webhook.hook.look]
path = "/{launch}"
state = "/state"
running = ["busy"]
passed = ["good"]
failed = ["bad"]
[[target]]
name = "A"
led = 2
jenkins = { job = "app", parameters = { ONE = "xhunter2x", TWO = "plain" } }
[[target]]
name = "B"
led = 3
webhook = { server = "hook" }
`
	var shown strings.Builder
	_, err := config.Parse([]byte(text), "/etc/ship-it/config.toml",
		config.WithSecrets(environment(map[string]string{"SHIP_IT_JENKINS_TOKEN": "hunter2"})),
		config.WithValues(func(v config.Value) { shown.WriteString(v.Key + " = " + v.Text + "\n") }))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"ONE = ***", `TWO = "plain"`, `"good"`} {
		if !strings.Contains(shown.String(), want) {
			t.Errorf("no %s in\n%s", want, shown.String())
		}
	}
	if strings.Contains(shown.String(), "hunter2") {
		t.Errorf("the token is shown:\n%s", shown.String())
	}
}
