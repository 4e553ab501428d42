package config_test

import (
	"testing"

	"ship-it.example/shipit/config"
)

// TestCancelWhereTheLaunchGoes: a server with one address for all takes a cancel
// there, if it names the build.
func TestCancelWhereTheLaunchGoes(t *testing.T) {
	t.Parallel()
	for _, cancel := range []string{
		`{ path = "/api?do=stop&id={build}" }`,
		`{ path = "/api", body = '{ "stop": "{build}" }' }`,
	} {
		_, err := config.Parse([]byte(`
[webhook.my-ci]
url = "https://ci.example.com"
launch = { path = "/api?do=start", build = "/id" }
cancel = `+cancel+`
[[target]]
name = "A"
led = 2
webhook = { server = "my-ci" }
`), "config.toml")
		if err != nil {
			t.Errorf("%s: %v", cancel, err)
		}
	}
}
