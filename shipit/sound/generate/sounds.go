package main

// Lengths in samples.
const (
	millisecond = rate / 1000
	second      = rate
)

// alarm is 8 s of a two-tone siren: half a second high, half a second low. Two
// voices 1 % apart beat against each other, which gives the rasp of a klaxon.
// The harmonics end below 8 kHz, half the sample rate.
func alarm() []int16 {
	mix := make([]int64, 8*second)
	sing(mix, siren(880_000, 660_000), 8)
	sing(mix, siren(889_000, 667_000), 8)
	fade(mix, 5*millisecond, 40*millisecond)
	return level(mix)
}

// siren is the pitch of one voice, in millihertz. It glides between its tones
// for 30 ms, as a siren does that has to turn.
func siren(high, low int64) func(int) int64 {
	const half, glide = second / 2, 30 * millisecond
	return func(sample int) int64 {
		from, to := low, high
		if sample/half%2 == 1 {
			from, to = high, low
		}
		gone := min(sample%half, glide)
		return from + (to-from)*int64(gone)/glide
	}
}

// buzz is half a second of "wrong": two low voices a rough interval apart,
// with many harmonics, because a small loudspeaker leaves the low ones out.
func buzz() []int16 {
	mix := make([]int64, second/2)
	sing(mix, steady(98_000), 40)
	sing(mix, steady(104_000), 40)
	fade(mix, 3*millisecond, 30*millisecond)
	return level(mix)
}

// steady is a pitch that stays, in millihertz.
func steady(millihertz int64) func(int) int64 {
	return func(int) int64 { return millihertz }
}
