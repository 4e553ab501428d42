// Package recording is the file that a box's edges are kept in, so that they can
// be played again: its format, its writer and its reader.
//
// It knows lines by their names and their levels, and nothing of what they
// mean. The file is text, a line each:
//
//	ship-it recording 1
//	program 2.1.0
//	started 2026-11-24T14:00:00.123456789Z 12345.678901234
//	config debounce = "20ms"
//	config [pins]
//	config arming_switch.pin = 24
//	12345.678901234 level low arming switch
//	12345.678901234 level high launch button
//	12347.100200300 edge high arming switch
//	12349.500600700 edge low launch button
//	12349.500800900 lost 12
//	12400.000000000 end
//
// The first line names the format and its version; a reader refuses a version
// that it doesn't know. "program" is who wrote it. "started" is the moment of
// the first reading by the wall clock and by the kernel's monotonic clock, in
// seconds with nine digits behind the point, as gpiomon and the kernel's log
// have it. The "config" lines, one behind the other, are a configuration with
// what it takes to play: pins, rules and the targets' names; no server, and no
// secret.
//
// What was seen follows, each with the time at which its reading began, by the
// monotonic clock: "edge" and the line's level just after it, or "level" of a
// line whose level has changed, or is there for the first time, without an edge.
// Lines of one time are one reading, with one edge at most, in any order. The
// first reading has every line. "lost" is how many readings are missing here,
// because they came faster than they could be written. "end" is when the box let
// go of its lines; a recording that was ended by something else has none. A last
// line without its line feed was cut off, and is no part of the recording.
package recording
