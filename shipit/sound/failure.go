package sound

import (
	"errors"
	"fmt"
	"io/fs"
	"os/exec"
	"path/filepath"
	"strings"
	"unicode"
)

// errEnded is the end of a player that we ended: no failure, and no proof that
// sounds work. It stays in this package.
var errEnded = errors.New("ended")

// said is how much of a player's standard error is kept, in bytes: its first
// line, and a bound.
const said = 200

// complaint keeps the beginning of what a player writes to standard error. The
// rest is taken and forgotten, so that the player never waits for us.
type complaint struct{ text []byte }

// Write never fails. It is called by one goroutine, which has ended before
// String is called.
func (c *complaint) Write(b []byte) (int, error) {
	c.text = append(c.text, b[:min(len(b), said-len(c.text))]...)
	return len(b), nil
}

// String is the first line, fit for a log: no control characters, valid UTF-8.
func (c *complaint) String() string {
	line, _, _ := strings.Cut(strings.TrimSpace(string(c.text)), "\n")
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || r == unicode.ReplacementChar {
			return ' '
		}
		return r
	}, line))
}

// unstartable explains a player that couldn't be started. The arguments of the
// player are the user's business and stand in no message.
func unstartable(player string, err error) error {
	// Only LookPath's errors are exec.Errors. The kernel says "no such file" of
	// a script's missing interpreter too, and then names the script.
	if _, search := errors.AsType[*exec.Error](err); search &&
		(errors.Is(err, exec.ErrNotFound) || errors.Is(err, fs.ErrNotExist)) {
		remedy := "correct player"
		if filepath.Base(player) == "aplay" {
			remedy = "install alsa-utils"
		}
		return fmt.Errorf("sound: %s: no such program; %s, or set player = [] for silence", player, remedy)
	}
	return fmt.Errorf("sound: %s: %w; correct player, or set player = [] for silence", player, err)
}

// unplayed explains a player that ended badly, in its own words if it had any.
func unplayed(player string, err error, words string) error {
	if words == "" {
		words = "it gave no reason"
	}
	return fmt.Errorf("sound: %s: %w: %s; set player = [] for silence if there is no sound card", player, err, words)
}
