package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"ship-it.example/gpio"
	"ship-it.example/shipit"
	"ship-it.example/shipit/config"
	"ship-it.example/shipit/view"
)

//go:generate go test -run ^TestManual$ . -update

var update = flag.Bool("update", false, "write the manual pages anew")

const manuals = "../../packaging/man/"

// TestManual holds the manual pages against the command's own help: what the
// help says stands in them. With -update it makes them so.
func TestManual(t *testing.T) {
	t.Parallel()
	help := manual(t)
	for _, page := range []string{"ship-it.8", "ship-it.toml.5", "ship-it.socket.7"} {
		source := readFile(t, manuals+page+".in")
		want := regexp.MustCompile(`@[A-Z]+@`).ReplaceAllStringFunc(source, func(name string) string {
			text, ok := help[strings.Trim(name, "@")]
			if !ok {
				t.Errorf("%s.in: nothing is called %s", page, name)
			}
			return text
		})
		if *update {
			if err := os.WriteFile(manuals+page, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(want, readFile(t, manuals+page)); diff != "" {
			t.Errorf("%s is out of date: make generate; -want +got:\n%s", page, diff)
		}
	}
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestRefusalsTold: each name that a refusal can have stands in the README and in
// the manual page.
func TestRefusalsTold(t *testing.T) {
	t.Parallel()
	rules := shipit.Rules{
		Confirm: time.Second, MaxArmed: time.Minute, Cooldown: time.Second, TwoPerson: true,
		Freeze: shipit.Freeze{Windows: []shipit.Window{{To: time.Hour}}},
	}
	var names []string
	for _, targets := range []int{1, 2} {
		for _, sign := range shipit.Legend(shipit.Shown{Rules: rules, Rearm: true, Builds: true, Checks: true, Journal: true, Targets: targets}) {
			if _, list, ok := strings.Cut(sign.Means, "refused, for one of: "); ok {
				names = append(names, strings.Split(strings.TrimSuffix(list, "."), ", ")...)
			}
		}
	}
	if len(names) < 20 {
		t.Fatalf("only %q", names)
	}
	for _, file := range []string{"README.md", "packaging/man/ship-it.8"} {
		text := strings.Join(strings.Fields(readFile(t, "../../"+file)), " ")
		for _, name := range names {
			if !strings.Contains(text, name) {
				t.Errorf("%s doesn't have %q", file, name)
			}
		}
	}
}

// manual is the help as parts of a manual page, in roff.
func manual(t *testing.T) map[string]string {
	t.Helper()
	p := program{args: []string{"ship-it"}, findChip: gpio.Find}
	root := p.command()
	var synopsis, commands bytes.Buffer
	fmt.Fprintf(&synopsis, ".B ship\\-it\n%s", roffUsage(root))
	for _, cmd := range root.Commands() {
		if cmd.Hidden || cmd.Name() == "help" {
			continue
		}
		fmt.Fprintf(&synopsis, ".br\n.B ship\\-it %s\n%s", cmd.Use, roffUsage(cmd))
		long := strings.TrimPrefix(cmd.Long, cmd.Short+".\n\n")
		fmt.Fprintf(&commands, ".SS %s\n%s.\n", cmd.Name(), roff(cmd.Short))
		if long != "" {
			fmt.Fprintf(&commands, ".PP\n%s\n", roffText(long))
		}
		commands.WriteString(roffOptions(cmd, root))
	}
	return map[string]string{
		"ABOUT":    roffText(root.Long),
		"COMMANDS": strings.TrimSuffix(commands.String(), "\n"),
		"DATE":     changelogDate(t).Format("2 January 2006"),
		"MESSAGE":  roffText(exampleMessage(t)),
		"OPTIONS":  strings.TrimSuffix(roffOptions(root, root), "\n"),
		"SYNOPSIS": strings.TrimSuffix(synopsis.String(), "\n"),
		"VERSION":  release,
	}
}

// exampleMessage is what a box at rest tells who connects to its socket.
func exampleMessage(t *testing.T) string {
	t.Helper()
	began := time.Date(2026, time.November, 22, 17, 0, 0, 0, time.UTC)
	c := config.Original()
	box, _ := shipit.NewBox(names(c), true).Step(began, shipit.Found{})
	v := view.Of(box, began, aboutBox(c, false))
	v.Version, v.Pid = release, 812
	v.Log = []string{"[2026-11-22 17:00:00] pins have been initialized!"}
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// changelogDate is the date of this release.
func changelogDate(t *testing.T) time.Time {
	t.Helper()
	last := regexp.MustCompile(`(?m)^ -- .*>  (.*)$`).FindStringSubmatch(readFile(t, "../../packaging/deb/changelog"))
	if last == nil {
		t.Fatal("the changelog has no date")
	}
	date, err := time.Parse(time.RFC1123Z, last[1])
	if err != nil {
		t.Fatal(err)
	}
	return date
}

// roff keeps a text from being taken for roff, and its hyphens, quotes and
// carets as they are typed.
func roff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, `-`, `\-`, `'`, `\(aq`, "`", `\(ga`, `^`, `\(ha`, `~`, `\(ti`).Replace(text)
	if strings.HasPrefix(text, ".") {
		text = `\&` + text
	}
	return text
}

// roffText is a help text of several paragraphs. Indented lines are a table,
// which is kept as it is.
func roffText(text string) string {
	var b strings.Builder
	for i, part := range strings.Split(text, "\n\n") {
		if i > 0 {
			b.WriteString(".PP\n")
		}
		table := strings.HasPrefix(part, "  ")
		if table {
			b.WriteString(".nf\n")
		}
		for line := range strings.Lines(part) {
			b.WriteString(roff(strings.TrimRight(line, "\n")) + "\n")
		}
		if table {
			b.WriteString(".fi\n")
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// flags are the flags of a command that its help shows.
func flags(cmd *cobra.Command) []*pflag.Flag {
	cmd.InitDefaultHelpFlag()
	cmd.InitDefaultVersionFlag()
	var list []*pflag.Flag
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			list = append(list, f)
		}
	})
	return list
}

// roffUsage is what may stand behind a command.
func roffUsage(cmd *cobra.Command) string {
	var b strings.Builder
	for _, f := range flags(cmd) {
		if f.Name == "help" {
			continue
		}
		value, _ := pflag.UnquoteUsage(f)
		name := "--" + f.Name
		if f.Shorthand != "" {
			name = "-" + f.Shorthand
		}
		fmt.Fprintf(&b, "[\\fB%s\\fR", roff(name))
		if value != "" {
			fmt.Fprintf(&b, " \\fI%s\\fR", roff(value))
		}
		b.WriteString("]\n")
	}
	return b.String()
}

// roffOptions are the flags of a command, each with its meaning; of a
// subcommand, those that the root doesn't have.
func roffOptions(cmd, root *cobra.Command) string {
	var b strings.Builder
	for _, f := range flags(cmd) {
		if cmd != root && root.Flags().Lookup(f.Name) != nil {
			continue
		}
		value, meaning := pflag.UnquoteUsage(f)
		b.WriteString(".TP\n")
		if f.Shorthand != "" {
			fmt.Fprintf(&b, "\\fB\\-%s\\fR, ", f.Shorthand)
		}
		fmt.Fprintf(&b, "\\fB\\-\\-%s\\fR", roff(f.Name))
		if value != "" {
			fmt.Fprintf(&b, " \\fI%s\\fR", roff(value))
		}
		fmt.Fprintf(&b, "\n%s", roff(meaning))
		if f.Value.Type() == "string" && f.DefValue != "" {
			fmt.Fprintf(&b, " (default %s)", roff(f.DefValue))
		}
		b.WriteString("\n")
	}
	return b.String()
}
