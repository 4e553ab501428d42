package main

import (
	"context"
	"errors"
	"fmt"

	"ship-it.example/gpio"
	"ship-it.example/shipit"
)

// errReaderHangs: no input has been read since the last look. dmesg may tell
// what holds up the chip's driver.
var errReaderHangs = errors.New("the reader of the inputs hangs")

// keepFed has the rig's feed ask for progress: the loop comes round to an
// answer, and the reader has read the inputs since the last one.
func (r *rig) keepFed(ctx context.Context, loop *shipit.Loop, header *gpio.Header) {
	if r.feed == nil {
		return
	}
	seen := header.Readings()
	r.feed(ctx, func(ctx context.Context) error {
		if _, err := loop.Look(ctx); err != nil {
			return fmt.Errorf("the loop hangs: %w", err)
		}
		before := seen
		if seen = header.Readings(); seen == before {
			return errReaderHangs
		}
		return nil
	})
}

// tell has say told what the box does, in words, whenever that is something
// else: the state and the target.
func (r *rig) tell(say func(string) error) {
	news := make(chan string, 1)
	var last string
	r.observe = func(b shipit.Box) {
		_, target := b.Target()
		text := fmt.Sprintf("%v, target %s", b.State(), target)
		if text == last {
			return
		}
		last = text
		select {
		case <-news: // old by now
		default:
		}
		news <- text // there is room: nobody else sends
	}
	r.tasks = append(r.tasks, func(ctx context.Context) error {
		for {
			select {
			case <-ctx.Done():
				return nil
			case text := <-news:
				if err := say(text); err != nil {
					r.log.Debug(err.Error())
				}
			}
		}
	})
}
