package main

import (
	"debug/buildinfo"
	"debug/elf"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// check tells what is wrong with a program that has to be static and built
// with the settings that are given.
func check(path string, settings []string) error {
	dynamic, err := needsLibraries(path)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	info, err := buildinfo.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read how %s was built: %w", path, err)
	}
	var mistakes []error
	if dynamic {
		mistakes = append(mistakes, fmt.Errorf("%s is not static: build it with CGO_ENABLED=0", path))
	}
	for _, want := range settings {
		key, _, _ := strings.Cut(want, "=")
		if got := key + "=" + setting(info, key); got != want {
			mistakes = append(mistakes, fmt.Errorf("%s was built with %s, not %s", path, got, want))
		}
	}
	return errors.Join(mistakes...)
}

// needsLibraries tells whether the kernel would call a loader for the program:
// it names an interpreter or a library.
func needsLibraries(path string) (bool, error) {
	file, err := elf.Open(path)
	if err != nil {
		return false, fmt.Errorf("no program for Linux: %w", err)
	}
	defer func() { _ = file.Close() }() // nothing was written
	if slices.ContainsFunc(file.Progs, func(p *elf.Prog) bool { return p.Type == elf.PT_INTERP }) {
		return true, nil
	}
	libraries, err := file.ImportedLibraries()
	if err != nil {
		return false, fmt.Errorf("read its libraries: %w", err)
	}
	return len(libraries) > 0, nil
}

// setting is a setting of the build, empty if there is none.
func setting(info *buildinfo.BuildInfo, key string) string {
	for _, s := range info.Settings {
		if s.Key == key {
			return s.Value
		}
	}
	return ""
}
