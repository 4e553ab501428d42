package panel

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"
	"github.com/google/go-cmp/cmp"

	"ship-it.example/shipit"
)

// bench is a model with hands that note what they do, in a time of its own.
type bench struct {
	mu sync.Mutex
	*model
	began time.Time
	did   []string
	slow  bool // the box notices no press
}

// newBench makes one of the smallest size. It has a second button.
func newBench() *bench {
	b := &bench{began: time.Now()}
	v := atRest()
	v.SecondDown = new(false)
	b.model = scene(minWidth, minHeight, look{glyphs: letters()}, b, &news{view: &v})
	b.fingers = map[shipit.Button]*finger{}
	return b
}

func (b *bench) note(format string, args ...any) {
	b.did = append(b.did, fmt.Sprintf("%v ", time.Since(b.began))+fmt.Sprintf(format, args...))
}

// Turn implements [Hands].
func (b *bench) Turn(on bool) { b.note("turn %v", on) }

// Push implements [Hands]. The box notices at once, unless it is slow.
func (b *bench) Push(button shipit.Button, down bool) {
	b.note("%v %v", button, down)
	if b.slow {
		return
	}
	v := b.view
	switch button {
	case shipit.LaunchButton:
		v.LaunchDown = down
	case shipit.BranchButton:
		v.BranchDown = down
	case shipit.SecondButton:
		v.SecondDown = &down
	}
	go b.do(&news{view: &v})
}

// do gives the model a message, and later those that come of it.
func (b *bench) do(msg tea.Msg) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if next := b.update(msg); next != nil {
		go func() { b.do(next()) }()
	}
}

// key types a key.
func (b *bench) key(name string) {
	code := []rune(name)[0]
	b.do(tea.KeyPressMsg{Text: name, Code: code})
}

// pass has d pass, of the bubble's time.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

const ms = time.Millisecond

// TestFingers: what keys and the mouse do to the inputs, and when.
func TestFingers(t *testing.T) {
	t.Parallel()
	click := func(x, y int) tea.Msg { return tea.MouseClickMsg{X: x, Y: y, Button: tea.MouseLeft} }
	cases := []struct {
		name string
		do   func(b *bench)
		want []string
	}{
		{"switch", func(b *bench) { b.key("a"); pass(ms); b.key("A") }, []string{"0s turn true", "1ms turn false"}},
		{"press", func(b *bench) { b.key("l") }, []string{"0s launch true", "150ms launch false"}},
		{"second", func(b *bench) { b.key("s") }, []string{"0s second true", "150ms second false"}},
		{"a key that repeats", func(b *bench) {
			b.key("b")
			for range 10 {
				pass(100 * ms)
				b.key("b")
			}
		}, []string{"0s branch true", "1.15s branch false"}},
		{"hold", func(b *bench) { b.key("B"); pass(5 * time.Second); b.key("B") }, []string{"0s branch true", "5s branch false"}},
		{"hold, ended by a press", func(b *bench) { b.key("L"); pass(10 * ms); b.key("l") }, []string{"0s launch true", "150ms launch false"}},
		{"a press that counts late", func(b *bench) {
			b.slow = true
			b.key("l")
			pass(500 * ms)
			v := b.view
			v.LaunchDown = true
			b.do(&news{view: &v})
		}, []string{"0s launch true", "510ms launch false"}},
		{"a press that never counts", func(b *bench) { b.slow = true; b.key("l") }, []string{"0s launch true", "2.01s launch false"}},
		{"click on the switch", func(b *bench) { b.do(click(5, 3)) }, []string{"0s turn true"}},
		{"short click", func(b *bench) { b.do(click(26, 2)); pass(10 * ms); b.do(tea.MouseReleaseMsg{X: 1, Y: 1}) }, []string{"0s launch true", "150ms launch false"}},
		{"long click", func(b *bench) { b.do(click(36, 4)); pass(time.Second); b.do(tea.MouseReleaseMsg{}) }, []string{"0s branch true", "1s branch false"}},
		{"two persons", func(b *bench) { b.key("S"); pass(200 * ms); b.key("l"); pass(300 * ms); b.key("S") }, []string{
			"0s second true", "200ms launch true", "350ms launch false", "500ms second false",
		}},
		{"beside everything", func(b *bench) { b.do(click(14, 3)); b.do(click(30, 19)); b.do(tea.MouseReleaseMsg{}) }, nil},
		{"another button of the mouse", func(b *bench) { b.do(tea.MouseClickMsg{X: 5, Y: 3, Button: tea.MouseRight}) }, nil},
		{"other keys", func(b *bench) { b.key("x"); b.key("ä"); b.key(" "); b.do(tea.PasteMsg{Content: "al"}) }, nil},
		{"no second button", func(b *bench) { b.view.SecondDown = nil; b.key("s"); b.key("S") }, nil},
		{"too small to see anything", func(b *bench) {
			b.do(tea.WindowSizeMsg{Width: minWidth - 1, Height: minHeight})
			b.key("a")
			b.key("l")
			b.key("B")
		}, nil},
		{"no hands", func(b *bench) {
			b.hands = nil
			b.key("a")
			b.key("l")
			b.key("B")
			b.do(click(5, 3))
			b.do(tea.MouseReleaseMsg{})
		}, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := newBench()
				c.do(b)
				pass(3 * time.Second)
				if diff := cmp.Diff(c.want, b.did); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		})
	}
}

// TestQuit: what ends the panel.
func TestQuit(t *testing.T) {
	t.Parallel()
	for _, key := range []tea.KeyPressMsg{{Text: "q", Code: 'q'}, {Code: 'c', Mod: tea.ModCtrl}} {
		next := newBench().update(key)
		if next == nil {
			t.Fatalf("%v does nothing", key)
		}
		if _, quits := next().(tea.QuitMsg); !quits {
			t.Errorf("%v doesn't quit", key)
		}
	}
}

// TestFeed: the latest view and every line, however late they are fetched, but
// no more lines than anybody would read; and somebody who has gone.
func TestFeed(t *testing.T) {
	t.Parallel()
	f := NewFeed()
	first, second := atRest(), launching()
	first.Log, second.Log = []string{"one"}, []string{"four"}
	f.Show(first)
	f.Write([]byte("two\nthree\n"))
	f.Show(second)
	n := f.next(t.Context())
	if n.view.State != "launching" || *n.away != "" {
		t.Errorf("%s, away %q", n.view.State, *n.away)
	}
	if diff := cmp.Diff([]string{"one", "two", "three", "four"}, n.lines); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for i := range backlog + 7 {
		fmt.Fprintf(f, "line %d\n", i)
	}
	f.Away(errors.New("gone"))
	n = f.next(t.Context())
	if n.view != nil || *n.away != "gone" || len(n.lines) != backlog || n.lines[0] != "line 7" {
		t.Errorf("view %v, away %q, %d lines from %q on", n.view, *n.away, len(n.lines), n.lines[0])
	}
}

// FuzzKeys: whatever comes from a terminal, of whatever size, the picture fits
// it, and every button that goes down was up, and the other way round.
func FuzzKeys(f *testing.F) {
	for _, input := range []string{"aalbsLBS", "\x1b[<0;5;3M\x1b[<0;5;3m", "\x1b[<0;27;3M\x1b[<35;1;1M\x1b[<0;1;1m", "\x1b[200~al\x1b[201~", "\x1b[27;5;99~\x03\x1a\x1b", "\x1b[?2026;2$y\x1b[M !!\xff"} {
		f.Add([]byte(input), uint8(60), uint8(20))
	}
	f.Fuzz(func(t *testing.T, input []byte, width, height uint8) {
		b := newBench()
		b.slow = true
		b.update(tea.WindowSizeMsg{Width: int(width), Height: int(height)})
		down := map[string]bool{"launch": false, "branch": false, "second": false}
		input = input[:min(len(input), 1000)] // what is longer brings nothing new
		for decoder := (uv.EventDecoder{}); len(input) > 0; {
			n, ev := decoder.Decode(input)
			input = input[max(n, 1):]
			if msg := message(ev); msg != nil {
				b.update(msg)
			}
			b.update(lift{shipit.LaunchButton})
		}
		checkSize(t, b.draw(), b.width, b.height)
		for _, did := range b.did {
			var at, what string
			var is bool
			if _, err := fmt.Fscan(bytes.NewBufferString(did), &at, &what, &is); err != nil || what != "turn" && down[what] == is {
				t.Fatalf("%v in %s", err, strings.Join(b.did, ", "))
			}
			down[what] = is
		}
	})
}

// message is what Bubble Tea makes of an event of the terminal.
func message(ev uv.Event) tea.Msg {
	switch ev := ev.(type) {
	case uv.KeyPressEvent:
		return tea.KeyPressMsg(ev)
	case uv.MouseClickEvent:
		return tea.MouseClickMsg(ev)
	case uv.MouseReleaseEvent:
		return tea.MouseReleaseMsg(ev)
	case uv.WindowSizeEvent:
		return tea.WindowSizeMsg{Width: max(0, min(ev.Width, 300)), Height: max(0, min(ev.Height, 300))}
	}
	return nil
}

// TestNothingHeard: of a box that has told nothing yet there is no time at which
// it was so.
func TestNothingHeard(t *testing.T) {
	t.Parallel()
	m := scene(minWidth, minHeight, look{glyphs: letters()}, nil, &news{away: new("there are 128 clients already")})
	said := strings.Join(m.state(), "\n")
	if said != "NO WORD OF THE BOX: there are 128 clients already\nnothing was heard of it yet" {
		t.Errorf("it says\n%s", said)
	}
}
