// Package socket carries what a box shows from the program that runs it to the
// programs that watch it: one JSON object a line, on a unix socket.
//
// It owns the socket's file, the protocol, and what a client can't do: hold up
// the box, have it remember more than a few kilobytes, or tell it anything. It
// knows nothing of what is in a [view.View]; ship-it.socket(7) is the protocol
// for those who write other clients.
//
// [Listen] makes the file, [Server.Serve] speaks to who connects, and [Dial] is
// the other end.
package socket
