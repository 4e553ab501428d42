package socket

import "errors"

// What can be wrong beside the system's own errors. A missing permission is
// always an [io/fs.ErrPermission].
var (
	// ErrNobody: no box shows itself at that socket. Start it, or name the
	// socket that it was started with.
	ErrNobody = errors.New("no box shows itself there")

	// ErrInUse: another process listens there. Give each box a socket of its
	// own.
	ErrInUse = errors.New("another process listens there")

	// ErrUnsafe: something that is no socket is in its place, or a link on the
	// way. Remove it, or name another place.
	ErrUnsafe = errors.New("will not make a socket there")

	// ErrGroupOnly: this user is not of those who may connect. Be root, or a
	// member of the socket's group. It comes with an [io/fs.ErrPermission].
	ErrGroupOnly = errors.New("only root and its group may connect")

	// ErrOwnerOnly: the socket could not be given to its group, so only its
	// owner and root can connect.
	ErrOwnerOnly = errors.New("only its owner can connect")

	// ErrStrange: what came from the socket is no box's. Look at who listens
	// there.
	ErrStrange = errors.New("that is not what a box says")
)
