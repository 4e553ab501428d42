package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/spf13/pflag"
)

// code runs ship-it and demands an exit code: code N [arguments].
func code(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: code N [arguments]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec("ship-it", args[1:]...)
	got := 0
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("ship-it %q ended with %d, want %d", args[1:], got, want)
	}
}

// mode changes a file's mode: mode 0600 file.
func mode(ts *testscript.TestScript, _ bool, args []string) {
	bits, err := strconv.ParseUint(args[0], 8, 32)
	ts.Check(err)
	ts.Check(os.Chmod(ts.MkAbs(args[1]), os.FileMode(bits)))
}

// TestScriptsTryEverything: every command, flag and exit code stands in a
// script.
func TestScriptsTryEverything(t *testing.T) {
	t.Parallel()
	var calls []string
	names, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			if _, call, found := strings.Cut(" "+line, " code "); found {
				calls = append(calls, call)
			}
		}
	}
	tried := func(words ...string) {
		t.Helper()
		pattern := regexp.MustCompile(`^\d` + strings.Join(words, ` (.* )?`) + `\s`)
		if !slices.ContainsFunc(calls, pattern.MatchString) {
			t.Errorf("no script has a line like: code N%s", strings.Join(words, " ... "))
		}
	}
	root := (&program{}).command()
	for _, cmd := range append(root.Commands(), root) {
		words := []string{""}
		if cmd != root {
			words = append(words, cmd.Name())
		}
		tried(words...)
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			tried(append(words, "--"+f.Name)...)
			if f.Shorthand != "" {
				tried(append(words, "-"+f.Shorthand)...)
			}
		})
	}
	for code, commands := range map[string]string{
		"0": "-d check status stop release pins doctor sim launch log --version --help -h init card",
		"1": "-d -c status release pins doctor sim launch log init card",
		"2": "--foo -d check status stop doctor sim launch log init card",
		"3": "status",
		"4": "-d -c check status stop release pins launch",
		"6": "check pins release doctor sim -d launch log init card",
	} {
		for command := range strings.FieldsSeq(commands) {
			if !slices.ContainsFunc(calls, regexp.MustCompile("^"+code+" "+command+`\s`).MatchString) {
				t.Errorf("no script has a line: code %s %s", code, command)
			}
		}
	}
}
