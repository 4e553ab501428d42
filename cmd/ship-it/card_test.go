package main

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ship-it.example/shipit"
	"ship-it.example/shipit/config"
	"ship-it.example/shipit/config/cells"
)

// lids are the configurations whose cards are looked at.
func lids() map[string]*config.Config {
	original, full, bare := config.Original(), config.Original(), config.Original()
	for _, c := range []*config.Config{original, full, bare} {
		c.TeamCity.URL = &url.URL{Scheme: "https", Host: "teamcity.example.com"}
	}
	full.Rules = shipit.Rules{
		Confirm: 5 * time.Second, MaxArmed: 10 * time.Minute, Cooldown: time.Minute, Abort: 10 * time.Second,
		Freeze: shipit.Freeze{Windows: []shipit.Window{{}}}, TwoPerson: true,
	}
	full.Pins.Siren = &config.Siren{Max: 8 * time.Second}
	full.Targets[0].Name = `<Tom & "Jerry">` + strings.Repeat("W", 49)
	full.Targets[1].Name = strings.Repeat("日", 64)
	for range shipit.MaxTargets - 2 {
		full.Targets = append(full.Targets, full.Targets[0])
	}
	bare.RequireRearm = false
	bare.Targets = bare.Targets[:1]
	bare.Targets[0].Follow = false
	return map[string]*config.Config{"original": original, "full": full, "bare": bare}
}

// TestCards holds the cards of some boxes against what somebody has looked at;
// -update writes them anew.
func TestCards(t *testing.T) {
	t.Parallel()
	for name, c := range lids() {
		for ending, text := range map[string]string{"txt": textCard(c), "svg": svgCard(c)} {
			golden := "testdata/card/" + name + "." + ending
			if *update {
				if err := os.WriteFile(golden, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(readFile(t, golden), text); diff != "" {
				t.Errorf("%s (-want +got), make generate:\n%s", golden, diff)
			}
		}
	}
}

// TestCardShowsWhatServersTell: only a build that somebody can look at has signs,
// and only a server that can be asked before a launch has a "no go", whatever
// else stands in the file.
func TestCardShowsWhatServersTell(t *testing.T) {
	t.Parallel()
	const (
		hook     = "[webhook.h]\nurl = \"https://ci.example.com\"\n[webhook.h.launch]\npath = \"/go\"\n"
		look     = "[webhook.h.look]\npath = \"/{launch}\"\nstate = \"/s\"\nrunning = [\"r\"]\npassed = [\"p\"]\nfailed = [\"f\"]\n"
		check    = "[webhook.h.check]\npath = \"/ping\"\n"
		hooked   = "webhook = { server = \"h\" }"
		command  = "command = { run = [\"/bin/true\"] }"
		gitlab   = "[gitlab]\ntrigger_token_file = \"t\"\n"
		pipeline = "gitlab = { project = \"a/b\", ref = \"main\" }"
	)
	cases := []struct {
		name, servers  string
		targets        []string
		builds, checks bool
	}{
		{"a webhook that starts", hook, []string{hooked}, false, false},
		{"one that looks", hook + look, []string{hooked}, true, false},
		{"one that is asked", hook + check, []string{hooked}, false, true},
		{"not followed", hook + look + check, []string{hooked + "\nfollow = false"}, false, false},
		{"a command beside it", hook, []string{hooked, command}, true, true},
		{"a command that isn't followed", hook, []string{hooked, command + "\nfollow = false"}, false, false},
		{"a trigger token alone", gitlab, []string{pipeline}, false, false},
		{"a token beside it", gitlab + "token_file = \"r\"\n", []string{pipeline}, true, true},
	}
	for _, c := range cases {
		file := c.servers
		for i, target := range c.targets {
			file += fmt.Sprintf("[[target]]\nname = \"%d\"\nled = %d\n%s\n", i, 5+i, target)
		}
		conf, err := config.Parse([]byte(file), "box.toml")
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		for _, text := range []string{textCard(conf), svgCard(conf)} {
			if strings.Contains(text, "What became of the build") != c.builds || strings.Contains(text, "no go") != c.checks {
				t.Errorf("%s: want builds %v, checks %v:\n%s", c.name, c.builds, c.checks, text)
			}
		}
	}
}

// TestCardColumns: no line of a card takes more than 80 columns.
func TestCardColumns(t *testing.T) {
	t.Parallel()
	for name, c := range lids() {
		for line := range strings.Lines(textCard(c)) {
			if width := cells.Of(strings.TrimSuffix(line, "\n")); width > 80 {
				t.Errorf("%s: %d columns: %s", name, width, line)
			}
		}
	}
}

// TestCardSVG: the picture is XML, has the size of an A6 sheet, keeps every text
// and every block within its view box, and has the names as they are.
func TestCardSVG(t *testing.T) {
	t.Parallel()
	for name, c := range lids() {
		d := xml.NewDecoder(strings.NewReader(svgCard(c)))
		var box [4]float64
		var said strings.Builder
		for {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			switch token := token.(type) {
			case xml.CharData:
				said.Write(token)
			case xml.StartElement:
				at := attributes(t, token)
				if token.Name.Local == "svg" && box[3] == 0 {
					box = at.viewBox
					if at.text["width"] != "105mm" || at.text["height"] != "148mm" || token.Name.Space != "http://www.w3.org/2000/svg" {
						t.Errorf("%s: the sheet is %v", name, at.text)
					}
				} else if at.x < box[0] || at.y+at.height > box[3] || at.x+at.width > box[0]+box[2] {
					t.Errorf("%s: outside of %v: %v", name, box, at.text)
				}
			}
		}
		if ratio := box[2] / box[3]; ratio < 0.705 || ratio > 0.712 { // 105 to 148
			t.Errorf("%s: the view box %v has another shape than the sheet", name, box)
		}
		if !strings.Contains(said.String(), c.Targets[0].Name) {
			t.Errorf("%s: the card has no %s", name, c.Targets[0].Name)
		}
	}
}

// drawn is where an element of a picture is.
type drawn struct {
	text                map[string]string
	x, y, width, height float64
	viewBox             [4]float64
}

func attributes(t *testing.T, e xml.StartElement) drawn {
	t.Helper()
	d := drawn{text: map[string]string{}}
	number := func(text string) float64 {
		n, err := strconv.ParseFloat(text, 64)
		if err != nil {
			t.Errorf("<%s>: %v", e.Name.Local, err)
		}
		return n
	}
	for _, a := range e.Attr {
		d.text[a.Name.Local] = a.Value
		switch a.Name.Local {
		case "x":
			d.x = number(a.Value)
		case "y":
			d.y = number(a.Value)
		case "viewBox":
			for i, field := range strings.Fields(a.Value) {
				d.viewBox[i] = number(field)
			}
		case "width", "height":
			size := number(strings.TrimSuffix(a.Value, "mm"))
			if a.Name.Local == "width" {
				d.width = size
			} else {
				d.height = size
			}
		}
	}
	return d
}
