// Package ci starts builds on the servers that a launch reaches, and answers
// questions about them: a file a server for each of the two, behind
// [shipit.Server] and [shipit.Follower]. [Fleet] is all of them as one. An
// [Announcer] tells others what became of launches, apart from all that.
//
// It owns the promise that one launch is at most one request, and the way to
// the server that is kept warm for it. It doesn't decide what a press means,
// reads no configuration and no file, and starts nothing by itself. How often
// to look at a build, and for how long, is the asker's business.
//
// The promise rests on three parts. A gate sits above TLS on each connection:
// the first byte of a launch passes it once or never, so that "nothing was
// written" and "called off" are facts and no guesses. A connection carries one
// request and is then closed: there is no pool, and so nobody that could send
// a request again. And a keeper opens that connection before it is needed; no
// byte of a request can leave on it before a launch holds it. Questions go their
// own way, on connections that a launch never uses.
//
// The words with which a reason begins are fixed, because people grep for
// them: unreachable, certificate, redirected, not authorised, unknown build
// type, conflict, refused, server error, not a build, timed out, cut off,
// called off, stopped.
package ci
