package config_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ship-it.example/shipit/config"
)

// drawn is what a file's mistakes look like: each excerpt with its underline.
func drawn(t *testing.T, data string) []string {
	t.Helper()
	_, err := config.Parse([]byte(data), "/etc/ship-it/config.toml")
	mistakes, ok := errors.AsType[*config.Mistakes](err)
	if !ok {
		t.Fatalf("error %v is no *Mistakes", err)
	}
	var all []string
	for _, m := range mistakes.List {
		for i, e := range mistakes.Excerpts(m) {
			mark := strings.Repeat([]string{"^", "-"}[i], e.Width)
			all = append(all, fmt.Sprintf("%d:%d", e.Line, e.Column), e.Text, strings.Repeat(" ", e.Blank)+mark)
		}
	}
	return all
}

// TestExcerpts: what is wrong is underlined, and nothing else: a value, a key
// that nobody knows, both places of what stands there twice.
func TestExcerpts(t *testing.T) {
	t.Parallel()
	const target = "[[target]]\nname = \"A\"\nled = 22\nteamcity = { build_type = \"b\" }\n[teamcity]\nurl = \"https://t\"\n"
	cases := []struct {
		name, data string
		want       []string
	}{
		{"out of range", `debounce = "2h" # long` + "\n" + target, []string{"1:12", `debounce = "2h" # long`, `           ^^^^`}},
		{"wrong type", "require_rearm = [1,\n2]\n" + target, []string{"1:17", "require_rearm = [1,", "                ^^^"}},
		{"unknown key", "requre_rearm = true\n" + target, []string{"1:1", "requre_rearm = true", "^^^^^^^^^^^^"}},
		{"in a table", target + "[pins]\n\tblinker = { pin = 99, active = \"low\" }\n", []string{
			"8:20", `    blinker = { pin = 99, active = "low" }`, "                      ^^",
		}},
		{"pin twice", target + "[pins]\nblinker = 22\n", []string{"8:11", "blinker = 22", "          ^^", "3:7", "led = 22", "      --"}},
		{"a default's pin", strings.Replace(target, "22", "24", 1), []string{"3:7", "led = 24", "      ^^"}},
		{"key twice", "debounce = \"1ms\"\ndebounce = \"2ms\"\n" + target, []string{
			"2:1", `debounce = "2ms"`, "^^^^^^^^", "1:1", `debounce = "1ms"`, "--------",
		}},
		{"name twice", target + "[[target]]\nname = \"A\"\nled = 25\nteamcity = { build_type = \"b\" }\n", []string{
			"8:8", `name = "A"`, "       ^^^", "2:8", `name = "A"`, "       ---",
		}},
		{"syntax", "debounce = \"2ms\n" + target, []string{"1:16", `debounce = "2ms`, "               ^"}},
		{"a word of the syntax", "debounce = fast\n" + target, []string{"1:12", "debounce = fast", "           ^^^^"}},
		{"wide and combining", "a = 1\n" + target + "[\"日本e\u0301\"]\nx = 1\n", []string{
			"1:1", "a = 1", "^", "8:2", "[\"日本e\u0301\"]", " ^^^^^^^",
		}},
		{"controls", "a = \"\u202e\" # \x7f\n" + target, []string{"1:13", "a = \"\ufffd\" # \ufffd", "          ^"}},
		{"no UTF-8", "# \xff\n", []string{"1:3", "# \ufffd", "  ^"}},
		{"Windows", "a = 1\r\n" + target, []string{"1:1", "a = 1", "^"}},
		{"long", "debounce = \"" + strings.Repeat("x", 300) + "\"\n" + target, []string{
			"1:12", "debounce = \"" + strings.Repeat("x", 87) + "…", strings.Repeat(" ", 11) + strings.Repeat("^", 89),
		}},
		{"far right", "[sound]\nplayer = [\"" + strings.Repeat("x", 200) + "\", 1]\n" + target, []string{
			"2:215", "…" + strings.Repeat("x", 29) + `", 1]`, strings.Repeat(" ", 33) + "^",
		}},
		{"announce, its open keys", target + "[announce]\nbox = 1\n[piins]\n", []string{"8:7", "box = 1", "      ^", "9:2", "[piins]", " ^^^^^"}},
		{"announce, on its head's line", "[announce] url = \"https://chat/x\"\n" + target, []string{"1:12", "[announce] url = ***", "           ^^^"}},
		{"nothing to point at", "", nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, drawn(t, c.data)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestExcerptsKeepSecrets: wherever somebody has put a secret, no excerpt of the
// line shows it.
func TestExcerptsKeepSecrets(t *testing.T) {
	t.Parallel()
	for _, data := range []string{
		`password = "hunter2"`,
		`password = 'hunter2'`,
		`password = "hunter2`,
		`password = hunter2`,
		`password: hunter2`,
		`password hunter2`,
		"\t\"Password\" = \"a\\\"hunter2\"",
		`token = ["hunter2"]`,
		"[teamcity]\ntoken_file = 7 # token = hunter2",
		"[teamcity]\nurl = \"https://me:hunter2@t\"",
		"[teamcity]\nurl = \"https://me:a/hunter2@t\"",
		"[teamcity]\nurl = \"https://hunter2@t\"",
		"[teamcity]\nurl = \"https://t?key=hunter2\"",
		"[teamcity]\nurl = \"https://t#hunter2\"",
		"[teamcity]\nurl = \"https://me:hunter2@t",
		"[webhook.a]\nheaders = { Authorization = \"hunter2\" }",
		"[webhook.a]\nheaders = { \"X A\" = \"hunter2\" }",
		"[webhook.a.headers]\n\"X A\" = \"hunter2\"",
		"[webhook.a]\ntoken_header = \"X-Key: hunter2\"",
		"[webhook.a]\nlaunch = { path = \"/\", body = \"hunter2\", no = 1 }",
		"[webhook.a]\nlaunch = { path = \"x\", api_key = \"hunter2\" }",
		"[announce]\nurl = \"ftp://chat/hunter2\"",
		"announce = { url = \"ftp://chat/hunter2\" }",
		"[announce]\nulr = \"https://chat/hunter2\"",
		"[announce]\n'ulr' = 'https://chat/hunter2'",
		"[announce]\nwebhook = \"https://chat/hunter2\"",
		"[announce]\nulr: https://chat/hunter2",
		"[announce]\nulr https://chat/hunter2",
		"[announce]\n\"https://chat/hunter2\"",
		"[announce]\n# https://chat/hunter2 \x7f",
		"[announce] url = \"https://chat/hunter2\"",
		"[announce] # https://chat/hunter2 \x7f",
		"[announce]\non = [\"launch\" \"failed\"] # https://chat/hunter2",
		"[announce]\ntype = 7 # hunter2",
		"[webhook.a.headers] X-Key = \"hunter2\"",
		"[ \"Announce\" ]\nulr = https://chat/hunter2",
		"announce.ulr = \"https://chat/hunter2\"",
		"[[target]]\ncommand = { run = [], environment = { \"A B\" = \"hunter2\" } }",
		"[[target]]\ncommand = { run = [1, \"--token=hunter2\"] }",
		"[teamcity]\npassword = \"\"\"\nhunter2\n",
		"[teamcity]\npassword = '''\nhunter2 '' x\n",
	} {
		if text := strings.Join(drawn(t, data+"\n"), "\n"); strings.Contains(text, "hunter2") || text == "" {
			t.Errorf("%s\nis shown as\n%s", data, text)
		}
	}
}

// TestExcerptsOfEveryMistake: every file of testdata/bad that has a line to
// blame has an excerpt for it, of the same line.
func TestExcerptsOfEveryMistake(t *testing.T) {
	t.Parallel()
	dir := private(t, "testdata/bad")
	files, err := filepath.Glob(filepath.Join(dir, "*.toml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no bad files: %v", err)
	}
	for _, file := range files {
		_, err := config.Load(file, config.WithSecrets(environment(nil)), config.WithSoundCheck(riff))
		mistakes, ok := errors.AsType[*config.Mistakes](err)
		if !ok {
			t.Fatalf("%s: %v", file, err)
		}
		for _, m := range mistakes.List {
			list := mistakes.Excerpts(m)
			if m.Line > 0 && (len(list) == 0 || list[0].Line != m.Line) || m.Line == 0 && len(list) > 0 {
				t.Errorf("%s: %v has the excerpts %+v", filepath.Base(file), m, list)
			}
		}
	}
}

// TestValues: every key that the sample has is told, with what holds where the
// file says nothing, and no secret with them.
func TestValues(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../../packaging/config.toml")
	if err != nil {
		t.Fatal(err)
	}
	got := valuesOf(t, string(data))
	for key, want := range map[string]string{
		"debounce": `"20ms" line`, "[pins] blinker.pin": "17 line", "[pins] blinker.active": `"high" default`,
		"[pins] arming_switch.pull": `"down" default`, "[teamcity] url": `"https://teamcity.example.com" line`,
		"[teamcity] timeout": `"10s" default`, "[safety] confirm": " default", "[safety] launch_on_no_go": "false default",
		"[sound] player": `["aplay", "-q"] line`, "[sound] alarm": "the built-in sound default",
		"[[target]] name": `"Hubot" line`, "[[target]] teamcity.branch": `"main" line`, "[[target]] follow": "true default",
	} {
		if got[key] != want {
			t.Errorf("%s is %q, want %q", key, got[key], want)
		}
	}
}

// TestValuesKeepSecrets: a value that may be a secret is masked.
func TestValuesKeepSecrets(t *testing.T) {
	t.Parallel()
	got := valuesOf(t, `
[webhook.a]
url = "https://a"
headers = { X-Key = "hunter2" }
launch = { path = "/", body = "hunter2" }
[announce]
url = "https://chat.example.com/hunter2"
[[target]]
name = "A"
led = 22
webhook = { server = "a" }
[[target]]
name = "B"
led = 25
command = { run = ["/bin/true"], environment = { STAGE = "hunter2" } }
`)
	for key, want := range map[string]string{
		"[webhook.a] headers": "{ X-Key = *** } line", "[webhook.a] launch.body": "*** line",
		"[webhook.a] launch.method": `"POST" default`, "[[target]] command.environment": "{ STAGE = *** } line",
	} {
		if got[key] != want {
			t.Errorf("%s is %q, want %q", key, got[key], want)
		}
	}
	for key, value := range got {
		if strings.Contains(value, "hunter2") {
			t.Errorf("%s shows %s", key, value)
		}
	}
}

// valuesOf is each value of a configuration, and whether a line says so.
func valuesOf(t *testing.T, data string) map[string]string {
	t.Helper()
	got := map[string]string{}
	_, err := config.Parse([]byte(data), "/etc/ship-it/config.toml", config.WithValues(func(v config.Value) {
		got[v.Key] = v.Text + map[bool]string{true: " default", false: " line"}[v.Line == 0]
	}))
	if err != nil {
		t.Fatal(err)
	}
	return got
}
