package main

import (
	"bytes"
	"encoding/binary"
)

const (
	// rate is the number of samples in a second. It divides 48,000, so a card
	// that resamples does it cleanly, and 8 s stay at 256 KB.
	rate = 16_000
	// peak is the loudest sample, 1 dB under full scale: resampling may
	// overshoot a little, and that must not clip.
	peak = 29_204
)

// sine is the sine of a phase, in 1/32768; the whole turn is 2^32. It is the
// approximation of Bhaskara I, 16t(1-t) / (5-4t(1-t)) for the half turn t from
// 0 to 1, at most 0.2 % off.
func sine(phase uint32) int64 {
	t := int64(phase<<1) >> 16
	b := t * (1<<16 - t) >> 16
	s := 16 * b << 15 / (5<<16 - 4*b)
	if phase>>31 == 1 {
		return -s
	}
	return s
}

// sing adds a sawtooth voice to mix, out of its first harmonics. The pitch, in
// millihertz, is asked for each sample; the phase runs on when it changes, so
// that nothing clicks.
func sing(mix []int64, pitch func(sample int) int64, harmonics int) {
	var phase uint32
	for i := range mix {
		for h := 1; h <= harmonics; h++ {
			mix[i] += sine(phase*uint32(h)) / int64(h)
		}
		phase += uint32(pitch(i) << 32 / (1000 * rate))
	}
}

// fade lets mix come out of silence and go back to it, in and out samples
// long, so that neither end clicks.
func fade(mix []int64, in, out int) {
	for i := range in {
		mix[i] = mix[i] * int64(i) / int64(in)
	}
	for i := range out {
		last := len(mix) - 1 - i
		mix[last] = mix[last] * int64(i) / int64(out)
	}
}

// level scales mix so that its loudest sample is peak.
func level(mix []int64) []int16 {
	var loudest int64
	for _, s := range mix {
		loudest = max(loudest, s, -s)
	}
	out := make([]int16, len(mix))
	for i, s := range mix {
		out[i] = int16(s * peak / loudest)
	}
	return out
}

// wav is a RIFF/WAVE file with the samples, mono, 16 bits, PCM. The layout is
// http://soundfile.sapp.org/doc/WaveFormat/.
func wav(samples []int16) []byte {
	const pcm, channels, width, fmtSize, headSize = 1, 1, 2, 16, 36
	size := uint32(len(samples) * width)
	var b bytes.Buffer
	for _, field := range []any{
		[]byte("RIFF"), headSize + size, []byte("WAVE"),
		[]byte("fmt "), uint32(fmtSize), uint16(pcm), uint16(channels),
		uint32(rate), uint32(rate * channels * width), uint16(channels * width), uint16(8 * width),
		[]byte("data"), size, samples,
	} {
		// A bytes.Buffer never fails, and every field has a fixed size.
		_ = binary.Write(&b, binary.LittleEndian, field)
	}
	return b.Bytes()
}
