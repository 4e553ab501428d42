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

// TestValuesTellTheJournal: the default is told where the file says nothing.
func TestValuesTellTheJournal(t *testing.T) {
	t.Parallel()
	const text = "[[target]]\nname = \"A\"\nled = 2\ncommand = { run = [\"/bin/true\"] }\n"
	for front, want := range map[string]config.Value{
		"":                           {Key: "journal", Text: `"/var/lib/ship-it/journal.jsonl"`},
		"journal = \"\"\n":           {Key: "journal", Text: `""`, Line: 1},
		"journal = \"here.jsonl\"\n": {Key: "journal", Text: `"here.jsonl"`, Line: 1},
	} {
		var got config.Value
		_, err := config.Parse([]byte(front+text), "/etc/ship-it/config.toml", config.WithValues(func(v config.Value) {
			if v.Key == "journal" {
				got = v
			}
		}))
		if err != nil || got != want {
			t.Errorf("%q is told as %+v, %v, want %+v", front, got, err, want)
		}
	}
}
