// Package journal keeps the box's launches and refusals on a disk, and finds
// after a crash or a power cut which of them were open.
//
// It owns two files. The journal itself has one JSON line for each launch that
// is over and for each refusal: a [Line]. A line is written once and whole, with
// the file opened for it alone, so that whatever rotates it loses none.
//
// Beside it, with .open behind its name, lies what is written ahead of that: what
// a launch has come to so far. It begins with the id that is reserved as the box
// is armed, and goes on until the launch's line is on the disk; with nothing open
// the file is cut down to nothing. A lock on it says who keeps the journal, until
// that process ends, however it does.
//
// It starts no launch and asks no server: package shipit goes on with what was
// open.
package journal
