package bench_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// original is the median from press to request of the Python program that
// ship-it ports, as it was measured once in such a machine. It isn't measured
// again.
const original = 770 * time.Millisecond

// results is where the host looks for files.
const results = "/run/host/results"

// latencies makes rows of what the presses took.
func (b *bench) latencies() {
	b.tb.Helper()
	least := b.kinds[0] // the floor
	for _, p := range []int{50, 90, 99} {
		for _, web := range []string{"http", "https"} {
			r := row{name: fmt.Sprintf("press to request, %s, p%d", web, p), unit: "ms"}
			r.set(floor, quantile(least.took, p))
			for _, k := range b.kinds[1:] {
				if k.web == web {
					r.set(k.name, quantile(k.took, p))
				}
			}
			b.table.add(r)
		}
	}
	for _, web := range []string{"http", "https"} {
		bound := row{name: "p50, " + web + ", in debounce time + gpiomon's", unit: "×"}
		better := row{name: "the original's 770 ms in p50, " + web, unit: "×"}
		for _, k := range b.kinds[1:] {
			if p50 := quantile(k.took, 50); k.web == web && p50 > 0 {
				bound.set(k.name, p50/(inMS(debounce)+quantile(least.took, 50)))
				better.set(k.name, inMS(original)/p50)
			}
		}
		b.table.add(bound, better)
	}
}

// report prints the table, and leaves it and its picture to the host.
func (b *bench) report(presses int, stalls string) {
	b.tb.Helper()
	fmt.Println()
	if err := b.table.print(os.Stdout); err != nil {
		b.tb.Error(err)
	}
	fmt.Printf("\n%d presses of 100 ms for each press to request; gpiomon's is from press to its line in a pipe.\n%s\n", presses, stalls)
	if err := os.MkdirAll(results, 0o755); err != nil {
		b.tb.Error(err)
	}
	b.leave("bench.csv", b.table.writeCSV)
	b.leave("bench.svg", b.table.draw)
}

func (b *bench) leave(name string, write func(io.Writer) error) {
	b.tb.Helper()
	file, err := os.Create(filepath.Join(results, name))
	if err != nil {
		b.tb.Fatal(err)
	}
	if err := write(file); err != nil {
		b.tb.Error(err)
	}
	if err := file.Close(); err != nil {
		b.tb.Error(err)
	}
}
