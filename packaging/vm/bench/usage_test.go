package bench_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// usage is what processes have used so far.
type usage struct {
	cpu      time.Duration
	switches int // of context, over all threads: each is a wake-up, or the want of the processor
	resident float64
}

// usage watches all boxes at once for a time, and tells what a box
// of each kind used.
func (b *bench) usage(state string, d time.Duration) {
	b.tb.Helper()
	before := make(map[*kind]usage)
	for _, k := range b.kinds[1:] {
		before[k] = b.used(k)
	}
	began := time.Now()
	b.rest(d)
	seconds := time.Since(began).Seconds()
	for _, web := range []string{"http", "https"} {
		switches := row{name: "wake-ups " + state + ", " + web, unit: "/s"}
		cpu := row{name: "CPU time " + state + ", " + web, unit: "ms/s"}
		resident := row{name: "resident memory " + state + ", " + web, unit: "MB"}
		for _, k := range b.kinds[1:] {
			if k.web != web {
				continue
			}
			was, is := before[k], b.used(k)
			boxes := float64(len(k.boxes))
			switches.set(k.name, float64(is.switches-was.switches)/boxes/seconds)
			cpu.set(k.name, inMS(is.cpu-was.cpu)/boxes/seconds)
			resident.set(k.name, is.resident/boxes)
		}
		b.table.add(switches, cpu, resident)
	}
}

// used asks the kernel, for all threads of the processes of a kind's boxes.
func (b *bench) used(k *kind) usage {
	b.tb.Helper()
	var u usage
	for _, box := range k.boxes {
		process := fmt.Sprintf("/proc/%d", box.cmd.Process.Pid)
		tasks, err := filepath.Glob(process + "/task/*")
		if err != nil {
			b.tb.Fatal(err)
		}
		u.resident += float64(field(b.tb, process+"/status", "VmRSS:")) / 1024
		for _, task := range tasks {
			status := task + "/status"
			u.switches += field(b.tb, status, "voluntary_ctxt_switches:") + field(b.tb, status, "nonvoluntary_ctxt_switches:")
			u.cpu += time.Duration(field(b.tb, task+"/schedstat", "")) // the first number: ns on the processor
		}
	}
	return u
}

// field is the number behind a key at the beginning of a line.
func field(tb testing.TB, path, key string) int {
	tb.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if rest, found := strings.CutPrefix(line, key); found {
			n, err := strconv.Atoi(strings.Fields(rest)[0])
			if err != nil {
				tb.Fatal(err)
			}
			return n
		}
	}
	tb.Fatalf("%s has no %s", path, key)
	return 0
}

func inMS(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e6 }
