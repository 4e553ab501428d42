package config_test

import (
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ship-it.example/shipit/config"
)

// login is who we are to the server, as far as a Config says.
type login struct{ User, Password, Token string }

func TestSecrets(t *testing.T) {
	t.Parallel()
	const basic, token = "user = \"ship-it\"\npassword_file = \"password\"\n", "token_file = \"token\"\n"
	tests := []struct {
		name     string
		teamcity string
		env      map[string]string
		want     login
		mistakes []string
	}{
		{name: "token in a file", teamcity: token, want: login{Token: "file-token"}},
		{name: "password in a file", teamcity: basic, want: login{"ship-it", "file password", ""}},
		{
			name: "nothing in the file", env: map[string]string{config.EnvUser: "pi", config.EnvPassword: "hunter 2"},
			want: login{"pi", "hunter 2", ""},
		},
		{name: "token of the environment alone", env: map[string]string{config.EnvToken: "t"}, want: login{Token: "t"}},
		{name: "token of the environment wins", teamcity: token, env: map[string]string{config.EnvToken: "t"}, want: login{Token: "t"}},
		{name: "token wins over the file's user", teamcity: basic, env: map[string]string{config.EnvToken: "t"}, want: login{Token: "t"}},
		{name: "password wins", teamcity: basic, env: map[string]string{config.EnvPassword: "p"}, want: login{"ship-it", "p", ""}},
		{name: "user wins", teamcity: basic, env: map[string]string{config.EnvUser: "pi"}, want: login{"pi", "file password", ""}},
		{
			name: "user and password win over the file's token", teamcity: token,
			env: map[string]string{config.EnvUser: "pi", config.EnvPassword: "p"}, want: login{"pi", "p", ""},
		},
		{
			name: "what wins is not missed in the file", teamcity: "user = \"ship-it\"\npassword_file = \"no-such\"\n",
			env: map[string]string{config.EnvPassword: "p"}, want: login{"ship-it", "p", ""},
		},
		{
			name: "empty is not set", teamcity: token,
			env: map[string]string{config.EnvUser: "", config.EnvPassword: "", config.EnvToken: ""}, want: login{Token: "file-token"},
		},
		{
			name: "user alone", teamcity: token, env: map[string]string{config.EnvUser: "pi"},
			mistakes: []string{": SHIP_IT_TEAMCITY_USER: is set without a password: set SHIP_IT_TEAMCITY_PASS too, or add password_file"},
		},
		{
			name: "password alone", env: map[string]string{config.EnvPassword: "hunter2"},
			mistakes: []string{": SHIP_IT_TEAMCITY_PASS: is set without a user: set SHIP_IT_TEAMCITY_USER too, or add user"},
		},
		{
			name: "all three", env: map[string]string{config.EnvUser: "pi", config.EnvPassword: "hunter2", config.EnvToken: "hunter3"},
			mistakes: []string{": SHIP_IT_TEAMCITY_TOKEN: is set beside SHIP_IT_TEAMCITY_USER or SHIP_IT_TEAMCITY_PASS: unset it, or those two"},
		},
		{
			name: "not fit to be sent", env: map[string]string{config.EnvUser: "p:i", config.EnvPassword: "hunter\n2"},
			mistakes: []string{
				": SHIP_IT_TEAMCITY_USER: holds a colon, which Basic authentication can't send: look whether it is the right one, and alone",
				": SHIP_IT_TEAMCITY_PASS: holds a line's end or another control character: look whether it is the right one, and alone",
			},
		},
		{
			name: "token that is none", env: map[string]string{config.EnvToken: "hunter 2"},
			mistakes: []string{": SHIP_IT_TEAMCITY_TOKEN: holds a space, a line's end or another character that no token has: look whether it is the right one, and alone"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			write(t, dir, "token", "file-token\n", 0o600)
			write(t, dir, "password", "file password\r\n", 0o640)
			path := write(t, dir, "config.toml", strings.Replace(minimal, token, tt.teamcity, 1), 0o600)
			c, err := config.Load(path, config.WithSecrets(environment(tt.env)))
			if err == nil != (tt.mistakes == nil) {
				t.Fatalf("error %v, want %q", err, tt.mistakes)
			}
			if err != nil {
				if diff := cmp.Diff(tt.mistakes, messages(t, err)); diff != "" {
					t.Errorf("mistakes (-want +got):\n%s", diff)
				}
				return
			}
			got := login{c.TeamCity.User, c.TeamCity.Password, c.TeamCity.Token}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("login (-want +got):\n%s", diff)
			}
		})
	}
}

// TestSecretFile is about the modes and the length of a secret's file.
func TestSecretFile(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		content string
		mode    fs.FileMode
		want    []string
	}{
		{"own", "secret", 0o600, nil},
		{"of systemd", "secret\n", 0o440, nil},
		{"read by all", "secret\n", 0o644, []string{":4: [teamcity] token_file: can be read by others (mode 0644): chmod 600 it, and change the secret if it was so for long"}},
		{"written by the group", "secret\n", 0o620, []string{":4: [teamcity] token_file: can be written by others (mode 0620): chmod go-w it"}},
		{"longest", strings.Repeat("x", 4096), 0o600, nil},
		{"too long", strings.Repeat("x", 4097), 0o600, []string{":4: [teamcity] token_file: has more than 4 KiB: look whether it is the right file"}},
		{"a line's end alone", "\n", 0o600, []string{":4: [teamcity] token_file: names an empty file: put the secret into it, and nothing else"}},
		{"two lines' ends", "secret\n\n", 0o600, []string{
			":4: [teamcity] token_file: holds a space, a line's end or another character that no token has: look whether it is the right one, and alone",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			write(t, dir, "token", tt.content, tt.mode)
			_, err := config.Load(write(t, dir, "config.toml", minimal, 0o600), config.WithSecrets(environment(nil)))
			if err == nil && tt.want == nil {
				return
			}
			if diff := cmp.Diff(tt.want, messages(t, err)); diff != "" {
				t.Errorf("mistakes (-want +got):\n%s", diff)
			}
		})
	}
}

// TestCredential: systemd's credential stands for a file of its name in the
// configuration's folder, and for no other.
func TestCredential(t *testing.T) {
	t.Parallel()
	const absent = ":4: [teamcity] token_file: there is no such file"
	tests := []struct {
		name       string
		file       string // token_file; DIR is the configuration's folder
		credential string // "": there is none
		mode       fs.FileMode
		want       string
		mistake    string // how it begins
	}{
		{name: "relative", file: "absent", credential: "given\n", mode: 0o440, want: "given"},
		{name: "absolute", file: "DIR/absent", credential: "given", mode: 0o400, want: "given"},
		{name: "wins over the file", file: "token", credential: "given", mode: 0o400, want: "given"},
		{name: "has no word", file: "token", credential: "\n", mode: 0o400, want: "file-token"},
		{name: "is missing", file: "token", want: "file-token"},
		{name: "is missing, and so is the file", file: "absent", mistake: absent},
		{
			name: "others read the file", file: "open", credential: "given", mode: 0o400,
			mistake: ":4: [teamcity] token_file: can be read by others (mode 0644)",
		},
		{name: "file of another folder", file: "../absent", credential: "given", mode: 0o400, mistake: absent},
		{name: "others read it", file: "absent", credential: "given", mode: 0o444, mistake: ":4: [teamcity] token_file: can be read by others (mode 0444)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir, folder := t.TempDir(), t.TempDir()
			write(t, dir, "token", "file-token\n", 0o600)
			write(t, dir, "open", "file-token\n", 0o644)
			file := strings.Replace(tt.file, "DIR", dir, 1)
			if tt.credential != "" {
				write(t, folder, filepath.Base(file), tt.credential, tt.mode)
			}
			text := strings.Replace(minimal, `"token"`, strconv.Quote(file), 1)
			c, err := config.Load(write(t, dir, "config.toml", text, 0o600),
				config.WithSecrets(environment(map[string]string{"CREDENTIALS_DIRECTORY": folder})))
			if tt.mistake != "" {
				if got := messages(t, err); len(got) != 1 || !strings.HasPrefix(got[0], tt.mistake) {
					t.Errorf("%q, want one that begins with %q", got, tt.mistake)
				}
				return
			}
			if err != nil || c.TeamCity.Token != tt.want {
				t.Errorf("token %v, %v, want %q", c, err, tt.want)
			}
		})
	}
}

// TestGuest: TeamCity's guest login needs no secret, and then http leaks none.
func TestGuest(t *testing.T) {
	t.Parallel()
	guest := strings.Replace(minimal, "https://teamcity.example.com\"\ntoken_file = \"token\"", "http://teamcity.example.com/guestAuth/\"", 1)
	c, err := config.Parse([]byte(guest), "config.toml", config.WithSecrets(environment(nil)))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(login{}, login{c.TeamCity.User, c.TeamCity.Password, c.TeamCity.Token}); diff != "" {
		t.Errorf("login (-want +got):\n%s", diff)
	}
	env := environment(map[string]string{config.EnvToken: "t"})
	_, err = config.Parse([]byte(guest), "config.toml", config.WithSecrets(env))
	want := []string{":3: [teamcity] url: would let the password or token travel in the clear: write https://, or insecure = true if everybody on the way may know it"}
	if diff := cmp.Diff(want, messages(t, err)); diff != "" {
		t.Errorf("mistakes (-want +got):\n%s", diff)
	}
}

// TestNoSecretInMessages: whatever is wrong with a secret, and wherever it was
// put by mistake, no message repeats it.
func TestNoSecretInMessages(t *testing.T) {
	t.Parallel()
	const secret = "hunter2"
	for name, teamcity := range map[string]string{
		"for a file's name":          `token_file = "hunter2"`,
		"for a file's path":          `token_file = "hunter2/hunter2"`,
		"for an absolute path":       `token_file = "/hunter2"`,
		"as an unknown key":          `password = "hunter2"`,
		"of another kind":            `token_file = ["hunter2"]`,
		"in the address":             `url = "https://pi:hunter2@teamcity.example.com"`,
		"in an address that is none": `url = "https://pi:%hunter2@teamcity.example.com"`,
		"as a port":                  `url = "https://pi:hunter2#@teamcity.example.com"`,
		"behind a broken line":       "user = \"pi\npassword = \"hunter2\"",
	} {
		_, err := config.Parse([]byte("[teamcity]\n"+teamcity), "config.toml", config.WithSecrets(environment(nil)))
		if err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

// TestLeaks: a configuration knows its secrets again, wherever they came from,
// and whatever becomes of its targets; without them there is nothing to know.
func TestLeaks(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "token", "file-token\n", 0o600)
	write(t, dir, "key", "command-key\n", 0o600)
	path := write(t, dir, "config.toml", minimal+`
[announce]
[[target]]
name = "B"
led = 25
command = { run = ["true"], secrets = { KEY = "key" } }
`, 0o600)
	c, err := config.Load(path, config.WithSecrets(environment(map[string]string{"SHIP_IT_ANNOUNCE_URL": "https://chat.example/hunter2"})))
	if err != nil {
		t.Fatal(err)
	}
	c.Targets = nil
	for _, text := range []string{"file-token", "command-key", "hunter2"} {
		if !c.Leaks(text) {
			t.Errorf("%s is taken for no secret", text)
		}
	}
	if c.Leaks("token_file") {
		t.Error("no secret is taken for one")
	}
	if c, err := config.Load(path); err != nil || c.Leaks != nil {
		t.Errorf("without secrets: %v", err)
	}
}
