package sound

import "os/exec"

// Lookup tells why the program of a player can't be started, as far as that can
// be seen without starting it. The error says what to do.
func Lookup(player []string) error {
	if len(player) == 0 {
		return nil
	}
	if _, err := exec.LookPath(player[0]); err != nil {
		return unstartable(player[0], err)
	}
	return nil
}
