package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"ship-it.example/shipit/config"
	"ship-it.example/shipit/sound"
)

// The service's group, and the modes of what init writes: the configuration
// holds no secret, and anybody may read it; the token is root's, and its group's
// where the service could not read it otherwise.
const (
	serviceGroup  = "ship-it"
	configMode    = 0o644
	tokenMode     = 0o600
	groupRead     = 0o040
	newFolderMode = 0o755
)

// setup is a configuration that is being written.
type setup struct {
	config.Draft
	path      string // of the configuration
	token     string // a secret that somebody has typed; empty: it has its file already
	tokenPath string // where its file is, or will be; empty: there is none
}

// create writes a configuration from flags, or from the answers to four
// questions.
func (p *program) create(cmd *cobra.Command, o options) error {
	s := &setup{path: o.config, Draft: config.Draft{Server: o.server, URL: o.url, User: o.login}}
	if _, err := os.Lstat(s.path); err == nil {
		return fmt.Errorf("write %s: %w", s.path, errExists)
	}
	for _, text := range o.targets {
		target, err := config.ParseDraftTarget(text)
		if err != nil {
			return usageError{fmt.Errorf("--target: %w", err)}
		}
		s.Targets = append(s.Targets, target)
	}
	s.useToken(o.tokenFile)
	if p.atTerminal() {
		if err := p.interview(cmd.Context(), s); err != nil {
			return err
		}
	}
	if err := s.complete(); err != nil {
		return err
	}
	if err := s.write(); err != nil {
		return s.unwritten(err)
	}
	fmt.Fprintf(p.stdout, "%s is written. Now: wire the box as ship-it check says, then sudo service ship-it restart\n", s.path)
	return nil
}

// useToken names the token's file as the configuration shall: by its name alone
// if it lies in the same folder, where systemd looks for it, too. One that
// lies there already is taken where none is named.
func (s *setup) useToken(path string) {
	kind, err := s.Kind()
	if err != nil || kind.Token == "" {
		return
	}
	if path == "" {
		path = s.tokenFile(kind)
		if _, err := os.Stat(path); err != nil {
			return
		}
	}
	s.tokenPath = path
	s.TokenFile = path
	if absolute, err := filepath.Abs(path); err == nil {
		s.TokenFile = absolute
	}
	if here, err := filepath.Abs(filepath.Dir(s.path)); err == nil && filepath.Dir(s.TokenFile) == here {
		s.TokenFile = filepath.Base(s.TokenFile)
	}
}

// tokenFile is where a token is kept that somebody types.
func (s *setup) tokenFile(kind config.DraftKind) string {
	name := kind.Section()
	return filepath.Join(filepath.Dir(s.path), name[strings.LastIndex(name, ".")+1:]+".token")
}

// complete tells which flags are missing, or are there for nothing.
func (s *setup) complete() error {
	if s.Server == "" {
		return usageError{errors.New("--server and --target are missing, and there is no terminal to ask at")}
	}
	kind, err := s.Kind()
	if err != nil {
		return usageError{fmt.Errorf("--server: %w", err)}
	}
	var missing, useless []string
	for _, flag := range []struct {
		name            string
		given, has, may bool
	}{
		{"--url", s.URL != "", kind.URL != "", kind.OwnURL},
		{"--login", s.User != "", kind.User, false},
		{"--token-file", s.tokenPath != "", kind.Token != "", kind.NoToken},
		{"--target", len(s.Targets) > 0, true, false},
	} {
		switch {
		case flag.given && !flag.has:
			useless = append(useless, flag.name)
		case flag.has && !flag.given && !flag.may:
			missing = append(missing, flag.name)
		}
	}
	switch {
	case len(useless) > 0:
		return usageError{fmt.Errorf("%s means nothing to the server %s", strings.Join(useless, " and "), kind.Server)}
	case len(missing) > 0:
		return usageError{fmt.Errorf("missing for the server %s, with no terminal to ask at: %s", kind.Server, strings.Join(missing, ", "))}
	}
	return nil
}

// write writes the token, if it was typed, and the configuration, both or none.
// Before that the configuration has to pass what check asks of it.
func (s *setup) write() (err error) {
	text, err := s.Text()
	if err != nil {
		return usageError{err}
	}
	folder := filepath.Dir(s.path)
	made := os.Mkdir(folder, newFolderMode)
	if made == nil {
		defer func() { _ = os.Remove(folder) }() // it stays where there is something in it
		made = os.Chmod(folder, newFolderMode)   // whatever the umask is
	}
	if made != nil && !errors.Is(made, fs.ErrExist) {
		return fmt.Errorf("make the configuration's folder: %w", made)
	}
	if s.token != "" {
		mode, group := s.tokenRights()
		if err := newFileOf(s.tokenPath, s.token+"\n", mode, group); err != nil {
			return err
		}
		defer func() {
			if err != nil {
				err = errors.Join(err, os.Remove(s.tokenPath))
			}
		}()
	}
	// Only what the files hold counts: the service has no other environment.
	none := func(string) (string, bool) { return "", false }
	if _, err := config.Parse([]byte(text), s.path, config.WithSecrets(none), config.WithSoundCheck(sound.CheckWAV)); err != nil {
		return err
	}
	return newFile(s.path, text, configMode)
}

// unwritten is what is wrong with a configuration that stands nowhere yet: there
// is no line to point at.
func (s *setup) unwritten(err error) error {
	mistakes, ok := errors.AsType[*config.Mistakes](err)
	if !ok {
		return err
	}
	var all []error
	for _, m := range mistakes.List {
		all = append(all, fmt.Errorf("%s is not written: %s %s: %s", s.path, m.Key, m.Text, m.Remedy))
	}
	return codeError{exitNotConfigured, errors.Join(all...)}
}

// tokenRights is the mode and the group of a token's file. systemd hands the
// service its TeamCity's; another one it has to read itself.
func (s *setup) tokenRights() (mode os.FileMode, group int) {
	if os.Geteuid() != 0 || s.Server == "teamcity" {
		return tokenMode, -1
	}
	found, err := user.LookupGroup(serviceGroup)
	if err != nil {
		return tokenMode, -1
	}
	group, err = strconv.Atoi(found.Gid)
	if err != nil {
		return tokenMode, -1
	}
	return tokenMode | groupRead, group
}
