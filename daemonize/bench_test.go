package daemonize

import (
	"context"
	"os/exec"
	"path/filepath"
	"testing"
)

// BenchmarkStart measures a whole start, from the caller's exec to its exit
// with the daemon ready.
//
//	go test -run '^$' -bench Start ./daemonize
func BenchmarkStart(b *testing.B) {
	dir := b.TempDir()
	r := &rig{pidFile: filepath.Join(dir, "d.pid"), logFile: filepath.Join(dir, "d.log"), timeout: limit}
	for b.Loop() {
		if code, out := run(b, exec.Command(self(b), r.args("start", "run", "")...)); code != 0 {
			b.Fatalf("exit code %d, %s", code, out)
		}
		b.StopTimer()
		if _, err := Stop(context.Background(), r.pidFile, limit); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}
