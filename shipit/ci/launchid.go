package ci

import (
	"slices"
	"strings"
)

// showsLaunch tells whether a text has a word that can be a launch's id, of
// whichever launch: one as [shipit.NewLaunchID] makes them.
func showsLaunch(text string) bool {
	const length = 16
	other := func(r rune) bool { return (r < 'A' || r > 'Z') && (r < '2' || r > '7') }
	return slices.ContainsFunc(strings.FieldsFunc(text, other), func(word string) bool { return len(word) == length })
}
