package sound

import _ "embed"

//go:generate go run ./generate

// Our own sounds: a siren of 8 s and a buzzer of 0.5 s, made by ./generate.
// Nothing writes to them.
var (
	//go:embed alarm.wav
	ourAlarm []byte
	//go:embed buzz.wav
	ourBuzz []byte
)
