package ci_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"strings"
	"testing"

	"ship-it.example/shipit"
	"ship-it.example/shipit/ci"
)

// TestAnnouncingHidden: however it is printed, the address is not in it.
func TestAnnouncingHidden(t *testing.T) {
	t.Parallel()
	to, err := url.Parse("https://hooks.example" + secretPath + "?sig=sighunter2")
	if err != nil {
		t.Fatal(err)
	}
	a := ci.Announcing{URL: to, On: []shipit.NewsKind{shipit.NewsLaunch, shipit.NewsUnknown}}
	holder := struct{ Announce ci.Announcing }{a}
	encoded, err := json.Marshal(holder)
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", slog.Any("to", a))
	n := ci.NewAnnouncer(a, slog.New(slog.DiscardHandler), func(error) {})
	for _, text := range []string{
		fmt.Sprintf("%v %+v %#v %s", a, a, a, a), fmt.Sprintf("%v %+v %#v", holder, holder, holder), string(encoded), log.String(),
		fmt.Sprintf("%v %+v %#v", n, n, n),
	} {
		if strings.Contains(text, "hunter2") || strings.Contains(text, "services") {
			t.Errorf("the address is in %s", text)
		}
	}
	if got := a.String(); got != "https://hooks.example (launch, unknown)" {
		t.Errorf("it is %q", got)
	}
	n.Finish(t.Context())
}

// brokenLog is a log that panics.
type brokenLog struct{ slog.Handler }

// Enabled says yes to all.
func (brokenLog) Enabled(context.Context, slog.Level) bool { return true }

// Handle panics.
func (brokenLog) Handle(context.Context, slog.Record) error { panic("no log") }

// TestAnnouncePanic: a panic of the goroutine is told.
func TestAnnouncePanic(t *testing.T) {
	t.Parallel()
	fails := make(chan error, 1)
	to := &url.URL{Scheme: "http", Host: "hooks.example"}
	n := ci.NewAnnouncer(ci.Announcing{URL: to, Body: "{text}", On: shipit.NewsKinds()},
		slog.New(brokenLog{slog.DiscardHandler}), func(err error) { fails <- err },
		ci.WithDial(func(context.Context, string, string) (net.Conn, error) { return nil, errRefused }))
	n.Announce(aLaunch())
	n.Finish(t.Context())
	if _, ok := errors.AsType[*shipit.PanicError](<-fails); !ok {
		t.Error("no panic was told")
	}
}
