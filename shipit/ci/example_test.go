package ci_test

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"ship-it.example/shipit"
	"ship-it.example/shipit/ci"
	"ship-it.example/shipit/ci/citest"
)

// A press on the launch button, with a stand-in for the server.
func Example() {
	server, err := citest.New()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = server.Close() }()
	address, err := url.Parse(server.URL())
	if err != nil {
		fmt.Println(err)
		return
	}
	tc := ci.NewTeamCity(
		ci.Settings{URL: address, User: "ship-it", Password: "secret", Timeout: 10 * time.Second},
		[]ci.Build{{Type: "bt280"}, {Type: "bt1568", Branch: "main"}},
		ci.WithVersion("2.0.0"),
	)

	ctx := context.Background()
	got := tc.Launch(ctx, ctx, 1, "L1")
	fmt.Println(got.Verdict == shipit.Started, got.Build)

	server.SetMode(citest.Fail(401))
	got = tc.Launch(ctx, ctx, 1, "L1")
	fmt.Println(got.Verdict == shipit.NotStarted, got.Reason)

	server.SetMode(citest.Drop())
	got = tc.Launch(ctx, ctx, 1, "L1")
	fmt.Println(got.Verdict == shipit.Unknown, got.Reason)

	fmt.Println(server.Requests(), "requests")
	// Output:
	// true 1
	// true not authorised (401): look at user and password_file, or token_file
	// true cut off: the connection ended before the answer did: look at the server before the next launch
	// 3 requests
}
