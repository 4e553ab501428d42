package sound

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// chunk is a RIFF chunk, padded to an even size.
func chunk(name string, data []byte) []byte {
	b := binary.LittleEndian.AppendUint32([]byte(name), uint32(len(data)))
	b = append(b, data...)
	if len(data)%2 == 1 {
		b = append(b, 0)
	}
	return b
}

// format is the data of a fmt chunk: 16-bit mono with that many bytes a second.
func format(perSecond uint32) []byte {
	b := binary.LittleEndian.AppendUint16(nil, 1)
	b = binary.LittleEndian.AppendUint16(b, 1)
	b = binary.LittleEndian.AppendUint32(b, perSecond/2)
	b = binary.LittleEndian.AppendUint32(b, perSecond)
	return append(b, 2, 0, 16, 0)
}

// riff is a WAV file of those chunks.
func riff(chunks ...[]byte) []byte {
	return append([]byte("RIFF\x00\x00\x00\x00WAVE"), slices.Concat(chunks...)...)
}

// sized is a chunk that claims another size than it has.
func sized(name string, size uint32, data []byte) []byte {
	b := chunk(name, data)
	binary.LittleEndian.PutUint32(b[4:], size)
	return b
}

func TestLength(t *testing.T) {
	t.Parallel()
	second := make([]byte, 1000)
	for _, tc := range []struct {
		name string
		wav  []byte
		want time.Duration
		err  string // a part of it
	}{
		{name: "alarm", wav: ourAlarm, want: 8 * time.Second},
		{name: "buzz", wav: ourBuzz, want: 500 * time.Millisecond},
		{name: "plain", wav: riff(chunk("fmt ", format(1000)), chunk("data", second)), want: time.Second},
		{name: "other chunks, one of odd size", wav: riff(chunk("LIST", []byte("odd")), chunk("fmt ", append(format(1000), 0, 0)), chunk("fact", nil), chunk("data", second)), want: time.Second},
		{name: "something after the sound", wav: append(riff(chunk("fmt ", format(1000)), chunk("data", second)), "rest"...), want: time.Second},
		{name: "written into a pipe", wav: riff(chunk("fmt ", format(1000)), sized("data", 0xffff_ffff, second)), want: time.Second},
		{name: "empty", wav: nil, err: `not a WAV file: it begins with ""`},
		{name: "ogg", wav: []byte("OggS and so on, longer than a head"), err: `begins with "OggS"; convert it`},
		{name: "riff, but a film", wav: []byte("RIFF\x00\x00\x00\x00AVI "), err: "not a WAV file"},
		{name: "head only", wav: riff(), err: `no "data" chunk`},
		{name: "no sound", wav: riff(chunk("fmt ", format(1000)), chunk("data", nil)), err: "holds no sound"},
		{name: "no format", wav: riff(chunk("data", second)), err: `no "fmt " chunk before`},
		{name: "short format", wav: riff(chunk("fmt ", format(1000)[:14]), chunk("data", second)), err: "of 14 bytes, want 16"},
		{name: "0 bytes a second", wav: riff(chunk("fmt ", format(0)), chunk("data", second)), err: "0 bytes a second"},
		{name: "cut off in the sound", wav: riff(chunk("fmt ", format(1000)), chunk("data", second))[:500], err: `cut off: its "data" chunk has 456 of 1000 bytes`},
		{name: "cut off in the format", wav: riff(chunk("fmt ", format(1000)))[:30], err: `cut off: its "fmt " chunk`},
		{name: "cut off in a chunk's head", wav: riff(chunk("fmt ", format(1000)), []byte("dat")), err: `no "data" chunk`},
		{name: "cut off in the padding", wav: riff(chunk("odd ", []byte("odd"))[:11]), err: `no "data" chunk`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := Length(tc.wav)
			if got != tc.want || (err == nil) != (tc.err == "") || err != nil && !strings.Contains(err.Error(), tc.err) {
				t.Errorf("Length: %v, %v; want %v, %q", got, err, tc.want, tc.err)
			}
			if check := CheckWAV(tc.wav); fmt.Sprint(check) != fmt.Sprint(err) {
				t.Errorf("CheckWAV: %v, want %v", check, err)
			}
		})
	}
}

// Whatever the bytes, Length ends, and a length goes with no error.
func FuzzLength(f *testing.F) {
	f.Add(tiny(1))
	f.Add(riff(chunk("LIST", []byte("odd")), chunk("data", nil)))
	f.Add(riff(chunk("fmt ", format(1)), sized("data", 0xffff_ffff, []byte{1, 2})))
	f.Fuzz(func(t *testing.T, b []byte) {
		length, err := Length(b)
		if length < 0 || err != nil && length != 0 {
			t.Errorf("Length: %v, %v", length, err)
		}
	})
}

func ExampleCheckWAV() {
	fmt.Println(CheckWAV([]byte("OggS...")))
	// Output: not a WAV file: it begins with "OggS"; convert it, for instance with ffmpeg -i FILE out.wav
}
