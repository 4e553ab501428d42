package term_test

import (
	"os"
	"testing"

	"ship-it.example/cmd/ship-it/term"
	"ship-it.example/shipit/config/cells"
)

// A text is cut and filled to its columns, whatever signs are in it.
func TestFit(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text    string
		columns int
		right   bool
		want    string
	}{
		{"abc", 5, false, "abc  "},
		{"abc", 5, true, "  abc"},
		{"abcdef", 5, false, "abcd…"},
		{"abcde", 5, false, "abcde"},
		{"東京都", 6, false, "東京都"},
		{"東京都", 5, false, "東京…"},
		{"東京都", 4, true, " 東…"},
		{"e\u0301tude", 6, false, "e\u0301tude "},
		{"", 2, false, "  "},
	}
	for _, tt := range tests {
		got := term.Ink{Unicode: true}.Fit(tt.text, tt.columns, tt.right)
		if got != tt.want || cells.Of(got) != tt.columns {
			t.Errorf("Fit(%q, %d, %t) is %q of %d columns, want %q", tt.text, tt.columns, tt.right, got, cells.Of(got), tt.want)
		}
	}
	if got := (term.Ink{}).Fit("abcdef", 5, false); got != "abcd~" {
		t.Errorf("in ASCII: %q", got)
	}
}

func TestPaint(t *testing.T) {
	t.Parallel()
	if got := (term.Ink{Colours: true}).Paint(term.Red, "x"); got != "\x1b[91mx\x1b[0m" {
		t.Errorf("%q", got)
	}
	for _, got := range []string{term.Ink{}.Paint(term.Red, "x"), term.Ink{Colours: true}.Paint(term.Plain, "x")} {
		if got != "x" {
			t.Errorf("%q, want no colour", got)
		}
	}
}

// What is no terminal has neither colours nor columns.
func TestNoTerminal(t *testing.T) {
	t.Parallel()
	null, err := os.OpenFile("/dev/null", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	all := func(string) string { return "xterm UTF-8" }
	if got := term.For(null, all); got != (term.Ink{}) || term.Columns(null) != 0 || term.IsTerminal(nil) {
		t.Errorf("/dev/null: %+v, %d columns", got, term.Columns(null))
	}
}
