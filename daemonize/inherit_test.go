package daemonize

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

// The worst of callers: what it is must not show in the daemon, nor in what the
// daemon starts.
func TestNothingInherited(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	childFile := filepath.Join(r.dir, "child")
	// The shell says first what it is like, so that the test can't pass because
	// the caller was a clean one.
	script := `trap '' HUP INT TSTP USR2; umask 077; cd /tmp; exec 7</etc/passwd 9>&1
		block="env --block-signal=USR1"
		$block grep -E '^(Umask|SigIgn|SigBlk)' /proc/self/status; exec $block "$0" "$@"`
	c := exec.CommandContext(t.Context(), "sh", append([]string{"-c", script, self(t)}, r.args("start", "child", childFile)...)...)
	c.Env = append(os.Environ(), "_GO_DAEMON=1", markName+"=2 3 4 5 6 \"a\" \"b\"", "HOME=/root", "LD_PRELOAD=", "SUDO_USER=x", "GODEBUG=madvdontneed=1",
		"PATH="+os.Getenv("PATH")+":/opt/caller", "LANG=C.UTF-8", "LC_TIME=C", "TZ=UTC", "HELPER_X=1", "KEPT=2", "KEPT_NOT=3")
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	said, _ := io.ReadAll(out) // to the end: the daemon has not kept descriptor 9
	if err := c.Wait(); err != nil {
		t.Fatal(err)
	}
	masks, ignored, _ := strings.Cut(string(said), "SigIgn:\t")
	got := masks + sift(ignored)
	want := fmt.Sprintf("Umask:\t0077\nSigBlk:\t%016x\n%016x", mask(unix.SIGUSR1), mask(unix.SIGHUP, unix.SIGINT, unix.SIGTSTP, unix.SIGUSR2))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("caller (-want +got):\n%s", diff)
	}

	pid := r.pid(t)
	text, err := os.ReadFile(childFile)
	if err != nil {
		t.Fatal(err)
	}
	child, _ := strconv.Atoi(string(text))
	t.Cleanup(func() { _ = unix.Kill(child, unix.SIGKILL) })
	// What is blocked shows in the child: in the daemon Go's runtime keeps a
	// thread that blocks nearly all.
	for name, process := range map[string]int{"daemon": pid, "child": child} {
		got := map[string]string{"Umask": procStatus(t, process, "Umask"), "SigIgn": sift(procStatus(t, process, "SigIgn"))}
		got["cwd"], _ = os.Readlink(fmt.Sprintf("/proc/%d/cwd", process))
		if diff := cmp.Diff(map[string]string{"Umask": "0022", "SigIgn": "0000000000000000", "cwd": "/"}, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if blocked := procStatus(t, child, "SigBlk"); blocked != "0000000000000000" {
		t.Errorf("signals blocked in the child: %s", blocked)
	}
	r.checkDescriptors(t, pid, child)
	checkEnvironment(t, child)
	checkMode(t, r.pidFile, 0o644)
	checkMode(t, r.logFile, 0o640)
}

// sift takes the signals 32 and 33 out of a mask of /proc: C libraries keep
// them for themselves, and whoever started the tests may have had them ignored.
func sift(ignored string) string {
	m, err := strconv.ParseUint(strings.TrimSpace(ignored), 16, 64)
	if err != nil {
		return ignored
	}
	return fmt.Sprintf("%016x", m&^mask(32, 33))
}

func mask(sigs ...unix.Signal) (m uint64) {
	for _, s := range sigs {
		m |= 1 << (s - 1)
	}
	return m
}

// checkDescriptors: the daemon has its own and those of Go's runtime, its child
// the standard three alone.
func (r *rig) checkDescriptors(t *testing.T, pid, child int) {
	t.Helper()
	std := map[int]string{0: os.DevNull, 1: r.logFile, 2: r.logFile}
	if diff := cmp.Diff(std, descriptors(t, child)); diff != "" {
		t.Errorf("descriptors of the child (-want +got):\n%s", diff)
	}
	std[daemonLock] = r.pidFile
	got := descriptors(t, pid)
	for fd, path := range got {
		// The poller, its wake-up, a started process, and the runtime's look at
		// its CPU limit; each closed on exec.
		ours := strings.HasPrefix(path, "anon_inode:") || strings.Contains(path, "/cgroup/")
		if _, ok := std[fd]; !ok && ours {
			delete(got, fd)
		}
	}
	if diff := cmp.Diff(std, got); diff != "" {
		t.Errorf("descriptors of the daemon (-want +got):\n%s", diff)
	}
}

func descriptors(t *testing.T, pid int) map[int]string {
	t.Helper()
	dir := fmt.Sprintf("/proc/%d/fd", pid)
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	open := map[int]string{}
	for _, e := range entries {
		fd, _ := strconv.Atoi(e.Name())
		open[fd], _ = os.Readlink(filepath.Join(dir, e.Name()))
	}
	return open
}

// checkEnvironment looks at a child's, which is what the daemon itself has left
// of its own.
func checkEnvironment(t *testing.T, child int) {
	t.Helper()
	block, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", child))
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Split(strings.TrimSuffix(string(block), "\x00"), "\x00")
	slices.Sort(got)
	want := []string{
		"GORACE=" + os.Getenv("GORACE"), "HELPER_X=1", "KEPT=2", "LANG=C.UTF-8", "LC_TIME=C",
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TZ=UTC",
	}
	for _, pair := range os.Environ() {
		if strings.HasPrefix(pair, "LC_") && !strings.HasPrefix(pair, "LC_TIME=") {
			want = append(want, pair)
		}
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("environment (-want +got):\n%s", diff)
	}
}

func checkMode(t *testing.T, path string, want os.FileMode) {
	t.Helper()
	info, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode() != want {
		t.Errorf("%s: mode %v, want %v", path, info.Mode(), want)
	}
}

// A caller without standard descriptors is a caller too.
func TestStandardDescriptorsClosed(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	args := append([]string{"-c", `exec "$0" "$@" <&- >&- 2>&-`, self(t)}, r.args("start", "run", "")...)
	r.checkDescriptorsOf(t, r.started(t, exec.CommandContext(t.Context(), "sh", args...)))
}

func (r *rig) checkDescriptorsOf(t *testing.T, pid int) {
	t.Helper()
	got := descriptors(t, pid)
	for fd, want := range map[int]string{0: os.DevNull, 1: r.logFile, 2: r.logFile, daemonLock: r.pidFile} {
		if got[fd] != want {
			t.Errorf("descriptor %d is %s, want %s", fd, got[fd], want)
		}
	}
}

// Without a log file 1 and 2 are /dev/null, and can be written to.
func TestNoLogFile(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.logFile = ""
	pid := r.start(t, "run", "")
	for _, fd := range []int{1, 2} {
		info, err := os.ReadFile(fmt.Sprintf("/proc/%d/fdinfo/%d", pid, fd))
		if err != nil {
			t.Fatal(err)
		}
		if _, flags, _ := strings.Cut(string(info), "flags:\t"); !strings.HasPrefix(flags, "0100002") {
			t.Errorf("descriptor %d is not open for reading and writing:\n%s", fd, info)
		}
	}
	r.signal(t, unix.SIGHUP) // nothing to reopen, nothing to die of
	r.end(t)
}

// A daemon that opens a terminal doesn't get it as its controlling one, as it
// leads no session.
func TestNoControllingTerminal(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	pid := r.start(t, "terminal", "")
	hasTerminal := false
	for _, path := range descriptors(t, pid) {
		hasTerminal = hasTerminal || strings.HasPrefix(path, "/dev/pts/")
	}
	if !hasTerminal {
		t.Fatal("the daemon has opened no terminal")
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Fatal(err)
	}
	// After the name: state, parent, group, session, terminal
	// (proc_pid_stat(5)).
	fields := strings.Fields(string(stat[strings.LastIndex(string(stat), ")")+1:]))
	if session, tty := fields[3], fields[4]; session == strconv.Itoa(pid) || tty != "0" {
		t.Errorf("process %d: session %s, terminal %s, want another session and no terminal", pid, session, tty)
	}
}
