package main

import (
	"runtime/debug"
	"strings"
	"time"
)

// release is the version of this source. Versions begin at 2.0.0: the Python
// program's package was 1.0.
const release = "2.0.0"

// version is what --version prints: the release, and the commit with its date
// where the build knows it, and whether the source differed from that.
func version() string {
	text := release + " " + buildSetting("vcs.revision") + " " + buildSetting("vcs.time")
	if buildSetting("vcs.modified") == "true" {
		text += " modified"
	}
	return strings.TrimSpace(text)
}

// buildDate is the date of the commit, or a date before every build of this
// release: a clock that is behind it is wrong.
func buildDate() time.Time {
	if t, err := time.Parse(time.RFC3339, buildSetting("vcs.time")); err == nil {
		return t
	}
	return time.Date(2026, time.November, 1, 0, 0, 0, 0, time.UTC)
}

// buildSetting is what the go command noted about the build, or empty.
func buildSetting(key string) string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, s := range info.Settings {
		if s.Key == key {
			return s.Value
		}
	}
	return ""
}
