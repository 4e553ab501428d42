package recording

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"ship-it.example/gpio"
)

// settings are those of a recording in a folder of the test's own.
func settings(t *testing.T) Settings {
	t.Helper()
	return Settings{
		Path: filepath.Join(t.TempDir(), "box.rec"), Program: "2.1.0 abc", Config: "debounce = \"20ms\"\n[pins]\nblinker = 17\n",
		Inputs: []string{"arming switch", "launch button"},
		Warn:   func(err error) { t.Errorf("warned: %v", err) }, Fault: func(err error) { t.Errorf("panic: %v", err) },
	}
}

// story is a box that is armed, and whose button chatters.
func story(begin time.Time) []gpio.Reading {
	at := func(d time.Duration, sw, launch bool, edge int) gpio.Reading {
		return gpio.Reading{Began: begin.Add(d), Levels: []bool{sw, launch}, Edge: edge}
	}
	return []gpio.Reading{
		at(0, false, true, gpio.NoEdge),
		at(time.Second, true, true, 0),
		at(2*time.Second, true, false, 1),
		at(2*time.Second+100*time.Microsecond, true, false, 1), // away and back
		at(3*time.Second, true, true, gpio.NoEdge),
		at(4*time.Second, false, false, 0), // and the other one without an edge
	}
}

func readBack(t *testing.T, path string) *Recording {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	r, err := Read(file)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestRoundTrip: what was recorded is read back, in the form that doc.go has.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	s := settings(t)
	r, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	begin := time.Now().Add(-time.Minute)
	for _, reading := range story(begin) {
		r.Saw(reading)
	}
	r.Close(time.Minute)
	got := readBack(t, s.Path)
	if since := got.Ended.Sub(begin); since < 0 || since > time.Hour {
		t.Errorf("it ended at %v, and began at %v", got.Ended, begin)
	}
	length := got.Length()
	got.Ended = time.Time{}
	want := &Recording{Program: s.Program, Started: begin, Config: "\n\n\n" + s.Config, Inputs: s.Inputs, Readings: story(begin)}
	if diff := cmp.Diff(want, got, cmpopts.EquateApproxTime(0)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got.Length() != 4*time.Second || length == 4*time.Second {
		t.Errorf("it is %v long, and %v where nobody knows its end", length, got.Length())
	}
	data, err := os.ReadFile(s.Path)
	if err != nil {
		t.Fatal(err)
	}
	if lines := strings.Split(string(data), "\n"); lines[0] != "ship-it recording 1" || lines[1] != "program 2.1.0 abc" ||
		lines[3] != `config debounce = "20ms"` || !strings.HasSuffix(lines[6], " level low arming switch") || !strings.HasSuffix(lines[8], " edge high arming switch") {
		t.Errorf("the file:\n%s", data)
	}
}

// TestFile: a recording is for its owner and its group, whatever the umask is,
// and never over anything that is there.
func TestFile(t *testing.T) {
	was := syscall.Umask(0o077)
	defer syscall.Umask(was)
	s := settings(t)
	r, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(s.Path); err != nil || info.Mode() != fileMode {
		t.Errorf("the file: %v, %v", info, err)
	}
	if _, err := New(s); !errors.Is(err, ErrExists) {
		t.Errorf("a second one over it: %v", err)
	}
	r.Close(time.Minute)
	if _, err := os.Stat(s.Path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a recording of nothing is left: %v", err)
	}
	elsewhere := s.Path + ".elsewhere"
	if err := os.Symlink(elsewhere, s.Path); err != nil {
		t.Fatal(err)
	}
	if _, err := New(s); !errors.Is(err, ErrExists) {
		t.Errorf("over a link: %v", err)
	}
	if _, err := os.Stat(elsewhere); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the link was followed: %v", err)
	}
	s.Path = filepath.Join(s.Path+"-no-such", "file")
	if _, err := New(s); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("in no folder: %v", err)
	}
}

// TestFull: a disk that is full, and a file that is as long as one may be, end
// the recording with one warning; what comes then is no matter.
func TestFull(t *testing.T) {
	t.Parallel()
	for name, size := range map[string]int64{"disk": 0, "file": limit} {
		var warned []error
		full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
		if err != nil {
			t.Skip("no /dev/full here: ", err)
		}
		r := &Recorder{Settings: Settings{Path: name, Warn: func(err error) { warned = append(warned, err) }}, file: full, size: size + 1}
		for range 3 {
			r.write([]byte("x\n"))
		}
		r.end(nil)
		if len(warned) != 1 || name == "disk" && !errors.Is(warned[0], syscall.ENOSPC) {
			t.Errorf("%s: %v", name, warned)
		}
	}
}

// TestLost: readings that come faster than they can be written are counted, and
// nobody waits for them.
func TestLost(t *testing.T) {
	t.Parallel()
	s := settings(t)
	file, err := os.Create(s.Path)
	if err != nil {
		t.Fatal(err)
	}
	r := &Recorder{Settings: s, readings: make(chan gpio.Reading, backlog), quit: make(chan struct{}), done: make(chan struct{}), file: file}
	begin := time.Now()
	for i := range backlog + 7 { // nobody takes them yet
		r.Saw(gpio.Reading{Began: begin.Add(time.Duration(i)), Levels: []bool{i%2 == 0, false}, Edge: 0})
	}
	go func() { r.run(); close(r.done) }()
	r.Close(time.Minute)
	if got := readBack(t, s.Path); got.Lost != 7 || len(got.Readings) != backlog {
		t.Errorf("%d readings, %d lost", len(got.Readings), got.Lost)
	}
}

const head = "ship-it recording 1\nprogram 2.1.0\nstarted 2026-11-24T14:00:00Z 10.000000000\nconfig debounce = \"20ms\"\n"

// TestRead: what is wrong is named with its line, and what was cut off is left
// out.
func TestRead(t *testing.T) {
	t.Parallel()
	const first = "10.000000000 level low a\n10.000000000 level high b\n"
	for _, c := range []struct{ name, text, err string }{
		{"empty", "", "line 1 is the end"},
		{"something else", "hello\n", `line 1 is not "ship-it recording 1"`},
		{"a newer one", "ship-it recording 2\n", "recording of another version: 2, and this program knows 1"},
		{"no edges", head, "line 5 is the end, and nothing was seen"},
		{"no start", "ship-it recording 1\n" + first, `line 2 has an edge, and no lines "program" and "started"`},
		{"no times", "ship-it recording 1\nstarted now\n", "line 2 has no two times"},
		{"back", head + first + "9.000000000 edge low a\n", "line 7 goes back in time"},
		{"a year", head + first + "99999999.000000000 edge low a\n", "line 7 is later than"},
		{"no time", head + "soon edge low a\n", `line 5 begins with "soon", which is no time`},
		{"short time", head + "10.5 edge low a\n", "which is no time"},
		{"no level", head + "10.000000000 edge up a\n", "line 5 is no edge"},
		{"no word", head + "10.000000000 rise low a\n", "line 5 is no edge"},
		{"no name", head + "10.000000000 edge low\n", "line 5 is no edge"},
		{"unknown line", head + first + "11.000000000 edge low c\n", `line 7 has a line "c"`},
		{"twice", head + first + "11.000000000 level low a\n11.000000000 edge low a\n", `line 8 has "a" a second time`},
		{"two edges", head + first + "11.000000000 edge low a\n11.000000000 edge low b\n", "line 8 has a second edge"},
		{"nothing lost", head + first + "11.000000000 lost 0\n", `line 7 has lost "0"`},
		{"late configuration", head + first + "config x = 1\n", `begins with "config"`},
		{"behind the end", head + first + "11.000000000 end\n11.000000000 edge low a\n", "line 8 is behind the end"},
		{"end of nothing", head + "11.000000000 end\n", "line 5 is no edge"},
		{"end", head + first + "11.000000000 end\n", ""},
		{"control", head + "10.000000000 edge low \x1b[31m\n", "line 5 is no text"},
		{"as on Windows", strings.ReplaceAll(head+first, "\n", "\r\n"), "line 1 ends in a carriage return"},
		{"no UTF-8", head + "10.000000000 edge low \xff\n", "line 5 is no text"},
		{"long", head + strings.Repeat("x", maxLine+1) + "\n", "line 5 is longer"},
		{"good", head + first + "11.000000000 lost 3\n11.000000000 edge low a\n", ""},
		{"cut off", head + first + "11.000000000 ed", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r, err := Read(strings.NewReader(c.text))
			switch {
			case c.err == "" && err != nil:
				t.Error(err)
			case c.err == "" && (r.CutOff != (c.name == "cut off") || len(r.Readings)+r.Lost/3 != 1+strings.Count(c.text, "lost")*2):
				t.Errorf("read %+v", r)
			case c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err) || !errors.Is(err, ErrRecording) && !errors.Is(err, ErrVersion)):
				t.Errorf("error %v, want %q", err, c.err)
			}
		})
	}
}

// FuzzRead: whatever the file holds, it is a recording whose readings go forward
// and have all their lines, or an error that names a line; and what was read is
// the same once more when it is written again.
func FuzzRead(f *testing.F) {
	f.Add([]byte(head + "10.000000000 level low a\n10.000000000 level high b b\n11.000000001 edge low b b\n11.000000001 level high a\n12.000000000 lost 4\n13.000000000 end\n"))
	f.Add([]byte(head + "10.000000000 edge low a\n11.000000001 edge low a"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := Read(bytes.NewReader(data))
		if err != nil {
			if !errors.Is(err, ErrRecording) && !errors.Is(err, ErrVersion) {
				t.Errorf("error %v", err)
			}
			return
		}
		for i, reading := range r.Readings {
			if len(reading.Levels) != len(r.Inputs) || reading.Edge < gpio.NoEdge || reading.Edge >= len(r.Inputs) || i > 0 && !reading.Began.After(r.Readings[i-1].Began) {
				t.Fatalf("reading %d of %v: %+v", i, r.Inputs, reading)
			}
		}
		var again bytes.Buffer
		w := Recorder{Settings: Settings{Program: r.Program, Config: r.Config, Inputs: r.Inputs}, began: r.Started, clock: time.Hour}
		w.head(&again)
		w.levels = make([]bool, len(r.Inputs))
		for i, reading := range r.Readings {
			if i == 0 { // it has every line
				for n := range reading.Levels {
					w.levels[n] = !reading.Levels[n]
				}
			}
			w.format(&again, reading)
		}
		second, err := Read(&again)
		if err != nil {
			t.Fatalf("%v in\n%s", err, again.String())
		}
		if diff := cmp.Diff(r.Readings, second.Readings); diff != "" {
			t.Errorf("(-first +second):\n%s", diff)
		}
	})
}

// BenchmarkSaw prints what a reading costs the reader of the inputs.
func BenchmarkSaw(b *testing.B) {
	r, err := New(Settings{Path: filepath.Join(b.TempDir(), "box.rec"), Inputs: []string{"a", "b", "c"}, Warn: func(error) {}, Fault: func(error) {}})
	if err != nil {
		b.Fatal(err)
	}
	reading := gpio.Reading{Began: time.Now(), Levels: []bool{true, false, true}, Edge: 1}
	for b.Loop() {
		r.Saw(reading)
	}
	r.Close(time.Minute)
}
