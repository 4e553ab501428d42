// Command ship-it is the daemon in a deploy box: a Raspberry Pi with an arming
// switch, a launch button, a branch button and a lamp for each target.
//
// This package owns the command line and the wiring: it joins the box
// (shipit), the lines (gpio) and the daemon (daemonize), which don't know each
// other, and owns the words that people read. It decides nothing that the box
// does.
package main

import (
	"context"
	"os"
	"runtime"
	"runtime/debug"

	"ship-it.example/gpio"
)

func main() {
	sparing()
	p := program{args: os.Args, stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, findChip: gpio.Find, root: os.DirFS("/")}
	os.Exit(p.run(context.Background()))
}

// sparing has the runtime take little of the machine, where the environment
// asks for nothing else. The box waits nearly always: with one processor no
// second thread is woken for each timer, and a press is as fast. What it holds
// is less than 1 MB, so its garbage need not grow to Go's usual 4 MB.
func sparing() {
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(1)
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(20)
	}
}
