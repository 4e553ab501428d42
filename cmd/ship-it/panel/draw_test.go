package panel

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"

	"ship-it.example/cmd/ship-it/term"
	"ship-it.example/shipit/view"
)

var update = flag.Bool("update", false, "write the pictures anew")

// noon is a time of the day wherever the test runs.
var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.Local)

// atRest is a box with two targets, safe.
func atRest() view.View {
	return view.View{
		About: view.About{Version: "2.0.0 9ecf7815", Pid: 7},
		Time:  noon, State: "safe", Since: noon,
		Blinker: view.Lamp{Pin: 17, Rhythm: "off"},
		Targets: []view.Target{
			{Name: "Client Int", Lamp: view.Lamp{Pin: 22, On: true, Rhythm: "on"}, Light: "none"},
			{Name: "Hubot", Lamp: view.Lamp{Pin: 25, Rhythm: "off"}, Light: "none"},
		},
	}
}

// launching is one in the middle of a launch, with all that there can be.
func launching() view.View {
	v := atRest()
	v.State, v.SwitchOn, v.LaunchDown, v.Sound, v.Launches = "launching", true, true, "alarm", 2
	v.Since = noon.Add(3 * time.Second)
	v.SecondDown, v.Siren = new(true), new(true)
	v.Blinker = view.Lamp{Pin: 17, On: true, Rhythm: "on"}
	v.Refused = &view.Refusal{What: "launch", Word: "not armed", At: noon.Add(time.Second)}
	v.Targets[0].Lamp.Rhythm = "blinking (0.1 s off, 0.1 s on)"
	v.Targets[1].Light = "running"
	v.Targets[1].Build = &view.Build{ID: "106", URL: "https://teamcity.example.com/viewQueued.html?itemId=106", Word: "compiling", Progress: new(0.4)}
	return v
}

// many is a box with twenty targets, the last but one selected.
func many() view.View {
	v := atRest()
	lights := []string{"none", "queued", "running", "passed", "failed", "cancelled", "lost", "unknown", "not started"}
	v.Targets = nil
	for i := range 20 {
		name := strings.Repeat("x", i) + "-" + string(rune('A'+i))
		v.Targets = append(v.Targets, view.Target{Name: name, Lamp: view.Lamp{Pin: i, On: i%3 == 0, Rhythm: "blinking (0.5 s on, 0.5 s off)"}, Light: lights[i%len(lights)]})
	}
	v.Selected = 18
	v.State, v.SwitchOn, v.Forbidden = "armed", true, "no go: not authorised (401): look at the token"
	v.Targets[18].NoGo, v.Targets[17].Offline = "not authorised (401): look at the token", true
	return v
}

func story() []string {
	return []string{
		"[2026-11-22 12:00:00] pins have been initialized!",
		"[2026-11-22 12:00:01] WARN Refused launch: not armed",
		"[2026-11-22 12:00:02] Armed",
		"[2026-11-22 12:00:03] Launching Client Int",
		"[2026-11-22 12:00:03] ERROR No build of Client Int: not authorised (401): look at the token in /etc/ship-it/teamcity.token, and at the rights of its user",
		"[2026-11-22 12:00:04] Triggered a build of Hubot id=106 url=https://teamcity.example.com/viewQueued.html?itemId=106",
		"no stamp \x1b[2J\a and what others wrote",
	}
}

type touch struct{ Hands }

// scene is a model that has been shown something.
func scene(width, height int, l look, hands Hands, n *news) *model {
	m := &model{look: l, hands: hands, where: "simulator: launches go to a stand-in", width: width, height: height}
	m.hear(n)
	return m
}

// TestPictures: the whole picture, at three sizes, in sixteen colours, without
// any, and in letters; go test -update writes them anew.
func TestPictures(t *testing.T) {
	t.Parallel()
	coloured, plain, typed := look{term.Ink{Colours: true}, shapes()}, look{glyphs: shapes()}, look{glyphs: letters()}
	shown := func(v view.View) *news { return &news{view: &v, lines: story()} }
	cases := []struct {
		name          string
		width, height int
		look          look
		hands         Hands
		news          *news
	}{
		{"rest-60x20", 60, 20, plain, touch{}, shown(atRest())},
		{"rest-60x20-colours", 60, 20, coloured, touch{}, shown(atRest())},
		{"rest-60x20-letters", 60, 20, typed, nil, shown(atRest())},
		{"launching-60x20", 60, 20, plain, touch{}, shown(launching())},
		{"launching-80x24-colours", 80, 24, coloured, touch{}, shown(launching())},
		{"launching-80x24-letters", 80, 24, typed, touch{}, shown(launching())},
		{"launching-132x43", 132, 43, plain, nil, shown(launching())},
		{"launching-132x43-colours", 132, 43, coloured, touch{}, shown(launching())},
		{"many-60x20", 60, 20, plain, touch{}, shown(many())},
		{"many-132x43", 132, 43, plain, touch{}, shown(many())},
		{"waiting-60x20", 60, 20, plain, nil, &news{}},
		{"away-80x24", 80, 24, plain, nil, func() *news { v := launching(); return &news{view: &v, away: new("the box has gone")} }()},
		{"small-59x20", 59, 20, plain, touch{}, shown(atRest())},
		{"small-60x19", 60, 19, plain, touch{}, shown(atRest())},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			lines := scene(c.width, c.height, c.look, c.hands, c.news).draw()
			checkSize(t, lines, c.width, c.height)
			got := strings.ReplaceAll(strings.Join(lines, "\n"), "\x1b", "␛") + "\n"
			file := filepath.Join("testdata", c.name+".txt")
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// checkSize: the picture fills the terminal and nothing hangs over; one that is
// too small gets a few words.
func checkSize(t *testing.T, lines []string, width, height int) {
	t.Helper()
	small := width < minWidth || height < minHeight
	if len(lines) != height && !small {
		t.Errorf("%d lines, want %d", len(lines), height)
	}
	for i, line := range lines {
		if is := ansi.StringWidthWc(line); is != width && !small || is > width {
			t.Errorf("line %d has %d cells, want %d: %q", i, is, width, line)
		}
	}
}

// TestColourTellsNothingAlone: without its colours a picture is the same.
func TestColourTellsNothingAlone(t *testing.T) {
	t.Parallel()
	for _, v := range []view.View{atRest(), launching(), many()} {
		coloured := strings.Join(scene(80, 24, look{term.Ink{Colours: true}, shapes()}, touch{}, &news{view: &v, lines: story()}).draw(), "\n")
		plain := strings.Join(scene(80, 24, look{glyphs: shapes()}, touch{}, &news{view: &v, lines: story()}).draw(), "\n")
		if diff := cmp.Diff(ansi.Strip(plain), ansi.Strip(coloured)); diff != "" {
			t.Errorf("%s (-plain +coloured):\n%s", v.State, diff)
		}
	}
}

// TestEveryState: each state, and what forbids a launch, has its words in the
// smallest picture.
func TestEveryState(t *testing.T) {
	t.Parallel()
	armed := func(change func(*view.View)) view.View {
		v := atRest()
		v.State, v.SwitchOn = "armed", true
		change(&v)
		return v
	}
	in := func(state string) view.View { return armed(func(v *view.View) { v.State = state }) }
	cases := []struct {
		view view.View
		want string
	}{
		{atRest(), "SAFE: turn the switch on to arm it"},
		{in("locked"), "LOCKED: switch off first"},
		{in("armed"), "ARMED: a press launches Client Int"},
		{in("launching"), "LAUNCHING: a launch of Client Int is under way"},
		{in("failed"), "FAILED: no launch; look at the log"},
		{armed(func(v *view.View) { v.Forbidden = "frozen" }), "ARMED: frozen"},
		{armed(func(v *view.View) { v.PressAgain = true }), "ARMED: press again to launch Client Int"},
		{armed(func(v *view.View) { v.Targets[0].Offline = true }), "ARMED: no word from the server of Client Int"},
		{armed(func(v *view.View) { v.Targets[0].Light = "unknown" }), "ARMED: look at the server first"},
	}
	for _, c := range cases {
		text := strings.Join(scene(minWidth, minHeight, look{glyphs: letters()}, nil, &news{view: &c.view}).draw(), "\n")
		if !strings.Contains(ansi.Strip(text), "| "+c.want+" ") {
			t.Errorf("no %q in:\n%s", c.want, text)
		}
	}
}

// TestLookOf: shapes only where they can be seen.
func TestLookOf(t *testing.T) {
	t.Parallel()
	for kind, unicode := range map[string]bool{"xterm": true, "screen": true, "linux": false} {
		if l := lookOf(term.Ink{Unicode: true}, kind); (l.on == shapes().on) != unicode {
			t.Errorf("a lamp of %s is %q", kind, l.on)
		}
		if l := lookOf(term.Ink{}, kind); l.on != letters().on {
			t.Errorf("without Unicode a lamp of %s is %q", kind, l.on)
		}
	}
}

// TestLongReasons: nothing of what the box says is cut off, in the smallest
// terminal that is served; the log gives the lines for it.
func TestLongReasons(t *testing.T) {
	t.Parallel()
	v := atRest()
	v.State, v.SwitchOn = "armed", true
	v.Forbidden = "no go: not authorised (403): look at this user's rights on the server, and at the job called deploy/client"
	v.Refused = &view.Refusal{At: v.Time, What: "launch", Word: "no go, which is to stay so until somebody has looked"}
	lines := scene(minWidth, minHeight, look{glyphs: letters()}, nil, &news{view: &v}).draw()
	if len(lines) != minHeight {
		t.Errorf("%d lines, want %d", len(lines), minHeight)
	}
	text := ansi.Strip(strings.Join(lines, "\n"))
	for _, want := range []string{"| deploy/client ", "has looked "} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in:\n%s", want, text)
		}
	}
}

// TestLongTarget: what is known of the selected target is there to the last
// word, though its own line has no room for it.
func TestLongTarget(t *testing.T) {
	t.Parallel()
	v := launching()
	v.Selected = 1
	text := ansi.Strip(strings.Join(scene(minWidth, minHeight, look{glyphs: letters()}, nil, &news{view: &v}).draw(), ""))
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" |", r) }), "")
	if want := "Hubot:RUNNING##...40%id=106compiling" + v.Targets[1].Build.URL; !strings.Contains(text, want) {
		t.Errorf("no %q in:\n%s", want, text)
	}
}

// TestStrangeProgress: a build's progress is told as 0 to 100 %, whatever comes.
func TestStrangeProgress(t *testing.T) {
	t.Parallel()
	for progress, want := range map[float64]string{-5: " 0%", 0.5: " 50%", 5: " 100%"} {
		v := atRest()
		m := scene(minWidth, minHeight, look{glyphs: letters()}, nil, &news{view: &v})
		if got := m.build(view.Build{Progress: &progress})[0]; !strings.HasSuffix(got, want) {
			t.Errorf("%v is %q, want %q", progress, got, want)
		}
	}
}
