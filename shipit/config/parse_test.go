package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ship-it.example/shipit"
	"ship-it.example/shipit/ci"
	"ship-it.example/shipit/config"
)

// parse reads a file without secrets, and fails the test if anything is wrong
// with it.
func parse(t *testing.T, data string) *config.Config {
	t.Helper()
	c, err := config.Parse([]byte(data), "/etc/ship-it/config.toml")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// plain takes what is compared by itself out of a Config.
func plain(c *config.Config) config.Config {
	copied := *c
	copied.TeamCity = ci.Settings{}
	copied.Leaks = nil
	return copied
}

func TestParseDefaults(t *testing.T) {
	t.Parallel()
	c := parse(t, minimal)
	want := config.Config{
		Path:         "/etc/ship-it/config.toml",
		Debounce:     20 * time.Millisecond,
		RequireRearm: true,
		Journal:      "/var/lib/ship-it/journal.jsonl",
		Pins: config.Pins{
			Blinker:      config.Output{Pin: 17},
			ArmingSwitch: config.Input{Pin: 24},
			LaunchButton: config.Input{Pin: 27, PullUp: true, ActiveLow: true},
			BranchButton: config.Input{Pin: 23, PullUp: true, ActiveLow: true},
		},
		Targets: []config.Target{{Name: "Client Int", LED: config.Output{Pin: 22}, Work: ci.Build{Type: "bt280"}, Follow: true}},
		Sound:   config.Sound{Player: []string{"aplay", "-q"}},
	}
	if diff := cmp.Diff(want, plain(c)); diff != "" {
		t.Errorf("configuration (-want +got):\n%s", diff)
	}
	if c.TeamCity.URL.String() != "https://teamcity.example.com" || c.TeamCity.Timeout != 10*time.Second || c.TeamCity.CAs != nil || c.TeamCity.Insecure {
		t.Errorf("server %+v, time-out %v", c.TeamCity, c.TeamCity.Timeout)
	}
}

func TestParseEverything(t *testing.T) {
	t.Parallel()
	dir := private(t, "testdata/bad")
	wave := "RIFF\x04\x00\x00\x00WAVEfmt "
	write(t, dir, "x.wav", wave, 0o644)
	c, err := config.Parse([]byte(`
debounce = "1s"
require_rearm = false
journal = "log/box.jsonl"

[pins]
blinker = { pin = 0, active = "low" }
arming_switch = { pin = 0x4, pull = "up", active = "low" }
launch_button = { pin = 5, pull = "down", active = "high" }
branch_button = { pin = 6 }
second_button = { pin = 7, pull = "down", active = "high" }
siren = { pin = 16, active = "low", max = "1m" }

[teamcity]
url = "http://teamcity.example.com:8111/teamcity/"
user = "Jörg"
password_file = "good.password"
insecure = true
timeout = "1m"

[safety]
two_person = true

[sound]
player = ["./play", "-"]
alarm = "x.wav"
buzz = "`+filepath.Join(dir, "x.wav")+`"

[[target]]
name = "🚀 Über \"Int\""
led = { pin = 27, active = "low" }
follow = false
teamcity = { build_type = "Client_Int", branch = "refs/heads/main" }

[[target]]
name = "Hubot"
led = 26
[target.teamcity]
build_type = "bt1568"
`), filepath.Join(dir, "config.toml"), config.WithSecrets(environment(nil)))
	if err != nil {
		t.Fatal(err)
	}
	want := config.Config{
		Path:     filepath.Join(dir, "config.toml"),
		Debounce: time.Second,
		Journal:  filepath.Join(dir, "log/box.jsonl"),
		Pins: config.Pins{
			Blinker:      config.Output{ActiveLow: true},
			ArmingSwitch: config.Input{Pin: 4, PullUp: true, ActiveLow: true},
			LaunchButton: config.Input{Pin: 5},
			BranchButton: config.Input{Pin: 6, PullUp: true, ActiveLow: true},
			SecondButton: &config.Input{Pin: 7},
			Siren:        &config.Siren{Output: config.Output{Pin: 16, ActiveLow: true}, Max: time.Minute},
		},
		Targets: []config.Target{
			{Name: `🚀 Über "Int"`, LED: config.Output{Pin: 27, ActiveLow: true}, Work: ci.Build{Type: "Client_Int", Branch: "refs/heads/main"}},
			{Name: "Hubot", LED: config.Output{Pin: 26}, Work: ci.Build{Type: "bt1568"}, Follow: true},
		},
		Rules: shipit.Rules{TwoPerson: true},
		Sound: config.Sound{Player: []string{filepath.Join(dir, "play"), "-"}, Alarm: []byte(wave), Buzz: []byte(wave)},
	}
	if diff := cmp.Diff(want, plain(c)); diff != "" {
		t.Errorf("configuration (-want +got):\n%s", diff)
	}
	got := login{c.TeamCity.User, c.TeamCity.Password, c.TeamCity.Token}
	if diff := cmp.Diff(login{"Jörg", "secret of the password", ""}, got); diff != "" {
		t.Errorf("login (-want +got):\n%s", diff)
	}
	if c.TeamCity.URL.String() != "http://teamcity.example.com:8111/teamcity/" || c.TeamCity.Timeout != time.Minute || !c.TeamCity.Insecure {
		t.Errorf("server %+v, time-out %v, insecure %t", c.TeamCity, c.TeamCity.Timeout, c.TeamCity.Insecure)
	}
}

// TestParseForms: the same in other clothes.
func TestParseForms(t *testing.T) {
	t.Parallel()
	want := parse(t, minimal)
	for name, data := range map[string]string{
		"byte order mark": "\ufeff" + minimal,
		"CRLF":            strings.ReplaceAll(minimal, "\n", "\r\n"),
		"dotted keys":     "teamcity.url = 'https://teamcity.example.com'\n[[target]]\nname = 'Client Int'\nled.pin = 22\nteamcity.build_type = 'bt280'",
		"inline": "target = [ { name = \"Client Int\", led = 22, teamcity = { build_type = \"bt280\" } } ]\n" +
			"teamcity = { url = \"https://teamcity.example.com\" }",
		"targets first": "[[target]]\nname = \"Client Int\"\nled = 22\n[target.teamcity]\nbuild_type = \"bt280\"\n[teamcity]\nurl = \"https://teamcity.example.com\"",
		"quoted keys":   "[\"teamcity\"]\n\"url\" = \"https://teamcity.example.com\"\n[[ 'target' ]]\nname = \"Client \\u0049nt\"\nled = +22\nteamcity = { 'build_type' = \"\"\"bt280\"\"\" }",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := parse(t, data)
			if diff := cmp.Diff(plain(want), plain(c)); diff != "" {
				t.Errorf("configuration (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(want.TeamCity.URL, c.TeamCity.URL); diff != "" {
				t.Errorf("url (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParsePlayer(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, line string
		want       []string
	}{
		{"default", ``, []string{"aplay", "-q"}},
		{"silence", `player = []`, []string{}},
		{"from the path", `player = ["paplay"]`, []string{"paplay"}},
		{"absolute", `player = ["/opt/play", "./-"]`, []string{"/opt/play", "./-"}},
		{"relative", `player = ["bin/play"]`, []string{"/etc/ship-it/bin/play"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := parse(t, "[sound]\n"+tt.line+"\n"+minimal)
			if diff := cmp.Diff(tt.want, c.Sound.Player); diff != "" {
				t.Errorf("player (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseAuthorities(t *testing.T) {
	t.Parallel()
	dir := private(t, "testdata/bad")
	data := strings.Replace(minimal, "token_file", "ca_file = \"good.pem\"\ntoken_file", 1)
	c, err := config.Parse([]byte(data), filepath.Join(dir, "config.toml"))
	if err != nil {
		t.Fatal(err)
	}
	if c.TeamCity.CAs == nil {
		t.Fatal("no authorities")
	}
	pem, err := os.ReadFile(filepath.Join(dir, "good.pem"))
	if err != nil {
		t.Fatal(err)
	}
	want, err := ci.Authorities()
	if err != nil {
		t.Fatal(err)
	}
	want.AppendCertsFromPEM(pem)
	if !want.Equal(c.TeamCity.CAs()) {
		t.Error("they are not the system's and ours")
	}
}

func TestOriginal(t *testing.T) {
	t.Parallel()
	c, want := config.Original(), parse(t, minimal+"\n[[target]]\nname = \"Hubot\"\nled = 25\nteamcity = { build_type = \"bt1568\" }\n")
	want.Path = ""
	if diff := cmp.Diff(plain(want), plain(c)); diff != "" {
		t.Errorf("configuration (-want +got):\n%s", diff)
	}
	if c.TeamCity.URL != nil {
		t.Errorf("it reaches %v", c.TeamCity.URL)
	}
}
