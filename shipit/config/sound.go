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

// player reads a program and its arguments. A program with a slash in its name
// that isn't absolute begins in the configuration's folder, as every path does.
func (s *section) player(otherwise []string) []string {
	const key, like = "player", `player = ["aplay", "-q"]`
	n := s.get(key, like, unstable.Array)
	if n == nil {
		return otherwise
	}
	player := make([]string, 0, len(n.items))
	for _, item := range n.items {
		if item.kind != unstable.String {
			s.add(item.place, s.label+key, "holds "+kindName(item.kind)+", not a string", "write it as in "+like)
		} else if item.text == "" || strings.Contains(item.text, "\x00") {
			s.add(item.place, s.label+key, "holds "+quote(item.text)+", which can be no argument", "take it out; player = [] is silence")
		}
		player = append(player, item.text)
	}
	if len(player) > 0 && strings.Contains(player[0], "/") && !filepath.IsAbs(player[0]) {
		player[0] = filepath.Join(filepath.Dir(s.path), player[0])
	}
	return player
}

// wave reads the sound file that a key names; nil is the built-in sound.
func (s *section) wave(key string) []byte {
	n := s.str(key, key+` = "`+key+`.wav"`)
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
