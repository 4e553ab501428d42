package citest

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Mode is what the server does with a request.
type Mode struct {
	words  string
	unread bool // the body stays where it is
	do     func(*exchange)
}

// String gives the words from which ParseMode makes the mode.
func (m Mode) String() string { return m.words }

// OK queues a build and says so, as TeamCity does.
func OK() Mode { return Mode{words: "ok", do: (*exchange).accept} }

// Fail answers with that status and queues nothing.
func Fail(code int) Mode {
	return Mode{words: fmt.Sprintf("fail %d", code), do: func(x *exchange) {
		x.fail(code, "the stand-in server was told to fail")
	}}
}

// Slow queues a build at once and says so after d.
func Slow(d time.Duration) Mode {
	return Mode{words: fmt.Sprintf("slow %s", d), do: func(x *exchange) { x.acceptAfter(d) }}
}

// Drop reads the request, queues nothing and cuts the connection.
func Drop() Mode { return Mode{words: "drop", do: (*exchange).cut} }

// Silent reads the request, queues nothing and says nothing until the
// connection is closed.
func Silent() Mode { return Mode{words: "silent", do: (*exchange).wait} }

// Vanish queues a build and cuts the connection without an answer.
func Vanish() Mode {
	return Mode{words: "vanish", do: func(x *exchange) { x.acceptThen((*exchange).cut) }}
}

// Late queues a build and answers with that status all the same.
func Late(code int) Mode {
	return Mode{words: fmt.Sprintf("late %d", code), do: func(x *exchange) {
		x.acceptThen(func(x *exchange) { x.fail(code, "the stand-in server was told to fail") })
	}}
}

// Limit refuses with 429, and asks to be left alone for d.
func Limit(d time.Duration) Mode {
	return Mode{words: fmt.Sprintf("limit %s", d), do: func(x *exchange) {
		x.w.Header().Set("Retry-After", strconv.Itoa(int(d/time.Second)))
		x.fail(http.StatusTooManyRequests, "too many requests")
	}}
}

// Twice queues a build and says so two times over.
func Twice() Mode { return Mode{words: "twice", do: (*exchange).acceptTwice} }

// ErrMode says that words name no mode. Use one of those that it lists.
var ErrMode = errors.New("want ok, fail CODE (400 to 599), late CODE, slow DURATION (such as 3s), limit DURATION, twice, vanish, drop or silent")

// ParseMode makes a mode of the words with which the simulator's script names
// it: "ok", "fail 500", "late 500", "slow 3s", "limit 30s", "drop", "vanish",
// "twice", "silent".
func ParseMode(words []string) (Mode, error) {
	name, arg := "", ""
	switch len(words) {
	case 1:
		name = words[0]
	case 2:
		name, arg = words[0], words[1]
	}
	switch {
	case name == "fail":
		if code, err := strconv.Atoi(arg); err == nil && code >= 400 && code <= 599 {
			return Fail(code), nil
		}
	case name == "late":
		if code, err := strconv.Atoi(arg); err == nil && code >= 400 && code <= 599 {
			return Late(code), nil
		}
	case name == "slow", name == "limit":
		d, err := time.ParseDuration(arg)
		switch {
		case err != nil || d < 0:
		case name == "slow":
			return Slow(d), nil
		default:
			return Limit(d), nil
		}
	case len(words) == 1:
		for _, m := range []Mode{OK(), Drop(), Silent(), Vanish(), Twice()} {
			if m.words == name {
				return m, nil
			}
		}
	}
	return Mode{}, fmt.Errorf("server mode %q: %w", strings.Join(words, " "), ErrMode)
}

// The modes below are for tests; no script names them.

// Unread cuts the connection without having read the body.
func Unread() Mode { return Mode{words: "unread", unread: true, do: (*exchange).cut} }

// CutAt queues a build, and cuts the connection after n bytes of the answer's
// body, behind a header that promises all of it.
func CutAt(n int) Mode {
	return Mode{words: "cut", do: func(x *exchange) { x.acceptUpTo(n) }}
}

// Answer gives that answer, whatever was asked, and queues nothing.
func Answer(code int, contentType, body string) Mode {
	return Custom(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(code)
		_, _ = w.Write([]byte(body))
	})
}

// Redirect sends elsewhere and queues nothing.
func Redirect(code int, location string) Mode {
	return Custom(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", location)
		w.WriteHeader(code)
	})
}

// Custom leaves the answer to h. The request's context ends with the
// connection, unless h has taken it over.
func Custom(h http.HandlerFunc) Mode {
	return Mode{words: "custom", do: func(x *exchange) { h(x.w, x.r) }}
}
