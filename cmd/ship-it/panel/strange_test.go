package panel

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"ship-it.example/shipit/view"
)

// TestStrangeBox: whatever a box calls its version, the picture is as large as
// ever, and says whose it is.
func TestStrangeBox(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"", " ", "  2", "2.0.0-rc.1+20261124.9ecf7815 9ecf7815", strings.Repeat("v", 500), strings.Repeat("日", 40), "e\u0301e\u0301"} {
		v := atRest()
		v.About = view.About{Version: version}
		for _, width := range []int{60, 200} {
			lines := scene(width, minHeight, look{glyphs: shapes()}, nil, &news{view: &v}).draw()
			checkSize(t, lines, width, minHeight)
			if !strings.Contains(ansi.Strip(lines[0]), "simulator") {
				t.Errorf("%q: no word of which box it is: %s", version, lines[0])
			}
		}
	}
}
