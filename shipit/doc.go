// Package shipit is the deploy box: what a press means and what the lamps
// show.
//
// It owns the [Box], a plain value whose whole behaviour is a table, and the
// [Loop], the one place where time passes and the Box is held. It declares
// what it needs of the world ([Panel], [Server], [Speaker]) and knows no pin,
// file, process or socket: those live in other packages, and cmd/ship-it joins
// them.
//
//	           switch off                    switch on
//	locked ────────────────► safe ◄──────────────────────► armed ──┐
//	(on at start)              ▲         switch off          ▲     │ press
//	                           │                             │     ▼
//	                           │   12.5 s and answered       │  launching
//	                           └──── switch off ◄────────────┴─────┤
//	                           └──── switch off ◄─── 2 s ── failed ◄┘ not started
//	                                            (on: armed)            or unknown
//
// What the box shows and what a press means, state by state:
//
//	state      blinker, target's lamp, sound          switch        branch        launch button
//	safe       off, on                                on: armed     next target   refused "not armed"
//	locked     winks, on                              off: safe     next target   refused "switch off first"
//	                                                                              or "can't record"
//	armed      blinks (server away: twice), on        off: safe     next target   launch
//	launching  on, alternating for 4 s and until      off: called   refused       refused "busy"
//	           the answer, alarm                      off, if       "busy"
//	                                                  unsent
//	failed     off, two flashes (unknown: slow),      noted         refused       refused "busy"
//	           buzz                                                 "busy"
//
// An armed box's blinker flashes three times where a launch would be refused (no
// go, frozen, cooling down), and fast and evenly while a second press is waited
// for. After the launch the lamp follows the build; pulses are dark on the
// selected target's lamp, which is on, and bright on the others:
//
//	queued     one short pulse every 2 s
//	running    one every second, faster towards the end
//	passed     bright with two winks, for 30 s
//	failed     two flashes, until acknowledged; buzz
//	cancelled  three flashes, for 30 s
//	lost       slow, until acknowledged: nobody can tell its end
//	no word    one short and one long pulse: the server can't be asked
//
// The lamp keeps the light of a failure until the switch is moved or the branch
// button acknowledges it; the other rules stand with the code in press.go, and
// the figures in rhythm.go.
//
// A box may have a siren, which sounds with the alarm, and a second button, which
// does nothing but allow a launch in a box that takes two persons: second.go. One
// that can't record its launches is locked as soon as it is armed: reserving.go.
//
// A press travels one way and once: a settled change of a line becomes an
// [Event], [Box.Step] answers with actions, and the Loop carries them out. The
// outcome of a launch comes back as an Event too.
package shipit
