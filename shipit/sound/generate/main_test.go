package main

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"testing"
)

// The committed files are what the generator makes, to the byte.
func TestCommittedSounds(t *testing.T) {
	t.Parallel()
	for name, samples := range sounds() {
		got, err := os.ReadFile(filepath.Join("..", name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, wav(samples)) {
			t.Errorf("%s differs from what the generator makes: run go generate ./shipit/sound", name)
		}
	}
}

// A sound is loud, doesn't clip, and begins and ends in silence.
func TestLevels(t *testing.T) {
	t.Parallel()
	for name, samples := range sounds() {
		var loudest, square int64
		for _, s := range samples {
			loudest = max(loudest, int64(s), -int64(s))
			square += int64(s) * int64(s)
		}
		if loudest != peak {
			t.Errorf("%s: loudest sample is %d, want %d", name, loudest, peak)
		}
		// 20 dB under full scale: quieter than that is no alarm.
		if mean := square / int64(len(samples)); mean < 3277*3277 {
			t.Errorf("%s: mean square %d is too quiet", name, mean)
		}
		if first, last := samples[0], samples[len(samples)-1]; first != 0 || last != 0 {
			t.Errorf("%s: begins at %d and ends at %d, want silence", name, first, last)
		}
	}
}

// The sine is near enough to the true one that a harmonic sounds like one.
func TestSine(t *testing.T) {
	t.Parallel()
	const degrees, worst = 360, 0.0017
	for d := range uint64(degrees) {
		got := float64(sine(uint32(d<<32/degrees))) / 32_768
		if want := math.Sin(2 * math.Pi * float64(d) / degrees); math.Abs(got-want) > worst {
			t.Errorf("sine of %d degrees is %.4f, want %.4f", d, got, want)
		}
	}
}
