package view

import "time"

// View is what the box shows at one moment. In JSON what is off, empty or
// unknown is left out where a comment says so.
type View struct {
	About

	Time  time.Time `json:"time"`
	State string    `json:"state"` // safe, locked, armed, launching or failed
	Since time.Time `json:"since"` // when that began

	SwitchOn   bool  `json:"switch_on"`             // the arming switch
	LaunchDown bool  `json:"launch_down"`           // the launch button
	BranchDown bool  `json:"branch_down"`           // the branch button
	SecondDown *bool `json:"second_down,omitempty"` // the second person's button; left out: the box has none

	Blinker Lamp   `json:"blinker"`
	Siren   *bool  `json:"siren,omitempty"` // its line is on; left out: the box has none
	Sound   string `json:"sound,omitempty"` // alarm or buzz; left out: silence

	Selected int      `json:"selected"` // index of the selected target
	Targets  []Target `json:"targets"`  // in the file's order

	Forbidden  string   `json:"forbidden,omitempty"`   // the refusal that a launch of the selected target would get by a rule or its server
	PressAgain bool     `json:"press_again,omitempty"` // a second press is waited for, which launches
	Launches   int      `json:"launches"`              // since the start
	Refused    *Refusal `json:"refused,omitempty"`     // the last refusal; left out: there was none

	// Log is the lines of the log that came since the View before on the same
	// stream, oldest first, without their ends; in the first one the latest.
	Log []string `json:"log,omitempty"`
}

// About is what stays the same for as long as the program runs.
type About struct {
	Version string `json:"version"`
	Pid     int    `json:"pid"`
	Drill   bool   `json:"drill,omitempty"` // launches go to a stand-in server; the simulator's do, too
	Pins    Pins   `json:"-"`               // they stand beside their lamps
}

// Pins are the GPIO numbers of the lamps.
type Pins struct {
	Blinker int
	Lamps   []int // by target
}

// Lamp is a lamp of the box.
type Lamp struct {
	Pin    int    `json:"pin"`    // GPIO number
	On     bool   `json:"on"`     // at this moment
	Rhythm string `json:"rhythm"` // on, off, or its steps: "blinking (0.1 s on, 0.3 s off)"
}

// Target is one of the targets.
type Target struct {
	Name    string `json:"name"`
	Lamp    Lamp   `json:"lamp"`
	Light   string `json:"light"`             // of its latest launch: none, not started, unknown, queued, running, passed, failed, cancelled, lost
	Offline bool   `json:"offline,omitempty"` // its server can't be reached, or gives no answer
	NoGo    string `json:"no_go,omitempty"`   // why its server has said that it would take no launch
	Build   *Build `json:"build,omitempty"`   // of its latest launch; left out: none is known
}

// Build is the build of a launch.
type Build struct {
	ID       string   `json:"id,omitempty"`       // its name on the server
	URL      string   `json:"url,omitempty"`      // where people look at it
	Word     string   `json:"word,omitempty"`     // what the server calls its stage
	Progress *float64 `json:"progress,omitempty"` // from 0 to 1; left out: the server doesn't tell
	Waiting  bool     `json:"waiting,omitempty"`  // for a person
	Unseen   bool     `json:"unseen,omitempty"`   // it is followed, and the server can't be asked
}

// Refusal is a press, or an arming, that did nothing.
type Refusal struct {
	What string    `json:"what"` // launch, branch, second or arming
	Word string    `json:"word"` // why, as the log has it
	At   time.Time `json:"at"`
}
