package gpio_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ship-it.example/gpio"
	"ship-it.example/gpio/virtual"
)

// A button and a lamp: the lamp is on while the button is down.
func Example() {
	chip := virtual.New("pinctrl-bcm2711", 58) // on a Pi: gpio.Find("auto")
	header, err := gpio.Open(context.Background(), chip, gpio.Plan{
		Inputs:   []gpio.Input{{Name: "button", Pin: 27, Pull: gpio.PullUp, ActiveLow: true}},
		Outputs:  []gpio.Output{{Name: "lamp", Pin: 22}},
		Debounce: time.Millisecond,
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	chip.Drive(27, false) // a finger
	ctx, cancel := context.WithCancel(context.Background())
	err = header.Watch(ctx, func(changes []gpio.Change) {
		for _, c := range changes {
			fmt.Println("button down:", c.Active)
			if err := header.Set(0, c.Active); err != nil {
				fmt.Println(err)
			}
		}
		cancel()
	})
	high, _ := chip.Output(22)
	fmt.Println("lamp on:", high, err)
	fmt.Println("given back:", header.Close(), chip.Free())
	// Output:
	// button down: true
	// lamp on: true <nil>
	// given back: <nil> <nil>
}

// A line that another program holds names its owner, and there is a next step.
func ExampleHint() {
	chip := virtual.New("pinctrl-bcm2711", 58)
	chip.Hold(22, "ship-it@123")
	_, err := gpio.Open(context.Background(), chip, gpio.Plan{
		Inputs:   []gpio.Input{{Name: "button", Pin: 27, Pull: gpio.PullUp, ActiveLow: true}},
		Outputs:  []gpio.Output{{Name: "lamp", Pin: 22}},
		Debounce: 20 * time.Millisecond,
	})
	fmt.Println(err)
	fmt.Println(errors.Is(err, gpio.ErrBusy))
	fmt.Println("hint:", gpio.Hint(err))
	// Output:
	// line 22 (lamp) is held by "ship-it@123"
	// true
	// hint: stop the program that holds the line, or choose another line
}

// Release gives back what a program that was killed left behind.
func ExampleRelease() {
	plan := gpio.Plan{Outputs: []gpio.Output{{Name: "lamp", Pin: 22}}}
	chip := virtual.New("pinctrl-bcm2711", 58)
	chip.Strand(22, true)
	for range 2 {
		states, err := gpio.Survey(chip, plan)
		fmt.Println("left as an output:", states[0].Left, err)
		if err := gpio.Release(chip, plan); err != nil {
			fmt.Println(err)
		}
	}
	// Output:
	// left as an output: true <nil>
	// left as an output: false <nil>
}
