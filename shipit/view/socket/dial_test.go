package socket

import (
	"context"
	"errors"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"ship-it.example/shipit/view"
)

// saying is a server that says what it likes to its first client, and leaves.
func saying(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "sock")
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		conn, err := l.AcceptUnix()
		if err != nil {
			return
		}
		_, _ = io.WriteString(conn, text) // the client may hang up before the end
		_ = conn.Close()
	}()
	t.Cleanup(func() { _ = l.Close(); <-done })
	return path
}

// TestClient: what a server says that is no box, or a broken or a later one.
func TestClient(t *testing.T) {
	t.Parallel()
	const good = `{"state":"safe","selected":0,"targets":[{"name":"A"}],"launches":7}` + "\n"
	cases := []struct {
		name, says string
		launches   int // of the first message; 0: there is none
		want       error
		words      string
	}{
		{"a box", good, 7, nil, ""},
		{"a line that isn't known comes first", `{"weather":"fine"}` + "\n" + good, 7, nil, ""},
		{"a key that isn't known", `{"weather":{"sky":[1,2]},` + good[1:], 7, nil, ""},
		{"nothing", "", 0, io.EOF, ""},
		{"a box that dies in the middle of a line", good[:20], 0, io.EOF, ""},
		{"no place", `{"error":"there are 128 clients already\u001b[2J"}` + "\n", 0, nil, "the box says: there are 128 clients already\ufffd[2J"},
		{"no JSON", "220 mail.example.com ESMTP\r\n", 0, ErrStrange, ""},
		{"an empty line", "\n", 0, ErrStrange, ""},
		{"another type", `{"state":7}` + "\n", 0, ErrStrange, ""},
		{"no object", "[1]\n", 0, ErrStrange, ""},
		{"a target too many is selected", `{"state":"safe","selected":1,"targets":[{"name":"A"}]}` + "\n", 0, ErrStrange, "target 1 of 1 is selected"},
		{"a negative one is", `{"state":"safe","selected":-1,"targets":[{"name":"A"}]}` + "\n", 0, ErrStrange, ""},
		{"no target", `{"state":"safe"}` + "\n", 0, ErrStrange, ""},
		{"a line without an end", strings.Repeat("x", 2*maxMessage), 0, ErrStrange, "a line of more than 1048576 bytes"},
		{"brackets without an end", strings.Repeat("[", 100_000) + "\n", 0, ErrStrange, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			client, err := Dial(t.Context(), saying(t, c.says))
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			v, line, err := client.Next()
			if c.want == nil && c.words == "" {
				if err != nil || v.Launches != c.launches || !strings.Contains(string(line), `"launches":7`) {
					t.Errorf("got %+v of %q, %v", v, line, err)
				}
				return
			}
			if !errors.Is(err, c.want) && c.want != nil || err == nil || !strings.Contains(err.Error(), c.words) {
				t.Errorf("got %v, want %v, and %q", err, c.want, c.words)
			}
		})
	}
}

// TestClean: nothing that a box says drives a terminal.
func TestClean(t *testing.T) {
	t.Parallel()
	v, known, err := parse([]byte(`{"state":"\u001b]0;x\u0007","selected":0,"targets":[{"name":"A\nB","build":{"url":"\u009b2J\u202e"}}],"log":["a\tb"],"refused":{"word":"\r"}}`))
	if err != nil || !known {
		t.Fatal(err)
	}
	got := []string{v.State, v.Targets[0].Name, v.Targets[0].Build.URL, v.Log[0], v.Refused.Word}
	if diff := cmp.Diff([]string{"�]0;x�", "A�B", "�2J�", "a�b", "�"}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestDialEnds: the end of the context ends a client that waits, and a socket
// without a process is nobody's.
func TestDialEnds(t *testing.T) {
	t.Parallel()
	s := newStage(t, limit)
	ctx, end := context.WithCancelCause(t.Context())
	c, err := Dial(ctx, s.path)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	s.next(c)
	over := errors.New("over")
	go end(over)
	if _, _, err := c.Next(); !errors.Is(err, over) {
		t.Errorf("after the end: %v", err)
	}
	path := filepath.Join(t.TempDir(), "sock")
	if _, err := Dial(t.Context(), path); !errors.Is(err, ErrNobody) {
		t.Errorf("no socket: %v", err)
	}
	left(t, path)
	if _, err := Dial(t.Context(), path); !errors.Is(err, ErrNobody) {
		t.Errorf("a socket that was left: %v", err)
	}
}

// FuzzParse: whatever comes, there is an answer, and what is drawn can be.
func FuzzParse(f *testing.F) {
	for _, line := range []string{
		"", "{}", "[]", "null", `"state"`, `{"error":"no"}`, `{"state":"safe"}`,
		`{"state":"armed","selected":1,"targets":[{"name":"A","build":{"progress":0.5}},{"lamp":{"rhythm":"on"}}],"log":["x"]}`,
		`{"state":"safe","time":"2026-11-22T17:00:00Z","selected":1e99,"targets":null}`,
	} {
		f.Add([]byte(line))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		v, known, err := parse(line)
		if known && err != nil {
			t.Errorf("a message and an error: %v", err)
		}
		if !known {
			return
		}
		_ = v.Targets[v.Selected] // it is there
		texts := append([]string{v.State, v.Sound, v.Forbidden, v.Version, v.Blinker.Rhythm}, v.Log...)
		for _, target := range v.Targets {
			texts = append(texts, target.Name, target.Light, target.NoGo)
		}
		for _, text := range texts {
			if strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
				t.Errorf("%q drives a terminal", text)
			}
		}
	})
}

// FuzzMessage: whatever the log has, the message is a line that the other end
// understands.
func FuzzMessage(f *testing.F) {
	f.Add("Armed\nSafe", uint8(3))
	f.Add("\x00\xff\u2028\"\\", uint8(200))
	f.Fuzz(func(t *testing.T, text string, lost uint8) {
		b := backlog{most: waitingLines}
		for range lost {
			b.add(quote("gone"))
		}
		for line := range strings.Lines(text) {
			b.add(quote(line))
		}
		message := b.join([]byte(`{"state":"safe","targets":[{"name":"A"}]}`))
		if n := strings.Count(string(message), "\n"); n != 1 || message[len(message)-1] != '\n' {
			t.Fatalf("%q has %d line feeds", message, n)
		}
		v, known, err := parse(message[:len(message)-1])
		if err != nil || !known {
			t.Fatalf("%q: %v", message, err)
		}
		want := len(b.lines)
		if b.lost > 0 {
			want++
		}
		if len(v.Log) != want || want > waitingLines+1 {
			t.Errorf("%d lines, want %d", len(v.Log), want)
		}
		if diff := cmp.Diff(view.View{State: "safe", Targets: []view.Target{{Name: "A"}}, Log: v.Log}, v); diff != "" {
			t.Error(diff)
		}
	})
}
