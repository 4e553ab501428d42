package config

import (
	"bytes"
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"ship-it.example/shipit/ci"
)

// The environment's names for the secrets. They win over the file; one that is
// set but empty counts as not set. Take them out of the environment once the
// configuration is loaded: no child has to know them.
const (
	EnvUser     = "SHIP_IT_TEAMCITY_USER"
	EnvPassword = "SHIP_IT_TEAMCITY_PASS"
	EnvToken    = "SHIP_IT_TEAMCITY_TOKEN"
)

// envCredentials is the folder in which systemd gives a service what only root
// may read (systemd.exec(5), LoadCredential=).
const envCredentials = "CREDENTIALS_DIRECTORY"

// credential is a part of who we are to the server, and where it was found.
type credential struct {
	place place // zero if in the environment
	key   string
	text  string
}

// credentials reads who we are to the server: a token, or a user and a
// password. Without secrets it judges only what the file itself says.
func (s *section) credentials(settings *ci.Settings) {
	user := s.str("user", `user = "ship-it"`)
	password := s.str("password_file", `password_file = "teamcity.password"`)
	token := s.str("token_file", `token_file = "teamcity.token"`)
	if s.has("token_file") && (s.has("user") || s.has("password_file")) {
		s.add(s.node.keys["token_file"].name(), s.label+"token_file", "stands beside user or password_file", "keep it alone, or keep those two")
		return
	}
	if s.lookup == nil {
		return
	}
	envUser, envPassword, envToken := s.env(EnvUser), s.env(EnvPassword), s.env(EnvToken)
	envBasic := envUser != nil || envPassword != nil
	switch {
	case envToken != nil && envBasic:
		s.add(place{}, EnvToken, "is set beside "+EnvUser+" or "+EnvPassword, "unset it, or those two")
	case envToken != nil:
		settings.Token = s.checked(envToken, tokenFlaw)
	case s.has("token_file") && !envBasic:
		settings.Token = s.checked(s.stored("token_file", token), tokenFlaw)
	case s.has("user") || s.has("password_file") || envBasic:
		s.checkPair(envUser, envPassword)
		settings.User = s.checked(cmp.Or(envUser, s.stated("user", user)), userFlaw)
		if envPassword == nil {
			envPassword = s.stored("password_file", password)
		}
		settings.Password = s.checked(envPassword, passwordFlaw)
	case !guest(settings.URL):
		s.add(s.node.place, "[teamcity]", "says nothing to log in with",
			"add token_file, or user and password_file; "+EnvToken+", or "+EnvUser+" and _PASS, do as well, but sudo and service drop them")
	}
}

// checkPair notes a user without a password, or a password without a user.
func (s *section) checkPair(envUser, envPassword *credential) {
	user, password := envUser != nil || s.has("user"), envPassword != nil || s.has("password_file")
	switch {
	case user && password:
	case envUser != nil:
		s.add(place{}, EnvUser, "is set without a password", "set "+EnvPassword+" too, or add password_file")
	case envPassword != nil:
		s.add(place{}, EnvPassword, "is set without a user", "set "+EnvUser+" too, or add user")
	case user:
		s.add(s.node.keys["user"].place, s.label+"user", "has no password",
			"add password_file; "+EnvPassword+" does as well, but sudo and service drop it")
	default:
		s.add(s.node.keys["password_file"].place, s.label+"password_file", "has no user", "add user, or set "+EnvUser)
	}
}

// hasSecret tells whether anything is going to be sent that others must not
// see.
func (s *section) hasSecret(settings *ci.Settings) bool {
	return settings.Password+settings.Token+settings.Trigger != "" ||
		slices.ContainsFunc([]string{"user", "password_file", "token_file", "trigger_token_file"}, s.has)
}

// env is a credential of the environment, nil if there is none.
func (s *section) env(name string) *credential {
	text, _ := s.lookup(name)
	if text == "" {
		return nil
	}
	if !strings.HasSuffix(name, "_USER") {
		s.secrets = append(s.secrets, text)
	}
	return &credential{place{}, name, text}
}

// stated is a credential that the configuration holds itself.
func (s *section) stated(key string, n *node) *credential {
	if n == nil {
		return nil
	}
	return &credential{n.place, s.label + key, n.text}
}

// stored is a credential in a file of its own, without the line's end that an
// editor puts there.
func (s *section) stored(key string, n *node) *credential {
	if n == nil {
		return nil
	}
	data := s.credentialFile(n, key)
	if data == nil {
		data = s.file(n, key, secretFile())
	}
	if data == nil {
		return nil
	}
	text := strings.TrimSuffix(strings.TrimSuffix(string(data), "\n"), "\r")
	if text == "" {
		s.add(n.place, s.label+key, "names an empty file", "put the secret into it, and nothing else")
	}
	s.secrets = append(s.secrets, text)
	return &credential{n.place, s.label + key, text}
}

// credentialFile is the content of systemd's credential that stands for a file
// in the configuration's own folder: the one of the same name. It is nil if
// there is none, or one without a word, which a unit may give for a file that
// isn't there. The file itself may be none that others can read or change.
func (s *section) credentialFile(n *node, key string) []byte {
	folder, _ := s.lookup(envCredentials)
	path := s.absolute(n.text)
	if folder == "" || filepath.Dir(path) != filepath.Dir(s.path) {
		return nil
	}
	data, flaws := s.open(filepath.Join(folder, filepath.Base(path)), secretFile())
	if len(bytes.TrimSpace(data)) == 0 {
		return nil
	}
	if info, err := os.Stat(path); err == nil {
		flaws = append(flaws, secretFile().judge(info)...)
	}
	for _, f := range flaws {
		s.blame(n.place, s.label+key, f)
	}
	return data
}

// checked is the text of a credential, if there is one. No message repeats it.
func (s *section) checked(c *credential, flaw func(string) string) string {
	if c == nil {
		return ""
	}
	if text := flaw(c.text); text != "" {
		s.add(c.place, c.key, text, "look whether it is the right one, and alone")
	}
	return c.text
}

// userFlaw and passwordFlaw hold to RFC 7617, section 2.
func userFlaw(user string) string {
	if strings.Contains(user, ":") {
		return "holds a colon, which Basic authentication can't send"
	}
	return passwordFlaw(user)
}

func passwordFlaw(password string) string {
	if strings.ContainsFunc(password, unicode.IsControl) {
		return "holds a line's end or another control character"
	}
	return ""
}

// tokenFlaw: a token is what RFC 6750, section 2.1, lets follow "Bearer", and
// generously any other character that a header's word can have.
func tokenFlaw(token string) string {
	if strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "holds a space, a line's end or another character that no token has"
	}
	return ""
}
