package config_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ship-it.example/shipit/config"
)

// TestBad walks testdata/bad: one small file for each mistake. A file begins
// with the messages that are expected of it, one a line, each as a comment
// without its space: "#:3: debounce: ...".
func TestBad(t *testing.T) {
	t.Parallel()
	dir := private(t, "testdata/bad")
	files, err := filepath.Glob(filepath.Join(dir, "*.toml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no bad files: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".toml"), func(t *testing.T) {
			t.Parallel()
			c, err := config.Load(file, config.WithSecrets(environment(nil)), config.WithSoundCheck(riff))
			if c != nil {
				t.Error("there is a configuration beside the error")
			}
			if diff := cmp.Diff(expected(t, file), messages(t, err)); diff != "" {
				t.Errorf("mistakes (-want +got):\n%s", diff)
			}
		})
	}
}

// riff is a check of sounds.
func riff(wav []byte) error {
	if !bytes.HasPrefix(wav, []byte("RIFF")) || !bytes.Contains(wav, []byte("WAVE")) {
		return errors.New("not a WAV file; convert it")
	}
	return nil
}

// expected reads what a bad file says of itself.
func expected(t *testing.T, file string) []string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for line := range strings.Lines(string(data)) {
		message, found := strings.CutPrefix(line, "#:")
		if !found {
			break
		}
		want = append(want, ":"+strings.TrimSuffix(message, "\n"))
	}
	return want
}

// messages is what an error says to people, without the file's name.
func messages(t *testing.T, err error) []string {
	t.Helper()
	mistakes, ok := errors.AsType[*config.Mistakes](err)
	if !ok {
		t.Fatalf("error %v is no *Mistakes", err)
	}
	var got []string
	for _, m := range mistakes.List {
		if m.Text == "" || m.Remedy == "" {
			t.Errorf("%v has no text or no remedy", m)
		}
		message := strings.TrimPrefix(m.String(), m.File)
		if filepath.IsAbs(m.File) {
			message = strings.ReplaceAll(message, filepath.Dir(m.File), "DIR")
		}
		got = append(got, message)
	}
	return got
}

// private copies a folder's files to a place of the test's own, with modes
// that no rule objects to, whatever the umask of the checkout was.
func private(t *testing.T, from string) string {
	t.Helper()
	dir := t.TempDir()
	files, err := os.ReadDir(from)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		data, err := os.ReadFile(filepath.Join(from, file.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, file.Name()), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// environment is a lookup function over a map.
func environment(variables map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		value, ok := variables[name]
		return value, ok
	}
}

// TestLongNames: a place's name is as long as somebody likes, a message isn't.
func TestLongNames(t *testing.T) {
	t.Parallel()
	name := strings.Repeat("p", 3000)
	for _, value := range []string{"", name + ` = 1, `, name + ` = "", `, name + ` = " x", `, name + ` = "\u0007", `, name[1:] + ` = "x", `, `x = "x", `} {
		_, err := config.Parse([]byte(`[webhook.ci]
url = "https://ci.example.com"
launch = { path = "/{`+name+`}" }
[[target]]
name = "A"
led = 22
webhook = { `+value+`server = "ci" }
`), "config.toml")
		for _, m := range messages(t, err) {
			if len(m) > 400 {
				t.Errorf("%s: %d bytes: %s", value, len(m), m)
			}
		}
	}
}
