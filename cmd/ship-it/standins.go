package main

import (
	"context"
	"errors"
	"slices"
	"sync"

	"ship-it.example/shipit"
	"ship-it.example/shipit/ci/citest"
)

// standIns are the stand-in servers of a rig, one for each kind that its
// targets have, as one. Launches go through it, so that it knows which build is
// whose.
type standIns struct {
	shipit.Server
	byTarget []*citest.Server

	mu     sync.Mutex
	newest map[int]int // build, by target
	latest int         // target
}

// errNoBuild: launch it first.
var errNoBuild = errors.New("there is no build yet")

// all is each server once.
func (s *standIns) all() []*citest.Server {
	var all []*citest.Server
	for _, server := range s.byTarget {
		if !slices.Contains(all, server) {
			all = append(all, server)
		}
	}
	return all
}

// Launch implements [shipit.Server].
func (s *standIns) Launch(ctx, withdraw context.Context, target int, id string) shipit.Outcome {
	before := s.byTarget[target].Builds()
	outcome := s.Server.Launch(ctx, withdraw, target, id)
	if n := s.byTarget[target].Builds(); n > before {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.newest[target], s.latest = n, target
	}
	return outcome
}

// SetMode changes what every server does with an order.
func (s *standIns) SetMode(m citest.Mode) {
	for _, server := range s.all() {
		server.SetMode(m)
	}
}

// SetAsking changes what every one of them does with a question.
func (s *standIns) SetAsking(m citest.Mode) {
	for _, server := range s.all() {
		server.SetAsking(m)
	}
}

// Requests counts the launches that came to any.
func (s *standIns) Requests() int {
	n := 0
	for _, server := range s.all() {
		n += server.Requests()
	}
	return n
}

// Become has the newest build of a target be in a stage; -1 is the target of the
// latest launch.
func (s *standIns) Become(target int, stage shipit.Stage, progress float64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if target < 0 {
		target = s.latest
	}
	n := s.newest[target]
	if n == 0 {
		return errNoBuild
	}
	s.byTarget[target].Become(n, stage, progress)
	return nil
}
