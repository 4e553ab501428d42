package sim

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ship-it.example/shipit"
)

func TestParse(t *testing.T) {
	t.Parallel()
	cases := []struct {
		line string
		want step
		err  string
	}{
		{line: "", want: nothing{}},
		{line: "  # arm", want: nothing{}},
		{line: "arm", want: turn{on: true}},
		{line: "disarm # now", want: turn{}},
		{line: "quit", want: quit{}},
		{line: "press launch", want: press{d: 200 * time.Millisecond}},
		{line: "press branch 1s", want: press{button: shipit.BranchButton, d: time.Second}},
		{line: "hold branch 2s", want: press{button: shipit.BranchButton, d: 2 * time.Second, goOn: true}},
		{line: "press second", want: press{button: shipit.SecondButton, d: 200 * time.Millisecond}},
		{line: "wait 10ms", want: pause{10 * time.Millisecond}},
		{line: "expect blinker blinking", want: expect{what: "blinker", want: "blinking"}},
		{line: "expect lamp 25 off", want: expect{what: "lamp", pin: 25, want: "off"}},
		{line: `expect target "Client Int"`, want: expect{what: "target", want: "Client Int"}},
		{line: "expect target Hubot", want: expect{what: "target", want: "Hubot"}},
		{line: `expect target "Build #1  of 2" # really`, want: expect{what: "target", want: "Build #1  of 2"}},
		{line: "\ufeffarm", want: turn{on: true}},
		{line: "expect state launching", want: expect{what: "state", want: "launching"}},
		{line: "expect launches 03", want: expect{what: "launches", want: "3"}},
		{line: "expect sound alarm", want: expect{what: "sound", want: "alarm"}},
		{line: "expect siren on", want: expect{what: "siren", want: "on"}},

		{line: "expect blinker no-go", want: expect{what: "blinker", want: "no-go"}},
		{line: `expect light "Client Int" not started`, want: expect{what: "light", target: "Client Int", want: "not started"}},
		{line: `expect light Client Int no word # really`, want: expect{what: "light", target: "Client Int", want: "no word"}},
		{line: `expect light "not started" unknown`, want: expect{what: "light", target: "not started", want: "unknown"}},
		{line: "server build failed", want: build{stage: shipit.StageFailed}},
		{line: "server build running 40%", want: build{stage: shipit.StageRunning, progress: 0.4}},
		{line: `server build "Client Int" running 100%`, want: build{target: "Client Int", stage: shipit.StageRunning, progress: 1}},
		{line: `server build "100%" lost`, want: build{target: "100%", stage: shipit.StageLost}},
		{line: "server build Hubot queued", want: build{target: "Hubot", stage: shipit.StageQueued}},
		{line: "server build", err: "what became of the build"},
		{line: "server build red", err: "what became of the build"},
		{line: "server build Hubotqueued", err: "what became of the build"},
		{line: "server build passed 40%", err: "is no progress"},
		{line: "server build running 140%", err: "is no progress"},
		{line: "server build 40%", err: "what became of the build"},
		{line: "server asked", err: "asked and one of them"},
		{line: "server asked why", err: "asked and one of them"},
		{line: `expect light "Client Int"`, err: "a light is"},
		{line: `expect light failed`, err: "a light is"},
		{line: "jump", err: `"jump", want arm`},
		{line: "arm now", err: "arm stands alone"},
		{line: "press", err: "press what"},
		{line: "press me", err: "press what"},
		{line: "press launch soon", err: `"soon" is no time`},
		{line: "press launch -1s", err: `"-1s" is no time`},
		{line: "hold launch", err: "want one time"},
		{line: "wait", err: "want one time"},
		{line: "wait 2h", err: "no time"},
		{line: "server", err: "server"},
		{line: "server melt", err: "drop or silent"},
		{line: "expect", err: "expect what"},
		{line: "expect peace on", err: `can't expect a "peace"`},
		{line: "expect siren blinking", err: "siren is one of on, off"},
		{line: "expect blinker green", err: "blinker is one of on, off, blinking"},
		{line: "expect lamp A on", err: "which lamp"},
		{line: "expect lamp 25", err: "lamp is one of"},
		{line: "expect state fine", err: "state is one of"},
		{line: "expect launches many", err: "how many"},
		{line: "expect launches -1", err: "how many"},
	}
	for _, c := range cases {
		t.Run(c.line, func(t *testing.T) {
			t.Parallel()
			got, err := parse(c.line)
			if c.err != "" {
				if !errors.Is(err, ErrScript) || !strings.Contains(err.Error(), c.err) {
					t.Errorf("parse(%q) gave %v, want an ErrScript with %q", c.line, err, c.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got, cmp.AllowUnexported(turn{}, press{}, pause{}, expect{}, build{})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// FuzzParse: whatever is typed is a step or an ErrScript, and never a press
// that lasts for ever or for no time.
func FuzzParse(f *testing.F) {
	for _, line := range []string{"arm", "press launch 200ms", "hold branch 2s", `expect target "Hubot"`, "server fail 500", "expect lamp 25 blinking", "wait 1s # x", `server build "A" running 40%`, `expect light "A" not started`} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		step, err := parse(line)
		if err != nil {
			if !errors.Is(err, ErrScript) {
				t.Errorf("parse(%q): %v", line, err)
			}
			return
		}
		if p, ok := step.(press); ok && (p.d <= 0 || p.d > time.Hour) {
			t.Errorf("parse(%q) lasts %v", line, p.d)
		}
	})
}
