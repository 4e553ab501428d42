package config_test

import (
	"fmt"

	"ship-it.example/shipit/config"
)

func ExampleParse() {
	c, err := config.Parse([]byte(`
[teamcity]
url = "https://teamcity.example.com"

[[target]]
name = "Client Int"
led = 22
teamcity = { build_type = "bt280" }
`), "/etc/ship-it/config.toml")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("launch button:", c.Pins.LaunchButton.Pin)
	for _, target := range c.Targets {
		fmt.Printf("%s: lamp %d, %v\n", target.Name, target.LED.Pin, target.Work)
	}
	// Output:
	// launch button: 27
	// Client Int: lamp 22, TeamCity build type "bt280"
}

// All mistakes are reported at once.
func ExampleMistakes() {
	_, err := config.Parse([]byte(`
debonce = "20ms"

[pins]
launch_button = 22

[teamcity]
url = "https://teamcity.example.com"

[[target]]
name = "Client Int"
led = 22
teamcity = { build_type = "bt280" }
`), "config.toml")
	fmt.Println(err)
	// Output:
	// config.toml:2: debonce: unknown key: did you mean debounce?
	// config.toml:12: [[target]] led: pin 22 is also the launch button (line 5): give each its own
}
