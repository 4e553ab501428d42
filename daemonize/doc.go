// Package daemonize turns the running program into a daemon: a real second
// fork, a pidfile that tells the truth, a log file that can be rotated, and a
// caller who learns whether the daemon came up. It knows nothing of what the
// daemon does.
//
// [Start] runs the program twice more. github.com/sevlyar/go-daemon starts the
// middle process (re-exec, setsid, working directory, umask) and the middle
// process starts the daemon, which is therefore no session leader and can never
// get a controlling terminal:
//
//	caller ──go-daemon──▶ middle (setsid) ──exec──▶ daemon
//	   ▲                     exits at once             │
//	   └───────────── READY, or EXIT and words ────────┘
//
// So the same main runs three times, up to Start, which has to come before
// anything that opens hardware or starts a process. Of daemon(7)'s steps for a
// SysV daemon all are taken; the privileges are dropped where [Options.User]
// and [Become] say so.
//
// Where a service manager has detached the program already, [Managed] makes the
// process itself the daemon: the same pidfile, and the manager for a caller.
//
// # The pidfile
//
// It holds "PID\n" and nothing else, for start-stop-daemon(8), systemd and
// shell scripts. This package never trusts that number alone: the truth is in
// locks on the file. The first byte is locked from the first moment of a
// start to the end of the process, the second one while the number counts,
// between [Daemon.Ready] and [Daemon.Ending], and the third one by a process
// that a service manager started. The kernel drops them with the process,
// however it dies, so a stale, an empty or a nonsense pidfile never stands in a
// start's way.
package daemonize
