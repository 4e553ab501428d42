package bench_test

import (
	"bytes"
	"fmt"
	"html"
	"io"
	"os"
	"slices"
	"testing"
)

// The picture, in pixels.
const (
	width    = 780
	textLeft = 16
	barLeft  = 300
	barWidth = 380 // of the longest in a row
	barStep  = 16
	rowGap   = 12
	top      = 92
)

// pictured is which rows the picture shows, in its order, and their words.
func pictured() [][2]string {
	return [][2]string{
		{"press to request, http, p50", "Press to request, median"},
		{"press to request, http, p90", "Press to request, 90 of 100"},
		{"press to request, https, p50", "Over TLS (RSA 2048), median"},
		{"press to request, https, p90", "Over TLS (RSA 2048), 90 of 100"},
		{"start to ready, in the foreground", "Start to ready"},
		{"TERM while armed to gone", "TERM to gone"},
		{"resident memory at rest, http", "Resident memory at rest"},
		{"resident memory armed, https", "Resident memory armed, TLS"},
		{"wake-ups at rest, http", "Context switches at rest"},
		{"wake-ups armed, http", "Context switches armed"},
		{"CPU time armed, http", "CPU time armed"},
		{"CPU time launching, http", "CPU time launching"},
	}
}

const style = `<style>
text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.title { font-size: 16px; font-weight: 600 }
.note { fill: #59636e }
.gpiomon { fill: #8c959f } .ship-it { fill: #0969da } .Python { fill: #d4a72c }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .note { fill: #9198a1 }
  .gpiomon { fill: #6e7681 } .ship-it { fill: #4493f8 } .Python { fill: #9e7a14 }
}
</style>
`

// draw makes the picture of a table: a group of bars a row, the longest of
// which fills the width. It is legible on light and dark ground.
func (t table) draw(w io.Writer) error {
	var bars bytes.Buffer
	y := top
	for _, shown := range pictured() {
		i := slices.IndexFunc(t, func(r row) bool { return r.name == shown[0] })
		if i < 0 {
			return fmt.Errorf("the table has no row %q", shown[0])
		}
		y = t[i].bars(&bars, y, shown[1]) + rowGap
	}
	_, err := fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %[1]d %[2]d" role="img" aria-label="ship-it beside a Python program">
%s<text class="title" x="%d" y="28">ship-it beside an event-driven Python program for the same box</text>
<text class="note" x="%[4]d" y="48">In one emulated machine, in one run: compare, don't read as a Raspberry Pi's. Shorter is better. 20 ms of each</text>
<text class="note" x="%[4]d" y="65">press are the debounce time; gpiomon is the floor: edge to line in a pipe. The original's median was 770 ms.</text>
%s</svg>
`, width, y, style, textLeft, bars.String())
	return err
}

// bars draws a row's bars from y on, and tells where they end.
func (r row) bars(w io.Writer, y int, words string) int {
	longest := 0.0
	for _, value := range r.values {
		longest = max(longest, value)
	}
	fmt.Fprintf(w, "<text x=\"%d\" y=\"%d\">%s</text>\n", textLeft, y+12, html.EscapeString(words))
	for _, c := range columns() {
		value, measured := r.values[c]
		if !measured {
			continue
		}
		length := max(value/max(longest, 1e-9)*barWidth, 1)
		fmt.Fprintf(w, "<rect class=%q x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" rx=\"2\"/>", c, barLeft, y, length, barStep-3)
		fmt.Fprintf(w, "<text class=\"note\" x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>", barLeft-6, y+11, c)
		fmt.Fprintf(w, "<text x=\"%.1f\" y=\"%d\">%s %s</text>\n", barLeft+length+6, y+11, digits(value), html.EscapeString(r.unit))
		y += barStep
	}
	return y
}

// The picture in the tree shows the figures in the tree.
func TestPicture(t *testing.T) {
	t.Parallel()
	figures, err := os.Open("../../bench.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer figures.Close()
	table, err := readCSV(figures)
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("../../bench.svg")
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	if err := table.draw(&got); err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Error("bench.svg is not the picture of bench.csv: both are made by make bench")
	}
}
