package journal

import (
	"time"

	"ship-it.example/shipit"
)

// Last is when the last launch began that may have started a build; the zero
// time if there was none that the journal at path knows of.
func Last(path string) (time.Time, error) {
	log, err := Read(path)
	if err != nil {
		return time.Time{}, err
	}
	var last time.Time
	for _, line := range append(log.Lines, log.Open...) {
		if line.Kind == shipit.KindLaunch && !line.Drill && line.Answer != shipit.NotStarted.String() && line.Time.After(last) {
			last = line.Time
		}
	}
	return last, nil
}
