package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// BenchmarkCrowd measures a whole box in a process of its own with no client on
// its socket, and with a hundred that read nothing: from a contact to the
// request at the server, debounce time taken off, and resident memory before
// they come and after the launch. Each turn is a box of its own; take
// -benchtime=50x for a 99th percentile that means something.
func BenchmarkCrowd(b *testing.B) {
	for _, n := range []int{0, 100} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			var times []time.Duration
			var before, after []float64
			for b.Loop() {
				p := newPlace(b)
				r := p.start()
				pid := r.cmd.Process.Pid
				before = append(before, resident(b, pid))
				p.crowd(n)
				h := p.hand()
				h.arm()
				<-time.After(2 * time.Second) // it blinks, and they are all told
				began := time.Now()
				h.press()
				<-p.asked
				times = append(times, time.Since(began)-5*ms)
				r.waitLog("Triggered a build")
				after = append(after, resident(b, pid))
				r.signal(syscall.SIGTERM)
				r.end()
			}
			report(b, times, "beyond-debounce")
			b.ReportMetric(slices.Max(before), "MB-before")
			b.ReportMetric(slices.Max(after), "MB-after")
		})
	}
}

// resident is the memory of a process, in MB.
func resident(b *testing.B, pid int) float64 {
	b.Helper()
	return float64(status(b, filepath.Join("/proc", strconv.Itoa(pid), "status"), "VmRSS:")) / 1024
}
