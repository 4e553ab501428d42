// Package sound plays the box's alarm and buzz.
//
// It owns the two WAVs and the one child process that plays one of them: any
// program that takes a WAV on its standard input, such as "aplay -q". It
// doesn't decide when there is a sound (that is shipit's Box), decodes nothing
// and knows no sound card.
//
// A sound is a comfort, so nothing here ever holds a launch up: [Player.Play]
// and [Player.Silence] return at once, and what goes wrong is one warning in
// the log. While nothing plays there is no goroutine and no child.
//
// The package is for Linux: a child dies with the program (prctl(2),
// PR_SET_PDEATHSIG).
package sound
