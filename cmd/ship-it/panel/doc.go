// Package panel draws the box in a terminal: switch, buttons, lamps, what a
// press would do, and the log below.
//
// It owns the picture, its keys and the mouse, and the terminal for as long as
// the picture stands, which it gives back whatever happens. It draws the
// [view.View] that its [Feed] was shown last and knows no box: the simulator
// feeds it from its loop and gives it [Hands], a watcher feeds it from the
// daemon's socket and gives it none.
//
// Lip Gloss, Bubble Tea's companion for styles, is not used: as the program
// starts, in whatever command and in the daemon, it looks at the terminal, and in
// a tmux it runs "tmux info" with our whole environment, secrets included.
package panel
