package daemonize

import (
	"context"
	"log/slog"
	"time"
)

// watchEvery is how long a pidfile may be missing.
const watchEvery = 5 * time.Second

// Watch looks after the pidfile until ctx ends: one that was removed, say by
// something that cleans /run, is put back, and one that was written over is put
// right, within 5 s. One that another process made in its place is left alone.
// What it does, and what keeps it from doing so, is logged when it begins: none
// of that is a reason to end. Call it after Ready.
func (d *Daemon) Watch(ctx context.Context, log *slog.Logger) {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	var last string
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		repaired, err := d.repair()
		switch {
		case err != nil && err.Error() != last:
			log.Warn("Can't keep the pidfile", slog.Any("err", err))
		case repaired:
			log.Warn("Pidfile was gone, it is back")
		}
		last = ""
		if err != nil {
			last = err.Error()
		}
	}
}

// repair publishes the pidfile again if it has to, and says whether it had to.
// A daemon on its way out keeps what it has.
func (d *Daemon) repair() (bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.ending {
		return false, nil
	}
	return d.publish()
}
