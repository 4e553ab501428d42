package sim

import (
	"fmt"
	"strconv"
	"strings"

	"ship-it.example/shipit"
	"ship-it.example/shipit/ci/citest"
)

// build is what becomes of a target's latest build.
type build struct {
	target   string // empty: of the latest launch
	stage    shipit.Stage
	progress float64
}

// stages are the words for what a build can be.
func stages() map[string]shipit.Stage {
	words := map[string]shipit.Stage{}
	for s := shipit.StageQueued; s <= shipit.StageLost; s++ {
		words[s.String()] = s
	}
	return words
}

// noWord is a light of its own, of a build that can't be looked at.
const noWord = "no word"

// lights are the words for what a target's lamp can tell.
func lights() []string {
	words := []string{noWord}
	for l := shipit.LightNone; l <= shipit.LightLost; l++ {
		words = append(words, l.String())
	}
	return words
}

// parseServer reads what stands behind server: a mode, of orders or of
// questions, or what becomes of a build.
func parseServer(args []string, line string) (step, error) {
	switch {
	case len(args) > 0 && args[0] == "build":
		_, rest, _ := strings.Cut(line, args[0])
		return parseBuild(strings.TrimSpace(rest))
	case len(args) > 0 && args[0] == "asked":
		mode, err := parseMode(args[1:])
		return serve{mode: mode, asked: true}, err
	}
	mode, err := parseMode(args)
	return serve{mode: mode}, err
}

func parseMode(words []string) (citest.Mode, error) {
	mode, err := citest.ParseMode(words)
	if err != nil {
		err = fmt.Errorf("%w: %w, or asked and one of them, or build and a stage", ErrScript, err)
	}
	return mode, err
}

// parseBuild reads a stage, behind a target's name if there is one.
func parseBuild(rest string) (step, error) {
	var b build
	if at := strings.LastIndexByte(rest, ' '); strings.HasSuffix(rest, "%") && at > 0 {
		n, err := strconv.Atoi(strings.TrimSuffix(rest[at+1:], "%"))
		if err != nil || n < 0 || n > 100 || !strings.HasSuffix(strings.TrimSpace(rest[:at]), shipit.StageRunning.String()) {
			return nil, fmt.Errorf("%w: %q is no progress: write it as in running 40%%", ErrScript, rest)
		}
		b.progress, rest = float64(n)/100, strings.TrimSpace(rest[:at])
	}
	words := stages()
	name, word, ok := cutWord(rest, words)
	if !ok {
		return nil, fmt.Errorf("%w: what became of the build? queued, running 40%%, passed, failed, cancelled or lost, behind the target's name, got %q", ErrScript, rest)
	}
	b.target, b.stage = name, words[word]
	return b, nil
}

// cutWord takes one of the words from the end of a text, and the quotes from the
// rest, which is a target's name or nothing.
func cutWord[V any](text string, words map[string]V) (name, word string, ok bool) {
	for w := range words {
		if before, found := strings.CutSuffix(text, w); found && len(w) > len(word) && (before == "" || strings.HasSuffix(before, " ")) {
			name, word, ok = strings.TrimSpace(before), w, true
		}
	}
	if bare, err := strconv.Unquote(name); err == nil {
		name = bare
	}
	return name, word, ok
}

// parseLight reads a target's name and what its lamp tells.
func parseLight(rest string) (step, error) {
	words := map[string]bool{}
	for _, word := range lights() {
		words[word] = true
	}
	name, word, ok := cutWord(rest, words)
	if !ok || name == "" {
		return nil, fmt.Errorf("%w: a light is a target's name and one of %s, got %q", ErrScript, strings.Join(lights(), ", "), rest)
	}
	return expect{what: "light", target: name, want: word}, nil
}
