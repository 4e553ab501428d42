// Command generate makes the two sounds of package sound, alarm.wav and
// buzz.wav, in the working directory. They are computed, not recorded, so
// their licence is this repository's.
//
// It is run by go generate. Every architecture makes the same bytes, because
// the synthesis is integer arithmetic throughout: floating point is not the
// same everywhere, since Go may fuse x*y+z into one rounding
// (https://go.dev/ref/spec#Floating_point_operators).
package main

import (
	"fmt"
	"os"
)

func main() {
	if err := write(); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

// write makes both files, for everybody to read.
func write() error {
	for name, samples := range sounds() {
		if err := os.WriteFile(name, wav(samples), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// sounds are the files by name.
func sounds() map[string][]int16 {
	return map[string][]int16{"alarm.wav": alarm(), "buzz.wav": buzz()}
}
