package bench_test

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"text/tabwriter"
	"time"
)

// column is a program in the table.
type column string

const (
	floor  column = "gpiomon"
	shipIt column = "ship-it"
	peer   column = "Python"
)

func columns() []column { return []column{floor, shipIt, peer} }

// row is one thing that was measured, of the programs that have it.
type row struct {
	name, unit string
	values     map[column]float64
}

// set rounds to what is printed: there is no more in a figure, and the picture
// is the same from a file.
func (r *row) set(c column, value float64) {
	if r.values == nil {
		r.values = make(map[column]float64)
	}
	r.values[c], _ = strconv.ParseFloat(digits(value), 64)
}

// ratio is the peer's figure against ship-it's, if there are both.
func (r row) ratio() (float64, bool) {
	ours, theirs := r.values[shipIt], r.values[peer]
	return theirs / ours, ours > 0 && theirs > 0
}

// cells is a row as text.
func (r row) cells() []string {
	cells := []string{r.name, r.unit}
	for _, c := range columns() {
		cell := ""
		if value, measured := r.values[c]; measured {
			cell = digits(value)
		}
		cells = append(cells, cell)
	}
	if ratio, found := r.ratio(); found {
		return append(cells, digits(ratio))
	}
	return append(cells, "")
}

// digits gives a figure three digits.
func digits(value float64) string {
	switch {
	case value >= 100, value == math.Trunc(value):
		return strconv.FormatFloat(value, 'f', 0, 64)
	case value >= 10:
		return strconv.FormatFloat(value, 'f', 1, 64)
	default:
		return strconv.FormatFloat(value, 'f', 2, 64)
	}
}

// table is all that was measured.
type table []row

func (t *table) add(rows ...row) { *t = append(*t, rows...) }

func heading() []string {
	return []string{"measure", "unit", "gpiomon", "ship-it", "Python", "Python / ship-it"}
}

// print lays the table out for a terminal.
func (t table) print(w io.Writer) error {
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, cells := range t.lines() {
		for _, cell := range cells {
			fmt.Fprintf(out, "%s\t", cell)
		}
		fmt.Fprintln(out)
	}
	return out.Flush()
}

func (t table) lines() [][]string {
	lines := [][]string{heading()}
	for _, r := range t {
		lines = append(lines, r.cells())
	}
	return lines
}

// writeCSV and readCSV keep a table in a file.
func (t table) writeCSV(w io.Writer) error { return csv.NewWriter(w).WriteAll(t.lines()) }

func readCSV(r io.Reader) (table, error) {
	lines, err := csv.NewReader(r).ReadAll()
	if err != nil {
		return nil, err
	}
	if len(lines) == 0 || !slices.Equal(lines[0], heading()) {
		return nil, errors.New("not a table of the bench")
	}
	var t table
	for _, cells := range lines[1:] {
		r := row{name: cells[0], unit: cells[1]}
		for i, c := range columns() {
			if cells[2+i] == "" {
				continue
			}
			value, err := strconv.ParseFloat(cells[2+i], 64)
			if err != nil {
				return nil, err
			}
			r.set(c, value)
		}
		t.add(r)
	}
	return t, nil
}

// quantile is the percentile p of some times, in ms; 0 if there are none.
func quantile(times []time.Duration, p int) float64 {
	if len(times) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(times))
	return inMS(sorted[min(len(sorted)*p/100, len(sorted)-1)])
}
