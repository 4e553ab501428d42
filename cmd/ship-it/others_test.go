package main

import (
	"bytes"
	"testing"
)

// TestUnquoted: every line goes on as it is, but for what a server may have put
// into one.
func TestUnquoted(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"gpio: starting with pin 3\n": "gpio: starting with pin 3\n",
		"Unsolicited response\n":      "Unsolicited response\n",
		"Unsolicited response received on idle HTTP channel starting with \"" + secret + " starting with x\"; err=<nil>\n": "Unsolicited response received on idle HTTP channel",
	} {
		var out bytes.Buffer
		if n, err := (unquoted{&out}).Write([]byte(line)); n != len(line) || err != nil || out.String() != want {
			t.Errorf("%d, %v, %q", n, err, out.String())
		}
	}
}
