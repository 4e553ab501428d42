package ci_test

import (
	"io"
	"log"
	"net/url"
	"testing"
	"time"

	"go.uber.org/goleak"

	"ship-it.example/shipit"
	"ship-it.example/shipit/ci"
	"ship-it.example/shipit/ci/citest"
)

func TestMain(m *testing.M) {
	log.SetOutput(io.Discard) // net/http's, of answers that nobody has asked for
	goleak.VerifyTestMain(m)
}

// standIn starts a server that ends with the test.
func standIn(tb testing.TB, opts ...citest.Option) *citest.Server {
	tb.Helper()
	s, err := citest.New(opts...)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Error(err)
		}
	})
	return s
}

// settings are for the server at that address.
func settings(tb testing.TB, address string) ci.Settings {
	tb.Helper()
	u, err := url.Parse(address)
	if err != nil {
		tb.Fatal(err)
	}
	return ci.Settings{URL: u, Timeout: time.Minute}
}

var bt280 = []ci.Build{{Type: "bt280"}}

// press launches target 0, with nobody to take it back.
func press(tb testing.TB, server shipit.Server) shipit.Outcome {
	tb.Helper()
	return server.Launch(tb.Context(), tb.Context(), 0, "L1")
}
