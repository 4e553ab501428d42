package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// build builds the program of a folder of this module.
func build(t *testing.T, folder string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ship-it")
	cmd := exec.Command("go", "build", "-trimpath", "-o", path, folder)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("building %s: %v\n%s", folder, err, out)
	}
	return path
}

// The gate takes what is right and names all that isn't.
func TestCheck(t *testing.T) {
	t.Parallel()
	program := build(t, ".")
	if err := run([]string{"check", program, "CGO_ENABLED=0", "-trimpath=true"}, nil); err != nil {
		t.Error(err)
	}
	err := run([]string{"check", program, "CGO_ENABLED=1", "-trimpath=true", "GOARM=6"}, nil)
	want := program + " was built with CGO_ENABLED=0, not CGO_ENABLED=1\n" + program + " was built with GOARM=, not GOARM=6"
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want:\n%s", err, want)
	}
}

func TestCheckOfWhatIsNone(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"main.go": "main.go: no program for Linux",
		"nothing": "nothing: no program for Linux: open nothing: no such file",
		"/bin/sh": "read how /bin/sh was built",
		".":       "no program for Linux",
	} {
		if err := run([]string{"check", path}, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", path, err, want)
		}
	}
}

// A shell of Debian takes libc from the system, which the gate has to see.
func TestNeedsLibraries(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]bool{"/bin/sh": true, build(t, "."): false} {
		if got, err := needsLibraries(path); err != nil || got != want {
			t.Errorf("%s: %t, %v, want %t", path, got, err, want)
		}
	}
}

// The list is what CycloneDX asks for, names every module that the program has, and is the same each time.
func TestSBOM(t *testing.T) {
	t.Parallel()
	program := build(t, "../../cmd/ship-it")
	var out, again bytes.Buffer
	for _, w := range []*bytes.Buffer{&out, &again} {
		if err := run([]string{"sbom", "ship-it", "2.1.0", program}, w); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(out.String(), again.String()); diff != "" {
		t.Errorf("a second list, -first +second:\n%s", diff)
	}
	var doc document
	decoder := json.NewDecoder(&out)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&doc); err != nil {
		t.Fatal(err)
	}
	if main := doc.Metadata.Component; main.Name != "ship-it" || main.Version != "2.1.0" || len(main.Components) != 1 {
		t.Errorf("source: %+v", main)
	}
	if doc.BOMFormat != "CycloneDX" || doc.SpecVersion != "1.5" || doc.Version != 1 {
		t.Errorf("head: %q %q %d", doc.BOMFormat, doc.SpecVersion, doc.Version)
	}
	serial := regexp.MustCompile(`^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
	if !serial.MatchString(doc.SerialNumber) {
		t.Errorf("serial number: %q", doc.SerialNumber)
	}
	refs := []string{}
	for _, c := range doc.Components {
		if c.Type != "library" || c.Version == "" || c.PURL != "pkg:golang/"+c.Name+"@"+c.Version {
			t.Errorf("component: %+v", c)
		}
		refs = append(refs, c.Ref)
	}
	if len(doc.Dependencies) != 1 || !slices.Equal(doc.Dependencies[0].DependsOn, refs) || len(slices.Compact(refs)) != len(doc.Components) {
		t.Errorf("it depends on %v; there are %v", doc.Dependencies, refs)
	}
	for _, name := range []string{"std", "github.com/spf13/cobra", "periph.io/x/host/v3", "github.com/sevlyar/go-daemon"} {
		if !slices.ContainsFunc(doc.Components, func(c component) bool { return c.Name == name }) {
			t.Errorf("no %s in %v", name, refs)
		}
	}
}

func TestUsage(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{nil, {"check"}, {"sbom", "ship-it", "2.1.0"}, {"weigh", "x"}} {
		if err := run(args, nil); err == nil || !strings.HasPrefix(err.Error(), "usage: ") {
			t.Errorf("%v: %v", args, err)
		}
	}
}

// Programs of two sources make no list.
func TestSBOMOfTwoSources(t *testing.T) {
	t.Parallel()
	gofmt, err := exec.LookPath("gofmt")
	if err != nil {
		t.Skip("no gofmt here, a Go program of another source")
	}
	err = run([]string{"sbom", "ship-it", "2.1.0", build(t, "."), gofmt}, nil)
	if err == nil || !strings.Contains(err.Error(), "the others of ship-it.example") {
		t.Error(err)
	}
}
