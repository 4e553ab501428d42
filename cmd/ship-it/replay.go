package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"ship-it.example/cmd/ship-it/recording"
	"ship-it.example/gpio"
	"ship-it.example/shipit/ci/citest"
	"ship-it.example/shipit/config"
)

// take is a recording with the box that it was made of, its readings in the
// order of that box's inputs.
type take struct {
	*recording.Recording
	config *config.Config
}

// replay plays a recording: as it was, on a header in memory and with the whole
// program, or at a speed of its own, in a time that is reckoned.
func (p *program) replay(cmd *cobra.Command, o options) error {
	speed, err := o.replaySpeed(cmd)
	if err != nil {
		return err
	}
	t, err := openTake(o.replay)
	if err != nil {
		return err
	}
	ctx, ends := listen(cmd.Context(), nil)
	defer ends.close()
	out := newSink(p.stdout, ends.fail)
	fmt.Fprintf(out, "%s: %v of a box of ship-it %s, from %s on\n", o.replay, t.Length(), t.Program, t.Started.Format(time.DateTime+" MST"))
	if t.Lost > 0 {
		fmt.Fprintf(out, "%d readings are missing: they came faster than they could be written\n", t.Lost)
	}
	if t.CutOff {
		fmt.Fprintln(out, "its last line was cut off, and is left out")
	}
	if speed == 0 {
		defer out.Close(simFlush)
		return replayLive(ctx, t, o, out, ends)
	}
	err = replayReckoned(ctx, t, o, unhurried{out, ctx}, ends, speed)
	if lost := out.finish(ctx); err == nil {
		return lost
	}
	return err
}

// fastest is the speed at which nobody waits.
const fastest = -1

// replaySpeed is how many times as fast a recording is played, fastest, or 0: as
// it was. It refuses flags that mean nothing to a recording.
func (o options) replaySpeed(cmd *cobra.Command) (float64, error) {
	for _, name := range []string{"config", "live", "yes"} {
		if cmd.Flags().Changed(name) {
			return 0, usageError{fmt.Errorf("--%s means nothing with --replay: the recording says what box it is, and launches go to a stand-in", name)}
		}
	}
	switch speed, err := strconv.ParseFloat(o.speed, 64); {
	case o.speed == "":
		return 0, nil
	case o.speed == "max":
		return fastest, nil
	case err != nil || !(speed >= 0.01 && speed <= 1e6):
		return 0, usageError{fmt.Errorf("--speed is max, or from 0.01 to 1000000, not %q", o.speed)}
	default:
		return speed, nil
	}
}

// openTake reads a recording.
func openTake(path string) (*take, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("replay: %w", err)
	}
	defer func() { _ = file.Close() }() // nothing was written
	r, err := recording.Read(file)
	if err != nil {
		return nil, fmt.Errorf("replay %s: %w", path, err)
	}
	c, err := config.Parse([]byte(r.Config), path)
	if err != nil {
		return nil, fmt.Errorf("replay %s: %w: its configuration: %s", path, recording.ErrRecording, err.Error())
	}
	t := &take{r, c}
	if err := t.order(); err != nil {
		return nil, fmt.Errorf("replay %s: %w", path, err)
	}
	return t, nil
}

// order has the readings' levels in the order of the configuration's inputs.
func (t *take) order() error {
	inputs := plan(t.config).Inputs
	from := make([]int, len(inputs)) // where each is in the recording
	for i, in := range inputs {
		if from[i] = slices.Index(t.Inputs, in.Name); from[i] < 0 {
			return fmt.Errorf("%w: its first reading has no %s", recording.ErrRecording, in.Name)
		}
	}
	for n, r := range t.Readings {
		levels := make([]bool, len(inputs))
		for i := range inputs {
			levels[i] = r.Levels[from[i]]
		}
		edge := gpio.NoEdge
		if r.Edge != gpio.NoEdge {
			edge = slices.Index(from, r.Edge) // of a line that the box doesn't have: none
		}
		t.Readings[n] = gpio.Reading{Began: r.Began, Levels: levels, Edge: edge}
	}
	return nil
}

// replayReckoned plays a recording in a time that is reckoned, which waits for
// out: the same recording always gives the same words.
func replayReckoned(ctx context.Context, t *take, o options, out unhurried, ends *ends, speed float64) error {
	logger, err := o.logger(out)
	if err != nil {
		return err
	}
	r := &rig{config: t.config, log: logger, crash: out, late: ends.late}
	defer r.close()
	server, err := r.standIn(citest.Kind(o.server))
	if err != nil {
		return err
	}
	return newPlayback(r, t, server, out, o.verbose, speed).play(ctx)
}

// replayLive plays a recording as it was: the whole program, on a header in
// memory whose lines move as those did.
func replayLive(ctx context.Context, t *take, o options, out *sink, ends *ends) error {
	r, stage, err := simRig(t.config, o, out, out, ends)
	if err != nil {
		return err
	}
	defer r.close()
	var pins []int
	for _, in := range plan(t.config).Inputs {
		pins = append(pins, in.Pin)
	}
	stage.Set(pins, t.Readings[0])
	err = play(ctx, r, func(ctx context.Context) error { return stage.Replay(ctx, pins, t.Readings, t.Length()) })
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}
