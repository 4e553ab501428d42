package journal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"ship-it.example/shipit"
)

// TestTornAhead cuts what is written ahead at every byte: whatever is left, the
// box starts, goes on with what can be read, and can launch.
func TestTornAhead(t *testing.T) {
	t.Parallel()
	name := path(t)
	b := open(t, name)
	b.Update(started(b.begin("A")))
	b.jobs.wait(limit)
	b.begin("B")
	b.crash()
	whole, err := os.ReadFile(ahead(name))
	if err != nil {
		t.Fatal(err)
	}
	for n := range whole {
		name := path(t)
		write(t, ahead(name), string(whole[:n]))
		b := open(t, name, func(s *Settings) { s.Boot = "2" })
		lines := strings.Count(string(whole[:n]), "\n")
		if b.err != nil || len(b.mine) != min(lines, 1+lines/4) {
			t.Fatalf("after %d bytes it goes on with %v, %v", n, b.mine, b.err)
		}
		if torn := n > 0 && whole[n-1] != '\n'; torn != strings.Contains(b.log.String(), "was torn") {
			t.Errorf("after %d bytes the log has %s", n, b.log)
		}
		b.Close(passed(b.begin("C")))
		b.end()
		if log, err := Read(name); err != nil || log.Bad != 0 || len(log.Lines) != 1 {
			t.Fatalf("after %d bytes there is %+v, %v", n, log, err)
		}
	}
}

// TestTornJournal cuts the journal itself at every byte: no line but the last is
// lost, and the next one stands by itself.
func TestTornJournal(t *testing.T) {
	t.Parallel()
	name := path(t)
	b := open(t, name)
	b.Close(passed(b.begin("A")))
	b.Close(passed(b.begin("B")))
	b.end()
	whole, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for n := range whole {
		for _, restart := range []bool{true, false} { // or the disk was full for a moment
			name := path(t)
			b := open(t, name)
			write(t, name, string(whole[:n]))
			if restart {
				b.end()
				b = open(t, name)
			}
			b.Close(passed(b.begin("C")))
			b.end()
			log, err := Read(name)
			want := strings.Count(string(whole[:n])+"\n", "}\n") + 1
			if err != nil || len(log.Lines) != want || restart && log.Bad > 0 || log.Bad > 1 {
				t.Fatalf("after %d bytes, restart %t: %+v, %v, want %d lines", n, restart, log, err, want)
			}
		}
	}
}

// TestGarbage: what was never written ahead is put aside, with its name in the
// log, and what can be read among it counts.
func TestGarbage(t *testing.T) {
	t.Parallel()
	for _, garbage := range []string{"\n\x00\xff\n", strings.Repeat("x", 1<<20) + "\n", "{}\n[]\n{\"id\":7}\n", "null\n\"\"\n"} {
		name := path(t)
		b := open(t, name)
		b.begin("A")
		b.crash()
		before, err := os.ReadFile(ahead(name))
		if err != nil {
			t.Fatal(err)
		}
		write(t, ahead(name), garbage+string(before)+garbage)
		b = open(t, name)
		if b.err != nil || len(b.mine) != 1 || b.mine[0].Target != "A" {
			t.Errorf("%.10q: goes on with %v, %v", garbage, b.mine, b.err)
		}
		aside := ahead(name) + ".bad"
		if bad := size(t, aside) > 0; bad != strings.Contains(b.log.String(), "put aside as "+aside) || !bad && garbage[0] != 'n' {
			t.Errorf("%.10q: aside %t, log %s", garbage, bad, b.log)
		}
		b.begin("B")
		b.crash()
		if b = open(t, name); len(b.mine) != 2 {
			t.Errorf("%.10q: the run after that goes on with %v", garbage, b.mine)
		}
	}
}

// TestForeignLines: what others have written into the journal is told to be
// that, and hides nothing that is ours.
func TestForeignLines(t *testing.T) {
	t.Parallel()
	name := path(t)
	const ours = `{"time":"2026-11-24T10:00:00Z","kind":"launch","id":"I","target":"A","answer":"started","outcome":"passed"}`
	for foreign, bad := range map[string]int{
		"hello\n": 1, "{}\nnull\n": 2, `{"a":1}` + "\n": 1, `{"id":"I","kind":"lunch"}` + "\n\n": 1,
	} {
		write(t, name, foreign+ours+"\n"+foreign+`{"b":`)
		checkJournal(t, name, fmt.Sprintf("launch A: started, passed\nbad %d\n", 2*bad))
	}
	write(t, name, ours+"\n"+`{"a":1}`)
	checkJournal(t, name, "launch A: started, passed\nbad 1\n")
	write(t, name, ours)
	checkJournal(t, name, "launch A: started, passed\n")
}

// TestUnwritable: what isn't ours is not written to, and nothing can be
// reserved; once it can be, a reserve does.
func TestUnwritable(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name  string
		spoil func(name string) error
		mend  func(name string) error
		want  error
	}{
		{"a link", func(n string) error { return os.Symlink("elsewhere", ahead(n)) }, func(n string) error { return os.Remove(ahead(n)) }, errForeign},
		{"the journal a link", func(n string) error { return os.Symlink("elsewhere", n) }, os.Remove, errForeign},
		{"two names", func(n string) error {
			return errors.Join(os.WriteFile(ahead(n), nil, 0o600), os.Link(ahead(n), n+".link"))
		}, func(n string) error { return os.Remove(n + ".link") }, errForeign},
		{"a pipe", func(n string) error { return syscall.Mkfifo(n, 0o600) }, os.Remove, errForeign},
		{"a device", func(n string) error { return unix.Mknod(n, unix.S_IFCHR|0o600, 1<<8|3) }, os.Remove, ErrDevice}, // /dev/null
		{"a folder", func(n string) error { return os.Mkdir(n, 0o700) }, os.Remove, errForeign},
		{"no folder", func(n string) error { return os.Remove(filepath.Dir(n)) }, func(n string) error { return os.Mkdir(filepath.Dir(n), 0o755) }, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			name := path(t)
			switch err := errors.Join(os.Mkdir(filepath.Dir(name), 0o755), c.spoil(name)); {
			case errors.Is(err, fs.ErrPermission):
				t.Skip(err)
			case err != nil:
				t.Fatal(err)
			}
			b := open(t, name)
			if _, err := b.Reserve(t.Context()); !errors.Is(err, c.want) {
				t.Fatalf("reserve: %v, want %v", err, c.want)
			}
			if c.want == nil {
				return
			}
			if info, err := os.Lstat(name); err == nil && !info.Mode().IsRegular() {
				if _, err := os.Lstat(ahead(name)); !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("something was made beside it: %v", err)
				}
			}
			b.Close(shipit.Record{Kind: shipit.KindRefusal, Target: "A", What: "arming", Refusal: "can't record"})
			if err := c.mend(name); err != nil {
				t.Fatal(err)
			}
			b.Close(passed(b.begin("A")))
			b.end()
			checkJournal(t, name, "refusal A: can't record\nlaunch A: started, passed\n")
			if _, err := os.Lstat(filepath.Join(filepath.Dir(name), "elsewhere")); !errors.Is(err, fs.ErrNotExist) {
				t.Error("the link was followed")
			}
		})
	}
}

// disk is a file system of a few pages.
func disk(t *testing.T, options string) string {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root can mount a disk")
	}
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, options); err != nil {
		t.Skipf("no disk can be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// fill takes all room that a disk has left.
func fill(t *testing.T, dir string) {
	t.Helper()
	file, err := os.Create(filepath.Join(dir, "ballast"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for err == nil {
		_, err = file.Write(make([]byte, 4096))
	}
	if !errors.Is(err, unix.ENOSPC) {
		t.Fatal(err)
	}
}

// TestFullDisk: what was reserved can be recorded though the disk is full by
// then; nothing more can be reserved, and can be again once there is room. A
// refusal that finds none is not lost.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	dir := disk(t, "size=256k")
	name := filepath.Join(dir, "journal.jsonl")
	b := open(t, name)
	id := b.reserve()
	fill(t, dir)
	r := shipit.Record{Time: time.Now(), Kind: shipit.KindLaunch, ID: id, Target: "A"}
	if err := b.Begin(r); err != nil {
		t.Fatal(err)
	}
	r.Reason = strings.Repeat("why ", 10000)
	for range 3 {
		b.Update(started(r))
	}
	b.Close(passed(r))
	b.jobs.wait(limit)
	checkJournal(t, name, "launch A: started, passed\n")
	_, err := b.Reserve(t.Context())
	if !errors.Is(err, unix.ENOSPC) || !strings.HasPrefix(err.Error(), "write "+name) || !strings.HasSuffix(err.Error(), ": no space left on device") {
		t.Errorf("reserve on a full disk: %v", err)
	}
	for range 2000 { // beyond the room that is left in the last page
		b.Close(shipit.Record{Time: time.Now(), Kind: shipit.KindRefusal, Target: "A", What: "arming", Refusal: "can't record"})
	}
	b.jobs.wait(limit)
	if n := strings.Count(b.log.String(), "no space left"); n != 1 {
		t.Errorf("the log complains %d times:\n%s", n, b.log)
	}
	before := strings.Count(read(t, name), "\n")
	if err := os.Remove(filepath.Join(dir, "ballast")); err != nil {
		t.Fatal(err)
	}
	b.Release(b.reserve())
	b.jobs.wait(limit)
	if after := strings.Count(read(t, name), "\n"); after != before+maxRefused {
		t.Errorf("of the refusals that waited %d are kept, want %d", after-before, maxRefused)
	}
}

// TestDiskFillsUp: a launch whose line finds no room, since the journal was
// rotated away with what was made for it, stays ahead and gets its line later.
func TestDiskFillsUp(t *testing.T) {
	t.Parallel()
	dir := disk(t, "size=256k")
	name := filepath.Join(dir, "journal.jsonl")
	b := open(t, name)
	r := b.begin("A")
	if err := os.Rename(name, rotated(name)); err != nil {
		t.Fatal(err)
	}
	fill(t, dir)
	b.Close(passed(r))
	b.crash()
	checkJournal(t, name, "open launch A: started, passed\n")
	if !strings.Contains(b.log.String(), "Can't record: write "+name) {
		t.Errorf("the log has %s", b.log)
	}
	if err := os.Remove(filepath.Join(dir, "ballast")); err != nil {
		t.Fatal(err)
	}
	b = open(t, name)
	b.jobs.wait(limit)
	checkJournal(t, name, "launch A: started, passed\n")
}

// TestReadOnly: a disk that has become read-only is told at the next arming.
func TestReadOnly(t *testing.T) {
	t.Parallel()
	dir := disk(t, "size=256k")
	b := open(t, filepath.Join(dir, "journal.jsonl"))
	b.begin("A")
	b.jobs.wait(limit)
	b.mu.Lock()
	b.ahead.Close() // who has a file open for writing keeps the disk from becoming so
	b.ahead = nil
	b.mu.Unlock()
	if err := unix.Mount("", dir, "", unix.MS_REMOUNT|unix.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Reserve(t.Context()); !errors.Is(err, unix.EROFS) {
		t.Errorf("reserve: %v", err)
	}
}

// FuzzRead: whatever stands in the files, it can be read, and a run can begin.
func FuzzRead(f *testing.F) {
	f.Add([]byte("{\"id\":\"A\",\"kind\":\"launch\"}\n"), []byte("{\"step\":\"pressed\",\"id\":\"B\"}\n{\"step\""))
	f.Add([]byte("\n\n{"), []byte("\x00\x00"))
	f.Add([]byte("{\"time\":\"x\"}\n"), []byte("{\"step\":\"reserved\",\"id\":\"B\"}\n{\"step\":\"closed\",\"id\":\"B\"}\n"))
	f.Fuzz(func(t *testing.T, lines, before []byte) {
		name := path(t)
		write(t, name, string(lines))
		write(t, ahead(name), string(before))
		if _, err := Read(name); err != nil {
			t.Fatal(err)
		}
		b := open(t, name)
		if b.err != nil {
			t.Fatal(b.err)
		}
		b.Close(passed(b.begin("new")))
		b.end()
		log, err := Read(name)
		if err != nil || !strings.Contains(read(t, name), "launch new: started, passed\n") {
			t.Fatalf("%+v, %v", log, err)
		}
	})
}

// TestNoParent: a path whose folder has no folder is told with the remedy.
func TestNoParent(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	b := open(t, filepath.Join(dir, "missing", "ship-it", "journal.jsonl"))
	_, err := b.Reserve(t.Context())
	if want := "make " + filepath.Join(dir, "missing") + " first"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("reserve: %v, want %q in it", err, want)
	}
}
