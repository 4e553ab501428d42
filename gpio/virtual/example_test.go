package virtual_test

import (
	"context"
	"fmt"
	"time"

	"ship-it.example/gpio"
	"ship-it.example/gpio/virtual"
)

// A lamp seen from outside.
func ExampleChip_Observe() {
	chip := virtual.New("pinctrl-bcm2711", 58)
	chip.Observe(func(t virtual.Transition) {
		fmt.Printf("line %d: driven %t, high %t\n", t.Pin, t.Driven, t.High)
	})
	header, err := gpio.Open(context.Background(), chip, gpio.Plan{
		Inputs:   []gpio.Input{{Name: "button", Pin: 27, Pull: gpio.PullUp, ActiveLow: true}},
		Outputs:  []gpio.Output{{Name: "lamp", Pin: 22}},
		Debounce: time.Millisecond,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	_ = header.Set(0, true)
	_ = header.Close()
	fmt.Println("left behind:", chip.Free())
	// Output:
	// line 22: driven true, high false
	// line 22: driven true, high true
	// line 22: driven true, high false
	// line 22: driven false, high false
	// left behind: <nil>
}
