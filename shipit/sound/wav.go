package sound

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"
)

// Sizes and marks of a RIFF/WAVE file, after Microsoft's "Multimedia
// Programming Interface and Data Specifications 1.0" (1991).
const (
	riffHead  = 12          // "RIFF", size, "WAVE"
	chunkHead = 8           // name, size
	fmtSize   = 16          // the part of the fmt chunk that every format has
	streamed  = 0x7fff_f000 // from here on a data size means "to the end": ffmpeg and sox write it into pipes
)

// CheckWAV says what is wrong with b, or nil if it is a WAV file that holds
// some sound. It doesn't ask whether a player can decode it.
func CheckWAV(b []byte) error {
	_, err := Length(b)
	return err
}

// Length is how long the WAV file b sounds. Its error is that of [CheckWAV].
func Length(b []byte) (time.Duration, error) {
	if len(b) < riffHead || string(b[:4]) != "RIFF" || string(b[8:riffHead]) != "WAVE" {
		return 0, fmt.Errorf("not a WAV file: it begins with %q; convert it, for instance with ffmpeg -i FILE out.wav", b[:min(len(b), 4)])
	}
	var perSecond int64 // bytes of sound
	for rest := b[riffHead:]; len(rest) >= chunkHead; {
		name, size := string(rest[:4]), int64(binary.LittleEndian.Uint32(rest[4:]))
		rest = rest[chunkHead:]
		if name == "data" && size >= streamed {
			size = int64(len(rest))
		}
		if size > int64(len(rest)) {
			return 0, fmt.Errorf("WAV file is cut off: its %q chunk has %d of %d bytes", name, len(rest), size)
		}
		switch name {
		case "fmt ":
			if size < fmtSize {
				return 0, fmt.Errorf("WAV file has a \"fmt \" chunk of %d bytes, want %d or more", size, fmtSize)
			}
			perSecond = int64(binary.LittleEndian.Uint32(rest[8:]))
		case "data":
			return length(size, perSecond)
		}
		rest = rest[min(size+size%2, int64(len(rest))):] // chunks are padded to an even size
	}
	return 0, errors.New(`WAV file has no "data" chunk`)
}

// length is the time that size bytes of sound take.
func length(size, perSecond int64) (time.Duration, error) {
	switch {
	case perSecond == 0:
		return 0, errors.New(`WAV file has no "fmt " chunk before its "data", or one of 0 bytes a second`)
	case size == 0:
		return 0, errors.New("WAV file holds no sound")
	}
	return time.Duration(size * int64(time.Second) / perSecond), nil
}
