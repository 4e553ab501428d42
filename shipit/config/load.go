package config

import (
	"bytes"
	"cmp"
	"path/filepath"
	"slices"

	"ship-it.example/shipit/ci"
)

// Option changes what [Load] and [Parse] do.
type Option func(*reader)

// WithSecrets has the user, the password and the token looked up too, in the
// environment by lookup (os.LookupEnv, say) and in the files that the
// configuration names. Without it no secret is opened, asked for or missed,
// and TeamCity's User, Password and Token stay empty.
func WithSecrets(lookup func(name string) (string, bool)) Option {
	return func(r *reader) { r.lookup = lookup }
}

// WithSoundCheck has check look at the sound files that are named; its error
// says what is wrong with one, and what to do. Without it they are taken as
// they are.
func WithSoundCheck(check func(wav []byte) error) Option {
	return func(r *reader) { r.checkSound = check }
}

// Load reads the configuration file. Its error is a *[Mistakes]: one that Is
// [ErrNotConfigured] if there is no such file, one that Is fs.ErrPermission if
// all that is wrong is that this user may not read something.
func Load(path string, options ...Option) (*Config, error) {
	r := newReader(path, options)
	data, flaws := readFile(path, configFile())
	for _, f := range flaws {
		r.blame(place{}, "", f)
	}
	if data == nil {
		return nil, r.err()
	}
	return r.parse(data)
}

// Parse is [Load] for content that is at hand. The path names the file in
// messages and in Config.Path, and its folder is where relative names in data
// begin; the file itself is not opened.
func Parse(data []byte, path string, options ...Option) (*Config, error) {
	return newReader(path, options).parse(data)
}

// reader makes one file into a Config and gathers its mistakes on the way.
type reader struct {
	file       string // as the caller named it
	path       string // absolute
	lookup     func(name string) (string, bool)
	open       func(path string, d demand) ([]byte, []flaw)
	checkSound func(wav []byte) error
	top        *section
	sections   []string // the keys of top that are sections
	uses       []use    // of pins
	hooks      map[string]ci.Hook
	mistakes   []Mistake
	source     []byte      // the file
	starts     []int       // the offset at which each of its lines begins
	told       func(Value) // takes every value; may be nil
	values     []asked     // for told
	secrets    []string    // those that were read, wherever they stood

	announceLookup func(name string) (string, bool) // as lookup, for [announce] alone
}

func newReader(path string, options []Option) *reader {
	r := &reader{file: path, open: readFile, checkSound: func([]byte) error { return nil }}
	for _, option := range options {
		option(r)
	}
	return r
}

// parse walks the whole file whatever it finds, but for a file that isn't
// TOML: what stands behind that place can't be known.
func (r *reader) parse(data []byte) (*Config, error) {
	path, err := filepath.Abs(r.file)
	if err != nil {
		r.blame(place{}, "", flaw{"its folder can't be found: " + plain(err), "name the file by its absolute path", err})
		return nil, r.err()
	}
	r.path = path
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	r.source, r.starts = data, lineStarts(data)
	root := r.tree(data)
	if root == nil {
		return nil, r.err()
	}
	r.top = &section{reader: r, node: root}
	c := r.config(r.top)
	r.grammar(data, nil)
	if err := r.err(); err != nil {
		return nil, err
	}
	r.tell()
	return c, nil
}

// config reads every section, in the order in which the sample has them.
func (r *reader) config(top *section) *Config {
	c := defaults()
	c.Path = r.path
	c.Debounce = top.duration("debounce", c.Debounce, minDebounce, maxDebounce)
	c.RequireRearm = top.boolean("require_rearm", c.RequireRearm)
	c.Journal = top.journal(c.Journal)
	c.Pins = top.pins(c.Pins)
	c.Servers = top.servers(c.Servers)
	c.Sound = top.sound(c.Sound)
	c.Rules = top.safety()
	c.Announce = top.announcing()
	c.Targets = top.targets()
	top.done()
	r.checkUses()
	if r.lookup != nil {
		c.Leaks = ci.Leaks(c.Servers, c.Work(), c.Announce)
	}
	return c
}

// add notes a mistake about the value at p.
func (r *reader) add(p place, key, text, remedy string) {
	r.blame(p, key, flaw{text, remedy, nil})
}

// blame notes a flaw that the value at p is answerable for.
func (r *reader) blame(p place, key string, f flaw) {
	r.mistakes = append(r.mistakes, Mistake{
		File: r.file, Line: p.line, Column: p.column,
		Key: key, Text: f.text, Remedy: f.remedy, cause: f.cause, place: p,
	})
}

// also notes a second place that the latest mistake is about.
func (r *reader) also(p place) { r.mistakes[len(r.mistakes)-1].also = p }

// err is all mistakes so far in the order of their lines, or nil.
func (r *reader) err() error {
	if len(r.mistakes) == 0 {
		return nil
	}
	slices.SortStableFunc(r.mistakes, func(a, b Mistake) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return &Mistakes{List: r.mistakes, Uses: r.lines(), source: r.source}
}
