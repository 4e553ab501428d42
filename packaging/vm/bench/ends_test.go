package bench_test

import (
	"bufio"
	"io"
	"strings"
	"syscall"
	"time"

	"ship-it.example/gpio"
)

// startsAndEnds starts and ends the programs in turn, before there are more
// chips: at start ship-it asks every chip of the machine, and a Raspberry Pi
// has few. The first round only brings the programs' files into memory.
func (b *bench) startsAndEnds() {
	b.tb.Helper()
	ours, theirs := b.newBox(shipIt, "http"), b.newBox(peer, "http")
	chip, err := gpio.Find(ours.sim.Path())
	if err != nil {
		b.tb.Fatal(err)
	}
	var detach, foreground, script, lines, gone, scriptGone []time.Duration
	for i := range startRounds + 1 {
		detached := ours.detach()
		first, _, end := ours.cycle(nil)
		_, free, _ := ours.cycle(chip)
		peerFirst, _, peerEnd := theirs.cycle(nil)
		if i == 0 {
			continue
		}
		detach, foreground, script = append(detach, detached), append(foreground, first), append(script, peerFirst)
		lines, gone, scriptGone = append(lines, free), append(gone, end), append(scriptGone, peerEnd)
	}
	b.table.add(
		median("start to ready, detached (-d)", detach, nil),
		median("start to ready, in the foreground", foreground, script),
		median("TERM while armed to all lines inputs", lines, nil),
		median("TERM while armed to gone", gone, scriptGone),
	)
}

// median is a row of two programs' medians, in ms.
func median(name string, ours, theirs []time.Duration) row {
	r := row{name: name, unit: "ms"}
	r.set(shipIt, quantile(ours, 50))
	if theirs != nil {
		r.set(peer, quantile(theirs, 50))
	}
	return r
}

// detach measures ship-it -d to its return, and ends the daemon again.
func (b *box) detach() time.Duration {
	b.tb.Helper()
	cmd := b.shipIt("-d", "--config", b.path("config.toml"), "--chip", b.sim.Path(),
		"--pidfile", b.path("pid"), "--logfile", b.path("daemon.log"))
	began := time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		b.tb.Fatalf("ship-it -d: %v\n%s", err, out)
	}
	took := time.Since(began)
	if out, err := b.shipIt("stop", "--pidfile", b.path("pid")).CombinedOutput(); err != nil {
		b.tb.Fatalf("ship-it stop: %v\n%s", err, out)
	}
	return took
}

// cycle measures from the start in the foreground to the words that say that
// it is ready, and, once it is armed, from TERM to its end, or to its lines
// being inputs if a chip to ask is given: who asks delays the end.
func (b *box) cycle(chip gpio.Chip) (first, lines, gone time.Duration) {
	b.tb.Helper()
	b.cmd = b.command()
	pipe, err := b.cmd.StderrPipe()
	if err != nil {
		b.tb.Fatal(err)
	}
	log := bufio.NewReader(pipe)
	began := time.Now()
	if err := b.cmd.Start(); err != nil {
		b.tb.Fatal(err)
	}
	b.said(log, readyWords(b.program))
	first = time.Since(began)
	b.pull(armingPin, true)
	b.said(log, "Armed")
	began = time.Now()
	if err := b.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		b.tb.Fatal(err)
	}
	if chip != nil {
		b.free(chip)
		lines = time.Since(began)
	}
	_, _ = io.Copy(io.Discard, log)
	_ = b.cmd.Wait()
	gone = time.Since(began)
	b.pull(armingPin, false)
	return first, lines, gone
}

// said reads up to the line with these words.
func (b *box) said(log *bufio.Reader, words string) {
	b.tb.Helper()
	for {
		line, err := log.ReadString('\n')
		if err != nil {
			b.tb.Fatalf("%s did not say %q: %v", b.program, words, err)
		}
		if strings.Contains(line, words) {
			return
		}
	}
}

// free waits until no line of the box is held. It asks every millisecond, for
// the one processor has to do what it waits for.
func (b *box) free(chip gpio.Chip) {
	b.tb.Helper()
	again := time.NewTicker(time.Millisecond)
	defer again.Stop()
	for _, pin := range []int{blinkerPin, lampOnePin, lampTwoPin, armingPin, branchPin, launchPin} {
		for {
			line, err := chip.Line(pin)
			if err != nil {
				b.tb.Fatal(err)
			}
			if !line.Held && !line.Output {
				break
			}
			<-again.C
		}
	}
}
