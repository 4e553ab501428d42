package recording

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"ship-it.example/gpio"
)

// maxLength is how long a recording may last.
const maxLength = 366 * 24 * time.Hour

// maxLine is how long a line may be. The longest is one of the configuration.
const maxLine = 16 << 10

// Read reads a recording. Its error wraps ErrRecording or ErrVersion and names
// the line, unless it is the reader's own.
func Read(from io.Reader) (*Recording, error) {
	p := &parser{}
	lines := bufio.NewReaderSize(io.LimitReader(from, limit+1), maxLine)
	for size := 0; ; {
		line, err := lines.ReadSlice('\n')
		p.number++
		size += len(line)
		switch {
		case errors.Is(err, io.EOF):
			p.CutOff = len(line) > 0
			return p.end()
		case errors.Is(err, bufio.ErrBufferFull):
			return nil, p.wrong("is longer than a line can be")
		case err != nil:
			return nil, err
		case size > limit:
			return nil, p.wrong("is behind the most that a recording can have")
		}
		if err := p.take(strings.TrimSuffix(string(line), "\n")); err != nil {
			return nil, err
		}
	}
}

// parser is a Recording that is being read.
type parser struct {
	Recording
	number int           // of the line
	clock  time.Duration // the monotonic clock when the first reading began
	at     time.Duration // of the reading that is being read
	edge   int
	levels map[string]bool // as far as they are known
	now    []string        // the lines that this reading has
	config []string
}

func (p *parser) wrong(format string, args ...any) error {
	return fmt.Errorf("%w: line %d %s", ErrRecording, p.number, fmt.Sprintf(format, args...))
}

// take reads a line.
func (p *parser) take(line string) error {
	if strings.HasSuffix(line, "\r") {
		return p.wrong("ends in a carriage return: have the lines end in line feeds alone, as they did")
	}
	if !utf8.ValidString(line) || strings.ContainsFunc(line, unicode.IsControl) {
		return p.wrong("is no text")
	}
	word, rest, _ := strings.Cut(line, " ")
	switch {
	case p.number == 1:
		return p.first(line)
	case word == programWord && p.Program == "" && rest != "":
		p.Program = rest
		return nil
	case word == startedWord && p.Started.IsZero():
		return p.started(rest)
	case word == configWord && p.levels == nil:
		p.config = append(p.config, make([]string, p.number-1-len(p.config))...)
		p.config = append(p.config, rest)
		return nil
	}
	at, ok := parseClock(word)
	switch {
	case !ok:
		return p.wrong("begins with %q, which is no time: want seconds with nine digits behind the point", clip(word))
	case p.Started.IsZero() || p.Program == "":
		return p.wrong("has an edge, and no lines %q and %q came before", programWord, startedWord)
	case at < p.at:
		return p.wrong("goes back in time")
	case at-p.clock > maxLength:
		return p.wrong("is later than a recording can last")
	}
	return p.event(at, rest)
}

func (p *parser) first(line string) error {
	got, ok := strings.CutPrefix(line, title)
	switch {
	case !ok:
		return p.wrong("is not %q", title+version)
	case got != version:
		return fmt.Errorf("%w: %s, and this program knows %s", ErrVersion, clip(got), version)
	}
	return nil
}

// started reads the two clocks at the start.
func (p *parser) started(rest string) error {
	wall, monotonic, _ := strings.Cut(rest, " ")
	at, err := time.Parse(time.RFC3339Nano, wall)
	clock, ok := parseClock(monotonic)
	if err != nil || !ok || at.Year() < 1970 {
		return p.wrong("has no two times, as in %s 2026-11-24T14:00:00Z 12345.678901234", startedWord)
	}
	p.Started, p.clock, p.at = at, clock, clock
	return nil
}

// event reads what was seen of a line.
func (p *parser) event(at time.Duration, rest string) error {
	how, rest, _ := strings.Cut(rest, " ")
	if p.levels == nil {
		p.levels, p.edge, p.at = map[string]bool{}, gpio.NoEdge, at
	}
	if !p.Ended.IsZero() {
		return p.wrong("is behind the end")
	}
	if how == endWord && rest == "" && len(p.Readings)+len(p.now) > 0 {
		p.Ended = p.Started.Add(at - p.clock)
		return nil
	}
	if how == lostWord {
		n, err := strconv.Atoi(rest)
		if err != nil || n < 1 || n > limit {
			return p.wrong("has lost %q readings", clip(rest))
		}
		p.Lost += n
		return nil
	}
	level, name, ok := strings.Cut(rest, " ")
	if !ok || name == "" || len(name) > 64 || level != highWord && level != lowWord || how != edgeWord && how != levelWord {
		return p.wrong("is no edge: want a time, %s or %s, %s or %s, and the line's name", edgeWord, levelWord, highWord, lowWord)
	}
	if at != p.at {
		p.close()
		p.at = at
	}
	return p.see(name, level == highWord, how == edgeWord)
}

// see notes what a reading has of a line.
func (p *parser) see(name string, high, edge bool) error {
	i := slices.Index(p.Inputs, name)
	switch {
	case len(p.Readings) == 0 && i < 0 && len(p.Inputs) < maxInputs:
		i, p.Inputs = len(p.Inputs), append(p.Inputs, name)
	case i < 0:
		return p.wrong("has a line %q, which the first reading hasn't", clip(name))
	case slices.Contains(p.now, name):
		return p.wrong("has %q a second time at this time", name)
	}
	if edge {
		if p.edge != gpio.NoEdge {
			return p.wrong("has a second edge at this time")
		}
		p.edge = i
	}
	p.now = append(p.now, name)
	p.levels[name] = high
	return nil
}

// maxInputs is how many lines a recording may have: as many as one request.
const maxInputs = 64

// close ends a reading.
func (p *parser) close() {
	if len(p.now) == 0 {
		return
	}
	r := gpio.Reading{Began: p.Started.Add(p.at - p.clock), Levels: make([]bool, len(p.Inputs)), Edge: p.edge}
	for i, name := range p.Inputs {
		r.Levels[i] = p.levels[name]
	}
	p.Readings = append(p.Readings, r)
	p.now, p.edge = p.now[:0], gpio.NoEdge
}

// end is the recording, once all is read.
func (p *parser) end() (*Recording, error) {
	p.close()
	if len(p.Readings) == 0 {
		return nil, p.wrong("is the end, and nothing was seen before")
	}
	p.Config = strings.Join(p.config, "\n") + "\n"
	return &p.Recording, nil
}

// parseClock reads a time of the monotonic clock.
func parseClock(text string) (time.Duration, bool) {
	seconds, nanos, ok := strings.Cut(text, ".")
	if !ok || len(nanos) != 9 || len(seconds) == 0 || len(seconds) > 9 || strings.ContainsFunc(seconds+nanos, func(r rune) bool { return r < '0' || r > '9' }) {
		return 0, false
	}
	n, err := strconv.ParseInt(seconds+nanos, 10, 64)
	return time.Duration(n), err == nil
}

// clip is the beginning of a text from the file, for a message.
func clip(text string) string {
	const most = 40
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most]) + "…"
}
