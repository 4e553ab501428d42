package config

import (
	"path/filepath"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// sound reads the [sound] section.
func (s *section) sound(otherwise Sound) Sound {
	t := s.sub("sound", "[sound] ", "[sound]")
	defer t.done()
	return Sound{
		Player: t.player(otherwise.Player),
		Alarm:  t.wave("alarm"),
		Buzz:   t.wave("buzz"),
	}
}

// player reads the program that plays.
func (s *section) player(otherwise []string) []string {
	player := s.program("player", `player = ["aplay", "-q"]`, "; player = [] is silence")
	s.otherwise(`["` + strings.Join(otherwise, `", "`) + `"]`)
	if player != nil {
		return player
	}
	return otherwise
}

// program reads a program and its arguments; nil if there is none. One with a
// slash in its name that isn't absolute begins in the configuration's folder, as
// every path does. more is what else can be done about an empty argument.
func (s *section) program(key, like, more string) []string {
	n := s.get(key, like, unstable.Array)
	if n == nil {
		return nil
	}
	program := make([]string, 0, len(n.items))
	for _, item := range n.items {
		if item.kind != unstable.String {
			s.add(item.place, s.label+key, "holds "+kindName(item.kind)+", not a string", "write it as in "+like)
		} else if item.text == "" || strings.Contains(item.text, "\x00") {
			s.add(item.place, s.label+key, "holds "+quote(item.text)+", which can be no argument", "take it out"+more)
		}
		program = append(program, item.text)
	}
	if len(program) > 0 && strings.Contains(program[0], "/") && !filepath.IsAbs(program[0]) {
		program[0] = filepath.Join(filepath.Dir(s.path), program[0])
	}
	return program
}

// wave reads the sound file that a key names; nil is the built-in sound.
func (s *section) wave(key string) []byte {
	n := s.str(key, key+` = "`+key+`.wav"`)
	s.otherwise("the built-in sound")
	if n == nil {
		return nil
	}
	data := s.file(n, key, soundFile())
	if data == nil {
		return nil
	}
	if err := s.checkSound(data); err != nil {
		s.add(n.place, s.label+key, err.Error(), "or take the line out for the built-in sound")
	}
	return data
}
