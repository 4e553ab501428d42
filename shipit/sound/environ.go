package sound

import (
	"slices"
	"strings"
)

// passed reports whether a player may see the variable of that name. It is an
// allow-list: a list of what is secret or a mark of ours (SHIP_IT_*,
// NOTIFY_SOCKET, LISTEN_FDS, CREDENTIALS_DIRECTORY, ...) would have to be
// right for ever, and the next secret would be forgotten in it. What remains
// is what finds a program, a language, and a sound system of the user's.
func passed(name string) bool {
	switch name {
	case "PATH", "HOME", "USER", "LOGNAME", "TZ", "TMPDIR", "LANG", "LANGUAGE",
		"XDG_RUNTIME_DIR", "XDG_CONFIG_HOME",
		"AUDIODEV", "AUDIODRIVER", // sox
		"SDL_AUDIODRIVER": // ffplay
		return true
	}
	return slices.ContainsFunc([]string{"LC_", "ALSA_", "PULSE_", "PIPEWIRE_", "JACK_"}, func(prefix string) bool {
		return strings.HasPrefix(name, prefix)
	})
}

// environ is what a player gets of the environment all. It is never nil:
// os/exec takes nil for the whole environment of ours.
func environ(all []string) []string {
	kept := make([]string, 0, len(all))
	for _, variable := range all {
		if name, _, ok := strings.Cut(variable, "="); ok && passed(name) {
			kept = append(kept, variable)
		}
	}
	return kept
}
