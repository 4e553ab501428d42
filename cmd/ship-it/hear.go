package main

import (
	"context"
	"errors"
	"log/slog"
	"sync"

	"ship-it.example/shipit"
	"ship-it.example/shipit/config"
	"ship-it.example/shipit/sound"
)

// playOne plays a sound. What it returns ends that, and tells what went wrong.
func playOne(c *config.Config, s shipit.Sound, fault func(error)) func() error {
	var said warning
	player := sound.New(sound.Settings{Player: c.Sound.Player, Alarm: c.Sound.Alarm, Buzz: c.Sound.Buzz}, slog.New(&said), fault)
	player.Play(s)
	return func() error {
		if err := player.Close(); err != nil {
			return err
		}
		return said.err()
	}
}

// warning keeps the last of what is logged.
type warning struct {
	slog.Handler // nil: sounds log plain messages

	mu   sync.Mutex
	text string
}

// Enabled implements [slog.Handler].
func (w *warning) Enabled(context.Context, slog.Level) bool { return true }

// Handle implements [slog.Handler].
func (w *warning) Handle(_ context.Context, r slog.Record) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.text = r.Message
	return nil
}

func (w *warning) err() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.text == "" {
		return nil
	}
	return errors.New(w.text)
}
