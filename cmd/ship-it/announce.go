package main

import (
	"cmp"
	"os"

	"ship-it.example/shipit/ci"
	"ship-it.example/shipit/config"
)

// announce has the news told to whom the configuration names, if anybody; a
// drill's are marked. A panic of it is told to fail.
func (r *rig) announce(drill bool, fail func(error)) {
	if r.config.Announce.URL == nil {
		return
	}
	a := announcing(r.config)
	a.Drill = drill
	r.announcer = ci.NewAnnouncer(a, r.log, fail, ci.WithVersion(release), ci.WithClockDoubt(r.doubt))
}

// announcing is who is told what; the box goes by the host's name if it has
// none of its own.
func announcing(c *config.Config) ci.Announcing {
	a := c.Announce
	host, _ := os.Hostname() // a host without a name is a box
	a.Box = cmp.Or(a.Box, host, "ship-it")
	return a
}
