package socket

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"reflect"
	"strings"
	"unicode"

	"golang.org/x/sys/unix"

	"ship-it.example/shipit/view"
)

// maxMessage is the longest line of the protocol. A View with twenty targets
// and a full log has less.
const maxMessage = 1 << 20

// refusal is the line that a client gets who is not taken.
type refusal struct {
	Error string `json:"error"`
}

// Client is a connection to a box that shows itself. It is used by one
// goroutine, but for Close.
type Client struct {
	ctx   context.Context
	conn  *net.UnixConn
	lines *bufio.Scanner
	stop  func() bool
}

// Dial connects to the socket of a box. The end of ctx ends the connection. A
// socket that is not there, or left by a dead process, is [ErrNobody].
func Dial(ctx context.Context, path string) (*Client, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "unix", path)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, unix.ECONNREFUSED), errors.Is(err, unix.ENOTDIR):
		return nil, fmt.Errorf("socket %s: %w", path, ErrNobody)
	case errors.Is(err, fs.ErrPermission):
		return nil, fmt.Errorf("socket %s: %w: %w", path, fs.ErrPermission, ErrGroupOnly)
	case err != nil:
		return nil, fmt.Errorf("socket %s: %w", path, err)
	}
	c := &Client{ctx: ctx, conn: conn.(*net.UnixConn), lines: bufio.NewScanner(conn)}
	c.lines.Buffer(nil, maxMessage)
	c.lines.Split(whole)
	c.stop = context.AfterFunc(ctx, func() { _ = conn.Close() })
	return c, nil
}

// Close ends the connection.
func (c *Client) Close() error {
	c.stop()
	return c.conn.Close()
}

// Pid is the process that listens, or 0 if it can't be told, as that of another
// container.
func (c *Client) Pid() int {
	raw, err := c.conn.SyscallConn()
	if err != nil {
		return 0
	}
	pid := 0
	_ = raw.Control(func(fd uintptr) {
		if cred, err := unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED); err == nil {
			pid = int(cred.Pid)
		}
	})
	return pid
}

// Next waits for the box to change, and returns what it shows, the first time
// at once, and the line that said so, which is valid until the next call.
// [io.EOF] says that the box has gone, and [ErrStrange] that there was none.
func (c *Client) Next() (view.View, []byte, error) {
	for c.lines.Scan() {
		v, known, err := parse(c.lines.Bytes())
		if known || err != nil {
			return v, c.lines.Bytes(), err
		}
	}
	err := c.lines.Err()
	switch {
	case c.ctx.Err() != nil:
		err = context.Cause(c.ctx)
	case err == nil, errors.Is(err, unix.ECONNRESET): // it was killed
		err = io.EOF
	case errors.Is(err, bufio.ErrTooLong):
		err = fmt.Errorf("a line of more than %d bytes: %w", maxMessage, ErrStrange)
	}
	return view.View{}, nil, err
}

// whole is a line with its end; what a box that died has left of one is none.
func whole(data []byte, atEOF bool) (advance int, token []byte, err error) {
	end := bytes.IndexByte(data, '\n')
	switch {
	case end >= 0:
		return end + 1, data[:end], nil
	case atEOF:
		return len(data), nil, nil
	}
	return 0, nil, nil
}

// parse reads a line. One of a kind that we don't know, as a later box may send,
// is no error. A View that came from it can be drawn: nothing in it drives a
// terminal, and the selected target is there.
func parse(line []byte) (v view.View, known bool, err error) {
	var message struct {
		view.View
		refusal
	}
	if err := json.Unmarshal(line, &message); err != nil {
		return view.View{}, false, fmt.Errorf("%w: %w", ErrStrange, err)
	}
	clean(reflect.ValueOf(&message).Elem())
	v = message.View
	switch {
	case message.Error != "":
		return view.View{}, false, fmt.Errorf("the box says: %s", message.Error)
	case v.State == "":
		return view.View{}, false, nil
	case v.Selected < 0 || v.Selected >= len(v.Targets):
		return view.View{}, false, fmt.Errorf("target %d of %d is selected: %w", v.Selected, len(v.Targets), ErrStrange)
	}
	return v, true, nil
}

// clean takes what can't be printed out of every string.
func clean(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		if v.CanSet() {
			v.SetString(strings.Map(printable, v.String()))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			clean(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			clean(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if field := v.Type().Field(i); field.IsExported() || field.Anonymous {
				clean(v.Field(i))
			}
		}
	}
}

func printable(r rune) rune {
	if unicode.IsPrint(r) {
		return r
	}
	return unicode.ReplacementChar
}
