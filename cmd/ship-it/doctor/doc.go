// Package doctor examines a box, part by part: what can be seen without a
// person, and at a terminal what a person has to look at, to turn and to press.
//
// It owns the steps, their questions, and what is said of each finding. It never
// launches anything. The lines are claimed for as long as a step needs them, and
// given back at its end, whatever that is.
package doctor
