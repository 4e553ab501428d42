package main

import (
	"bytes"
	"io"
	"log"
	"log/slog"
)

// logOthers has what libraries say to the standard log go to ours, as warnings.
func logOthers(logger *slog.Logger) {
	log.SetFlags(0)
	log.SetOutput(unquoted{slog.NewLogLogger(logger.Handler(), slog.LevelWarn).Writer()})
}

// unquoted leaves out what net/http quotes of an answer that nobody has asked
// for: a server may echo a secret in it.
type unquoted struct{ io.Writer }

// Write takes a line.
func (u unquoted) Write(line []byte) (int, error) {
	said, _, found := bytes.Cut(line, []byte(" starting with "))
	if !found || !bytes.HasPrefix(line, []byte("Unsolicited response ")) {
		return u.Writer.Write(line)
	}
	_, err := u.Writer.Write(said)
	return len(line), err
}
