package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2/unstable"

	"ship-it.example/shipit"
)

// Bounds of the rules' times.
const (
	minConfirm, maxConfirm   = time.Second, time.Minute
	minMaxArmed, maxMaxArmed = 10 * time.Second, 24 * time.Hour
	minCooldown, maxCooldown = time.Second, 24 * time.Hour
	minAbort, maxAbort       = time.Second, 12 * time.Second
)

// safety reads the [safety] section, in which every rule is off unless it is
// there.
func (s *section) safety() shipit.Rules {
	t := s.sub("safety", "[safety] ", "[safety]")
	defer t.done()
	t.checkSecond()
	return shipit.Rules{
		Confirm:  t.limit("confirm", 5*time.Second, minConfirm, maxConfirm),
		MaxArmed: t.limit("max_armed", 10*time.Minute, minMaxArmed, maxMaxArmed),
		Cooldown: t.limit("cooldown", time.Minute, minCooldown, maxCooldown),
		Abort:    t.limit("abort", 10*time.Second, minAbort, maxAbort),
		OnNoGo:   t.boolean("launch_on_no_go", false),
		Freeze:   t.freeze(),

		TwoPerson: t.boolean(twoPerson, false),
	}
}

const twoPerson = "two_person"

// checkSecond notes a rule of two persons without a second button, and a second
// button without that rule.
func (s *section) checkSecond() {
	const button = "second_button"
	pins := s.top.node.keys["pins"]
	there := pins != nil && pins.keys[button] != nil
	rule := s.node.keys[twoPerson]
	wanted := rule != nil && (rule.kind != unstable.Bool || rule.text == "true")
	switch {
	case wanted && !there:
		s.add(rule.place, s.label+twoPerson, "needs a second button, and there is none", "add it to [pins], as in "+button+" = 5, or take this line out")
	case there && !wanted:
		s.add(pins.keys[button].name(), "[pins] "+button, "does nothing without two_person", "add two_person = true to [safety], or take this line out")
	}
}

// limit is a time from least to most, 0 if there is none.
func (s *section) limit(key string, like, least, most time.Duration) time.Duration {
	if !s.has(key) {
		s.wanted(key)
		return 0
	}
	return s.duration(key, like, least, most)
}

const (
	freezeLike = `freeze = ["fri 16:00-24:00", "sat,sun 00:00-24:00"]`
	zoneLike   = `zone = "Europe/Berlin"`
)

// freeze reads the times without launches, and the zone that they are meant in.
func (s *section) freeze() shipit.Freeze {
	f := shipit.Freeze{Zone: s.zone()}
	n := s.get("freeze", freezeLike, unstable.Array)
	if n == nil {
		return f
	}
	if s.missing("zone", zoneLike); len(n.items) == 0 {
		s.add(n.place, s.label+"freeze", "is empty", "write it as in "+freezeLike+", or take it out")
	}
	for _, item := range n.items {
		if item.kind != unstable.String {
			s.add(item.place, s.label+"freeze", "holds "+kindName(item.kind)+", not a string", "write it as in "+freezeLike)
		} else if w, ok := window(item.text); ok {
			f.Windows = append(f.Windows, w)
		} else {
			s.add(item.place, s.label+"freeze", quote(item.text)+" is no part of a week", "write it as in "+freezeLike)
		}
	}
	return f
}

// zone reads the name of a time zone; nil if there is none.
func (s *section) zone() *time.Location {
	n := s.line("zone", zoneLike)
	if n == nil {
		return nil
	}
	zone, err := time.LoadLocation(n.text)
	if err != nil {
		s.add(n.place, s.label+"zone", quote(n.text)+" is no time zone of this machine", "write it as in "+zoneLike+"; timedatectl list-timezones has them all")
		return nil
	}
	return zone
}

// windowText is days, a time at which they begin and one at which they end.
var windowText = regexp.MustCompile(`^([a-z,-]+) ([0-2][0-9]):([0-5][0-9])-([0-2][0-9]):([0-5][0-9])$`)

// window reads a part of a week, such as "mon-thu,sat 22:00-06:00". One that
// ends before it begins, or as it begins, ends on the next day.
func window(text string) (shipit.Window, bool) {
	var w shipit.Window
	parts := windowText.FindStringSubmatch(text)
	if parts == nil {
		return w, false
	}
	for days := range strings.SplitSeq(parts[1], ",") {
		first, last, several := strings.Cut(days, "-")
		if !several {
			last = first
		}
		from, to := weekday(first), weekday(last)
		if from < 0 || to < 0 {
			return w, false
		}
		w.Days[to] = true
		for day := from; day != to; day = (day + 1) % 7 {
			w.Days[day] = true
		}
	}
	clock := func(hours, minutes string) time.Duration {
		d, _ := time.ParseDuration(fmt.Sprintf("%sh%sm", hours, minutes))
		return d
	}
	w.From, w.To = clock(parts[2], parts[3]), clock(parts[4], parts[5])
	return w, w.From < 24*time.Hour && w.To <= 24*time.Hour
}

// weekday is the day of that name, -1 if there is none.
func weekday(name string) int {
	return slices.Index([]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}, name)
}
