package journal

import (
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestVolatile: which file systems die with the power.
func TestVolatile(t *testing.T) {
	t.Parallel()
	mounts := `22 1 179:2 / / rw,noatime - overlay overlay rw,lowerdir=/lower,upperdir=/media/root-rw/overlay,workdir=/media/root-rw/work
23 22 0:20 / /data rw shared:3 - overlay data rw,lowerdir=/a,upperdir=/disk/up,workdir=/w
24 22 0:21 / /datax rw - tmpfs tmpfs rw
`
	kinds := map[string]uint32{"/media/root-rw/overlay": unix.TMPFS_MAGIC, "/disk/up": unix.EXT4_SUPER_MAGIC}
	kindOf := func(path string) uint32 { return kinds[path] }
	cases := []struct {
		kind         uint32
		folder, want string
	}{
		{unix.EXT4_SUPER_MAGIC, "/var/lib/ship-it", ""},
		{unix.TMPFS_MAGIC, "/run/ship-it", "tmpfs"},
		{unix.RAMFS_MAGIC, "/", "ramfs"},
		{unix.OVERLAYFS_SUPER_MAGIC, "/var/lib/ship-it", "an overlay on tmpfs"},
		{unix.OVERLAYFS_SUPER_MAGIC, "/data/ship-it", ""},
	}
	for _, c := range cases {
		if got := volatile(c.kind, c.folder, mounts, kindOf); got != c.want {
			t.Errorf("%s: %q, want %q", c.folder, got, c.want)
		}
	}
	if got := volatile(unix.OVERLAYFS_SUPER_MAGIC, "/data", "", kindOf); got != "" {
		t.Errorf("without the mounts: %q", got)
	}
	if got := Volatile("/dev/shm/journal.jsonl"); got != "tmpfs" && got != "" {
		t.Errorf("/dev/shm is %q", got)
	}
}

// TestInMemory: how a root in memory is asked for.
func TestInMemory(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]bool{
		"console=tty1 boot=overlay rootwait\n": true, "overlayroot=tmpfs:recurse=0": true,
		"root=/dev/mmcblk0p2 rootwait": false, "overlayroot=device:dev=/dev/sda1": false, "": false,
	} {
		if got := inMemory(line); got != want {
			t.Errorf("%q: %t", line, got)
		}
	}
}

// TestBoot: it is one word, and the same again.
func TestBoot(t *testing.T) {
	t.Parallel()
	if first := Boot(); first == "" || strings.ContainsAny(first, "- \n") || first != Boot() {
		t.Errorf("boot %q", first)
	}
}
