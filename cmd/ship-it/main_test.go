package main

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"ship-it.example/gpio"
)

// TestMain makes the test binary the program, too: called as ship-it it is the
// real one, but for the chips that --chip virtual:SOCKET finds. So a user's
// binary never has one.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"ship-it": func() {
		p := program{args: os.Args, stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, findChip: findTestChip}
		os.Exit(p.run(context.Background()))
	}})
}

func findTestChip(selector string) (gpio.Chip, error) {
	if socket, ok := strings.CutPrefix(selector, "virtual:"); ok {
		return newTestChip(socket)
	}
	return gpio.Find(selector)
}

// TestScripts plays the scripts: a user at a shell.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("HOME", env.WorkDir)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"code": code,
			"mode": mode,
			// toolong writes a script with one line of 1 MB.
			"toolong": func(ts *testscript.TestScript, _ bool, _ []string) {
				ts.Check(os.WriteFile(ts.MkAbs("script"), bytes.Repeat([]byte("x"), 1<<20), 0o600))
			},
		},
	})
}
