package cells_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"ship-it.example/shipit/config/cells"
)

func TestCells(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{"": 0, "abc": 3, "日本": 4, "e\u0301": 1, "🚀": 2, "a\u200db": 2} {
		if got := cells.Of(text); got != want {
			t.Errorf("%q takes %d, want %d", text, got, want)
		}
	}
	for _, c := range []struct {
		text string
		most int
		want string
	}{{"abc", 3, "abc"}, {"abcd", 3, "ab…"}, {"日本語", 5, "日本…"}, {"日本語", 4, "日…"}} {
		if got := cells.Clip(c.text, c.most); got != c.want {
			t.Errorf("Clip(%q, %d) is %q, want %q", c.text, c.most, got, c.want)
		}
	}
	if got := cells.Pad("日", 4); got != "日  " {
		t.Errorf("Pad gave %q", got)
	}
}

func TestWrap(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		want []string
	}{
		{"", nil},
		{"one", []string{"one"}},
		{" one  two three ", []string{"one two", "three"}},
		{"1234567", []string{"1234567"}},
		{"a 12345678 b", []string{"a", "123456…", "b"}},
		{"日本 語語 x", []string{"日本", "語語 x"}},
	} {
		if diff := cmp.Diff(c.want, cells.Wrap(c.text, 7)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", c.text, diff)
		}
	}
}
