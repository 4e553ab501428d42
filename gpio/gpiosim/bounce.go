package gpiosim

import "time"

// Bounces is what contacts do before they rest, by name: each train ends
// pressed, so that a rest follows. The times are published ones, each with its
// source; where a source tells how long a switch bounces but not how, the
// pulses that fill the time are ours, longer ones first.
func Bounces() map[string]Stroke {
	const µs, ms = time.Microsecond, time.Millisecond
	return map[string]Stroke{
		// PE1HVH measured several morse keys as a microcontroller's input reads
		// them: the best had no bounce at all, the worst 2188 µs of it
		// (https://github.com/pe1hvh/measure_bouncing).
		"the best morse key":  nil,
		"the worst morse key": fill(2188*µs, 6),

		// Jack Ganssle measured presses and releases of 18 kinds of switches;
		// 16 of them bounced for 1557 µs on average and 6200 µs at most
		// (A Guide to Debouncing, https://www.ganssle.com/debouncing.htm).
		"a common switch":          fill(1557*µs, 4),
		"the worst common switch":  fill(6200*µs, 6),
		"its pulses as they come":  {2 * ms, 300 * µs, 1700 * µs, 200 * µs, 1500 * µs, 500 * µs},
		"with a quiet time inside": {500 * µs, 4500 * µs, 700 * µs, 500 * µs},

		// Omron promises no more than 5 ms for the tactile switches of most
		// small boards ("Bounce time 5 ms max.", data sheets of B3F and B3FS).
		"a tactile switch": fill(5*ms, 8),

		// Two toggle switch modules for the Arduino, on a logic analyser: a mean of
		// up to 39 ms (https://github.com/Lians-coder/embedded_HW, 1.5_bounce).
		"a cheap toggle switch": fill(39*ms, 12),

		// Pico Technology, which makes oscilloscopes, says of normal switches: from
		// a fraction of a millisecond to as long as 50 ms
		// (https://www.picotech.com/library/experiment/measuring-switch-bounce).
		"one short pulse":           {100 * µs, 200 * µs},
		"the worst normal switch":   fill(50*ms, 16),
		"it scrapes all that while": even(50*ms, 50),

		// Worse than anything published: ours.
		"a worn contact": even(100*ms, 20),
	}
}

// fill is n pulses and pauses, each shorter than the one before, that last d in
// all; n is even.
func fill(d time.Duration, n int) Stroke {
	var s Stroke
	for i := range n {
		s = append(s, d*time.Duration(2*(n-i))/time.Duration(n*(n+1)))
	}
	return s
}

// even is n pulses and pauses of one length that last d in all; n is even.
func even(d time.Duration, n int) Stroke {
	var s Stroke
	for range n {
		s = append(s, d/time.Duration(n))
	}
	return s
}
