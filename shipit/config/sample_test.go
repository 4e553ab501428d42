package config_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"ship-it.example/shipit/config"
)

const samplePath = "../../packaging/config.toml"

// TestSample reads the sample that is shipped.
func TestSample(t *testing.T) {
	t.Parallel()
	c := parse(t, readSample(t))
	if len(c.Targets) == 0 || c.TeamCity.URL == nil {
		t.Errorf("the sample has %d targets and the server %v", len(c.Targets), c.TeamCity.URL)
	}
}

// TestSampleComments takes the comment sign from each setting of the sample
// that has one, one at a time: all of them have to be known and well formed.
// They may disagree with others, as token_file does with user.
func TestSampleComments(t *testing.T) {
	t.Parallel()
	sample := readSample(t)
	settings := regexp.MustCompile(`(?m)^# ?([a-z_]+ *= *["\[{0-9tf].*)$`).FindAllStringSubmatchIndex(sample, -1)
	for _, at := range settings {
		line := sample[at[2]:at[3]]
		_, err := config.Parse([]byte(sample[:at[0]]+line+sample[at[1]:]), samplePath)
		if err != nil && (strings.Contains(err.Error(), "unknown") || strings.Contains(err.Error(), "TOML")) {
			t.Errorf("%s\n%v", line, err)
		}
	}
}

// TestSampleServers reads each block of the sample that shows another server.
func TestSampleServers(t *testing.T) {
	t.Parallel()
	blocks := regexp.MustCompile(`(?m)(^#     \[.*\n)(^#(     .*)?\n)+`).FindAllString(readSample(t), -1)
	kinds := map[string]bool{}
	for _, block := range blocks {
		if strings.Contains(block, "[announce]") {
			continue // no server: see TestSampleAnnounce
		}
		text := regexp.MustCompile(`(?m)^#(     )?`).ReplaceAllString(block, "")
		c, err := config.Parse([]byte(text), samplePath)
		if err != nil {
			t.Errorf("%s\n%v", text, err)
			continue
		}
		kinds[strings.Fields(c.Targets[0].Work.String())[0]] = true
	}
	if len(kinds) != 5 {
		t.Errorf("the sample shows %v", kinds)
	}
}

func readSample(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile(samplePath)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
