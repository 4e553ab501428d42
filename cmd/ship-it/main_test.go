package main

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"ship-it.example/gpio"
)

// TestMain makes the test binary the program, too: called as ship-it it is the
// real one, but for the chips that --chip virtual:SOCKET and tripwire:FILE find.
// So a user's binary never has one.
func TestMain(m *testing.M) {
	testscript.Main(hearing{m}, map[string]func(){"ship-it": func() {
		becomeNobody()
		p := program{
			args: os.Args, stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, findChip: findTestChip, root: testRoot(),
			clockDoubt: func(time.Time) bool { return os.Getenv("TEST_NO_CLOCK") != "" },
		}
		os.Exit(p.run(context.Background()))
	}})
}

// hearing is the tests of a process that hangs up as any other. Under nohup it
// wouldn't, and its children neither: signals that are ignored stay so over an
// exec, those that are caught don't (signal(7)).
type hearing struct{ *testing.M }

// Run runs the tests. The program that a test starts isn't run by it.
func (h hearing) Run() int {
	if signal.Ignored(syscall.SIGHUP) {
		signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP)
	}
	return h.M.Run()
}

// testRoot is a machine of which nothing is known, or the one in the folder that
// the environment names.
func testRoot() fs.FS {
	if folder := os.Getenv("TEST_ROOT"); folder != "" {
		return os.DirFS(folder)
	}
	return fstest.MapFS{}
}

// becomeNobody gives root's rights up if the environment asks for that.
func becomeNobody() {
	const nobody = 65534
	if os.Getenv("TEST_AS_NOBODY") == "" || os.Geteuid() != 0 {
		return
	}
	if err := errors.Join(syscall.Setgroups(nil), syscall.Setgid(nobody), syscall.Setuid(nobody)); err != nil {
		panic(err)
	}
}

func findTestChip(selector string) (gpio.Chip, error) {
	if socket, ok := strings.CutPrefix(selector, "virtual:"); ok {
		return newTestChip(socket)
	}
	if file, ok := strings.CutPrefix(selector, "tripwire:"); ok {
		chip, err := gpio.Find("auto")
		return wiredChip{chip, file}, err
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
			env.Defer(func() { // whatever a script that fails has left running
				cmd := exec.Command("ship-it", "stop", "--pidfile", filepath.Join(env.WorkDir, "pid"))
				if out, err := cmd.CombinedOutput(); err != nil {
					t.Errorf("stop: %v\n%s", err, out)
				}
			})
			return os.Chmod(filepath.Dir(env.WorkDir), 0o711) // for nobody
		},
		Condition: func(name string) (bool, error) {
			if name == "root" {
				return os.Geteuid() == 0, nil
			}
			return false, errors.New("unknown condition " + name)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"code": code,
			"mode": mode,
			// toolong writes a script with one line of 1 MB.
			"toolong": func(ts *testscript.TestScript, _ bool, _ []string) {
				ts.Check(os.WriteFile(ts.MkAbs("script"), bytes.Repeat([]byte("x"), 1<<20), 0o600))
			},
			// ctrld writes what a terminal takes for the end of its input.
			"ctrld": func(ts *testscript.TestScript, _ bool, _ []string) {
				ts.Check(os.WriteFile(ts.MkAbs("ctrld"), []byte{4}, 0o600))
			},
		},
	})
}
