package journal

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Boot is which start of the machine this is, or empty where nobody tells. A
// service of systemd's may not see the kernel's word, and has systemd's.
func Boot() string {
	if id, err := os.ReadFile("/proc/sys/kernel/random/boot_id"); err == nil {
		return strings.ReplaceAll(strings.TrimSpace(string(id)), "-", "")
	}
	return os.Getenv("SHIP_IT_BOOT")
}

// holder is the process that has a file locked, by /proc/locks, and its program.
func holder(file *os.File) (pid int, name string) {
	var st unix.Stat_t
	if err := unix.Fstat(int(file.Fd()), &st); err != nil {
		return 0, ""
	}
	locks, err := os.Open("/proc/locks")
	if err != nil {
		return 0, ""
	}
	defer func() { _ = locks.Close() }() // nothing was written
	inode := fmt.Sprintf("%02x:%02x:%d", unix.Major(st.Dev), unix.Minor(st.Dev), st.Ino)
	for lines := bufio.NewScanner(locks); lines.Scan(); {
		// 1: FLOCK  ADVISORY  WRITE 4711 fe:01:12345 0 EOF
		words := strings.Fields(lines.Text())
		if len(words) < 6 || words[1] != "FLOCK" || words[5] != inode {
			continue
		}
		pid, err := strconv.Atoi(words[4])
		if err != nil {
			return 0, ""
		}
		comm, _ := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid)) // a number does, too
		return pid, strings.TrimSpace(string(comm))
	}
	return 0, ""
}

// Volatile names the file system that the journal at path lies on, if that dies
// with the power.
func Volatile(path string) string {
	var fs unix.Statfs_t
	folder := filepath.Dir(path)
	if err := unix.Statfs(folder, &fs); err != nil {
		return ""
	}
	mounts, _ := os.ReadFile("/proc/self/mountinfo") // else an overlay's upper part can't be told
	return volatile(uint32(fs.Type), folder, string(mounts), kindOf)
}

// kindOf is the kind of file system that a path lies on; 0: it can't be told. The
// upper part of a root in memory is often out of sight; the kernel's own command
// line tells of it (raspi-config's overlay, overlayroot(8)).
func kindOf(path string) uint32 {
	var fs unix.Statfs_t
	if err := unix.Statfs(path, &fs); err == nil {
		return uint32(fs.Type)
	}
	if line, err := os.ReadFile("/proc/cmdline"); err == nil && inMemory(string(line)) {
		return unix.TMPFS_MAGIC
	}
	return 0
}

// inMemory tells of a kernel's command line whether changes of the root are kept
// in memory.
func inMemory(line string) bool {
	return slices.ContainsFunc(strings.Fields(line), func(word string) bool {
		return word == "boot=overlay" || strings.HasPrefix(word, "overlayroot=tmpfs")
	})
}

// volatile is Volatile for a folder on a file system of that kind.
func volatile(kind uint32, folder, mounts string, kindOf func(string) uint32) string {
	switch kind {
	case unix.TMPFS_MAGIC:
		return "tmpfs"
	case unix.RAMFS_MAGIC:
		return "ramfs"
	case unix.OVERLAYFS_SUPER_MAGIC:
		if upper := upperOf(folder, mounts); upper != "" && kindOf(upper) != unix.OVERLAYFS_SUPER_MAGIC {
			if name := volatile(kindOf(upper), upper, mounts, kindOf); name != "" {
				return "an overlay on " + name
			}
		}
	}
	return ""
}

// upperOf is where the changes of the overlay lie that a folder is on.
func upperOf(folder, mounts string) string {
	upper, longest := "", -1
	for line := range strings.Lines(mounts) {
		// 36 35 98:0 / /mnt rw - overlay overlay rw,lowerdir=/a,upperdir=/b,workdir=/c
		before, after, ok := strings.Cut(strings.TrimSpace(line), " - ")
		words, kind := strings.Fields(before), strings.Fields(after)
		if !ok || len(words) < 5 || len(kind) < 3 || !within(folder, words[4]) || len(words[4]) < longest {
			continue
		}
		longest, upper = len(words[4]), ""
		for option := range strings.SplitSeq(kind[2], ",") {
			if dir, found := strings.CutPrefix(option, "upperdir="); found {
				upper = dir
			}
		}
	}
	return upper
}

func within(folder, mount string) bool {
	return folder == mount || mount == "/" || strings.HasPrefix(folder, mount+"/")
}
