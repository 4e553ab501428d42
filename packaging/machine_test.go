package packaging_test

import (
	"bufio"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Where things stand in a machine.
const (
	binaryPath  = "/usr/local/sbin/ship-it"
	scriptPath  = "/etc/init.d/ship-it"
	defaultPath = "/etc/default/ship-it"
	configPath  = "/etc/ship-it/config.toml"
	pidfilePath = "/run/ship-it/ship-it.pid"
	byHandPath  = "/run/ship-it.pid" // of ship-it -d without the init script
	logPath     = "/var/log/ship-it.log"
)

// bootScript makes a root file system in memory under $1 and stays as its process 1, which takes in
// orphans as init does, until its input ends. The programs are those of the host, for reading only;
// everything that a service writes is its own. With more arguments (this folder, the daemon's binary, its
// chip, its configuration) it installs the service.
const bootScript = `
set -e
mount -t tmpfs -o mode=0755 machine "$1"
cd "$1"
for dir in bin sbin lib lib32 lib64 libx32 usr; do
	if [ -L /$dir ]; then
		cp -P /$dir .
	elif [ -d /$dir ]; then
		mkdir $dir
		mount --bind /$dir $dir
		mount -o remount,bind,ro $dir
	fi
done
mount -t tmpfs -o mode=0755 local usr/local
mkdir -p dev etc/default etc/init.d etc/logrotate.d etc/ship-it proc run tmp var/log var/lib
install -d -m 0777 run/chip # the chip in memory notes there what it drives, whoever the daemon is
cp /etc/passwd /etc/group etc/
echo 'ship-it:x:990:990::/nonexistent:/usr/sbin/nologin' >>etc/passwd
echo 'ship-it:x:990:' >>etc/group
sed -i 's/^audio:.*/audio:x:29:ship-it/' etc/group
if [ $# -gt 1 ]; then
	install -D -m 0755 "$3" usr/local/sbin/ship-it
	install -m 0644 "$2/ship-it.default" etc/default/ship-it
	install -m 0644 "$2/ship-it.logrotate" etc/logrotate.d/ship-it
	sed "s|^CHIP=.*|CHIP=$4|" "$2/ship-it.init" >etc/init.d/ship-it
	chmod 0755 etc/init.d/ship-it
	printf %s "$5" >etc/ship-it/config.toml
fi
mount --rbind /dev dev
mount -t proc proc proc
echo ready
exec 3<&0
cat <&3 >/dev/null &
wait
`

// machine is a private root file system with its own processes.
type machine struct {
	t      *testing.T
	daemon daemon // what is installed
	root   string // as its own mount namespace names it
	proc   string // /proc/PID of the process that keeps the namespaces
}

// boot starts a machine, which lives until the test ends. What is installed on it, bootScript's further
// arguments say.
func boot(t *testing.T, installed ...string) *machine {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("a private machine takes root: sudo go test ./packaging/...")
	}
	root := t.TempDir()
	cmd := exec.Command("unshare", append([]string{
		"--mount", "--pid", "--fork", "--kill-child", "sh", "-c", bootScript, "boot", root,
	}, installed...)...)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var complaint strings.Builder
	cmd.Stderr = &complaint
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = stdin.Close()
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if errors.Is(err, io.EOF) {
		_ = cmd.Wait()
		if strings.Contains(complaint.String(), "unshare failed") {
			t.Skipf("no namespaces here: %s", &complaint)
		}
		t.Fatalf("boot: %s", &complaint)
	}
	if err != nil || line != "ready\n" {
		t.Fatalf("boot: %q, %v", line, err)
	}
	return &machine{t: t, root: root, proc: filepath.Join("/proc", strconv.Itoa(cmd.Process.Pid))}
}

// bootInstalled starts a machine with the service installed and configured, but never started.
func bootInstalled(t *testing.T, d daemon) *machine {
	t.Helper()
	here, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	m := boot(t, here, d.binary(t), d.chip, d.config)
	m.daemon = d
	return m
}

// path returns where the test itself finds a file of the machine.
func (m *machine) path(name string) string {
	return filepath.Join(m.proc, "root", m.root, name)
}

// write leaves the writing to another process. What this one has open for writing while another test
// forks is open in that child as well, for a moment in which nobody can execute it (ETXTBSY,
// https://go.dev/issue/22315).
func (m *machine) write(name, text string) {
	m.t.Helper()
	cmd := m.command(0, "sh", "-c", `mkdir -p "${1%/*}" && cat >"$1"`, "write", name)
	cmd.Stdin = strings.NewReader(text)
	if a := m.finish(cmd); a.code != 0 {
		m.t.Fatalf("writing %s: exit %d\n%s", name, a.code, a.text)
	}
}

func (m *machine) read(name string) string {
	m.t.Helper()
	b, err := os.ReadFile(m.path(name))
	if err != nil {
		m.t.Fatal(err)
	}
	return string(b)
}

func (m *machine) remove(name string) {
	m.t.Helper()
	if err := os.RemoveAll(m.path(name)); err != nil {
		m.t.Fatal(err)
	}
}

// exists is true also for a symlink that leads nowhere.
func (m *machine) exists(name string) bool {
	_, err := os.Lstat(m.path(name))
	return err == nil
}

// answer is what a command said and how it ended.
type answer struct {
	code int
	text string // standard output and standard error, as they came
}

// run runs a command in the machine as root, with the environment that service(8) gives.
func (m *machine) run(args ...string) answer {
	m.t.Helper()
	return m.runAs(0, args...)
}

func (m *machine) runAs(uid int, args ...string) answer {
	m.t.Helper()
	return m.finish(m.command(uid, args...))
}

func (m *machine) command(uid int, args ...string) *exec.Cmd {
	id := strconv.Itoa(uid)
	cmd := exec.Command("nsenter", append([]string{
		"--mount=" + m.proc + "/ns/mnt", "--pid=" + m.proc + "/ns/pid_for_children",
		"chroot", "--userspec=" + id + ":" + id, m.root,
		"env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "TERM=dumb",
	}, args...)...)
	// A script that believed a pidfile with "0" in it would signal its own group: it is not to be ours.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	// A service that keeps its caller's output open would hang ssh, and this.
	cmd.WaitDelay = 10 * time.Second
	return cmd
}

func (m *machine) finish(cmd *exec.Cmd) answer {
	m.t.Helper()
	out, err := cmd.CombinedOutput()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		m.t.Fatalf("%v: %v\n%s", cmd, err, out)
	}
	return answer{cmd.ProcessState.ExitCode(), string(out)}
}

// must runs a command that has to succeed and returns its output without the last newline.
func (m *machine) must(args ...string) string {
	m.t.Helper()
	a := m.run(args...)
	if a.code != 0 {
		m.t.Fatalf("%v: exit %d\n%s", args, a.code, a.text)
	}
	return strings.TrimSuffix(a.text, "\n")
}

// service does what service(8) does where no systemd runs.
func (m *machine) service(verb string) answer {
	m.t.Helper()
	return m.run("service", "ship-it", verb)
}

// background starts a command that goes on, and returns its process id in the machine.
func (m *machine) background(command string) int {
	m.t.Helper()
	pid, err := strconv.Atoi(m.must("sh", "-c", command+" </dev/null >/dev/null 2>&1 & echo $!"))
	if err != nil {
		m.t.Fatal(err)
	}
	return pid
}

// bench starts a run in the foreground, as at the bench, and waits until it has its lines.
func (m *machine) bench() int {
	m.t.Helper()
	m.remove(m.daemon.ready)
	pid := m.background(binaryPath + " --chip " + m.daemon.chip)
	waitFor(m.t, "a run in the foreground", func() bool { return m.exists(m.daemon.ready) })
	return pid
}

// kill sends a signal, and waits for the end of what it kills.
func (m *machine) kill(signal string, pid int) {
	m.t.Helper()
	m.must("sh", "-c", "kill -"+signal+" "+strconv.Itoa(pid))
	if signal == "KILL" {
		// A zombie's threads may still be there for a moment, with its files open and locked.
		threads := m.path(filepath.Join("/proc", strconv.Itoa(pid), "task"))
		waitFor(m.t, "the end of a killed process", func() bool {
			left, err := os.ReadDir(threads)
			return err != nil || len(left) < 2 && !m.alive(pid)
		})
	}
}

// running returns the process id of the one daemon that runs, or 0.
func (m *machine) running(except ...int) int {
	m.t.Helper()
	pids := slices.DeleteFunc(m.processes("ship-it"), func(pid int) bool { return slices.Contains(except, pid) })
	if len(pids) > 1 {
		m.t.Fatalf("%d daemons run: %v", len(pids), pids)
	}
	if len(pids) == 0 {
		return 0
	}
	return pids[0]
}

// processes returns the living processes of that name; a zombie is none.
func (m *machine) processes(name string) []int {
	m.t.Helper()
	entries, err := os.ReadDir(m.path("/proc"))
	if err != nil {
		m.t.Fatal(err)
	}
	var pids []int
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err == nil && strings.HasPrefix(m.stat(pid), name+") ") {
			pids = append(pids, pid)
		}
	}
	return pids
}

func (m *machine) alive(pid int) bool { return m.stat(pid) != "" }

// stat returns /proc/PID/stat from the name on ("ship-it) S 1 …"), or nothing for a zombie or no process.
func (m *machine) stat(pid int) string {
	b, err := os.ReadFile(m.path(filepath.Join("/proc", strconv.Itoa(pid), "stat")))
	if err != nil {
		return ""
	}
	_, text, _ := strings.Cut(string(b), "(")
	if strings.Contains(text, ") Z ") || strings.Contains(text, ") X ") {
		return ""
	}
	return text
}

// driven tells whether outputs are driven.
func (m *machine) driven() bool { return m.exists(m.daemon.driven) }

// waitFor waits until done, 10 s at most.
func waitFor(t *testing.T, what string, done func() bool) {
	t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(10 * time.Second)
	for !done() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("%s: not within 10 s", what)
		}
	}
}
