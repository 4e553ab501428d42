package gpio

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"
	"testing"
)

// labelled is a candidate with this label, at these devices.
func labelled(label string, paths ...string) candidate {
	return candidate{chipInfo: chipInfo{label: label, lines: 54}, paths: paths}
}

func TestChoose(t *testing.T) {
	t.Parallel()
	pi3 := labelled("pinctrl-bcm2835", "/dev/gpiochip0")
	pi4 := labelled("pinctrl-bcm2711", "/dev/gpiochip0", "/dev/gpiochip4") // linked, as in Pi OS
	pi5 := labelled("pinctrl-rp1", "/dev/gpiochip4")
	expander := labelled("raspberrypi-exp-gpio", "/dev/gpiochip1")
	second := labelled("raspberrypi-exp-gpio", "/dev/gpiochip2")
	tests := []struct {
		name     string
		selector string
		all      []candidate
		denied   []string
		want     string // label, or
		wantErr  error
		words    string
	}{
		{name: "a Pi 3", selector: "auto", all: []candidate{expander, pi3}, want: pi3.label},
		{name: "a Pi 4 with its link", selector: "auto", all: []candidate{pi4, expander}, want: pi4.label},
		{name: "a Pi 5", selector: "auto", all: []candidate{expander, second, pi5}, want: pi5.label},
		{name: "by label", selector: "raspberrypi-exp-gpio", all: []candidate{pi3, expander}, want: expander.label},
		{name: "by path", selector: "/dev/gpiochip1", all: []candidate{pi3, expander}, want: expander.label},
		{name: "by the path of a link", selector: "/dev/gpiochip4", all: []candidate{pi4, expander}, want: pi4.label},
		{name: "one of two that may be opened", selector: "auto", all: []candidate{pi3}, denied: []string{"/dev/gpiochip1"}, want: pi3.label},

		{name: "nothing there", selector: "auto", wantErr: ErrNoChip, words: "there is no GPIO chip on this machine"},
		{
			name: "no header", selector: "auto", all: []candidate{expander}, wantErr: ErrNoChip,
			words: "no GPIO chip here is a Raspberry Pi's header: there is raspberrypi-exp-gpio (/dev/gpiochip1)",
		},
		{
			name: "two headers", selector: "auto", all: []candidate{pi3, pi5}, wantErr: ErrNoChip,
			words: `several GPIO chips fit "auto": pinctrl-bcm2835 (/dev/gpiochip0), pinctrl-rp1 (/dev/gpiochip4)`,
		},
		{
			name: "a label twice", selector: "raspberrypi-exp-gpio", all: []candidate{expander, second}, wantErr: ErrNoChip,
			words: `several GPIO chips fit "raspberrypi-exp-gpio"`,
		},
		{
			name: "no such label", selector: "pinctrl-bcm2836", all: []candidate{pi4}, wantErr: ErrNoChip,
			words: `no GPIO chip here is "pinctrl-bcm2836": there is pinctrl-bcm2711 (/dev/gpiochip0, /dev/gpiochip4)`,
		},
		{name: "a part of a label", selector: "pinctrl", all: []candidate{pi4}, wantErr: ErrNoChip, words: `is "pinctrl"`},
		{name: "no such path", selector: "/dev/gpiochip9", all: []candidate{pi4}, wantErr: ErrNoChip, words: `is "/dev/gpiochip9"`},
		{
			name: "no such path, others denied", selector: "/dev/gpiochip9", denied: []string{"/dev/gpiochip0"}, wantErr: ErrNoChip,
			words: "there is no GPIO chip",
		},
		{
			name: "all denied", selector: "auto", denied: []string{"/dev/gpiochip0", "/dev/gpiochip1"}, wantErr: ErrPermission,
			words: "not allowed to open /dev/gpiochip0, /dev/gpiochip1",
		},
		{
			name: "the path denied", selector: "/dev/gpiochip0", all: []candidate{expander}, denied: []string{"/dev/gpiochip0"},
			wantErr: ErrPermission, words: "not allowed to open /dev/gpiochip0",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := choose(tt.selector, tt.all, tt.denied)
			if got.label != tt.want || !errors.Is(err, tt.wantErr) {
				t.Fatalf("got %q, %v, want %q, %v", got.label, err, tt.want, tt.wantErr)
			}
			if err != nil && (!strings.Contains(err.Error(), tt.words) || Hint(err) == "") {
				t.Errorf("error %q with hint %q, want %q and a hint", err, Hint(err), tt.words)
			}
		})
	}
}

// newMachine is a Pi 4 with Pi OS: the header's chip at two devices, another
// chip, and a device that is none.
func newMachine(t *testing.T) (machine, map[string]*fakeNode) {
	t.Helper()
	header := chipInfo{name: "gpiochip0", label: "pinctrl-bcm2711", lines: 58}
	nodes := map[string]*fakeNode{
		"/dev/gpiochip0":  {info: header},
		"/dev/gpiochip1":  {info: chipInfo{name: "gpiochip1", label: "raspberrypi-exp-gpio", lines: 8}},
		"/dev/gpiochip4":  {info: header},
		"/dev/the-header": {info: header},
		"/dev/null":       {err: syscall.ENOTTY},
	}
	return machine{
		devices: func() ([]string, error) {
			return []string{"/dev/gpiochip0", "/dev/gpiochip1", "/dev/gpiochip4"}, nil
		},
		open: func(path string) (asker, error) {
			if node, ok := nodes[path]; ok {
				return node, nil
			}
			return nil, &fs.PathError{Op: "open", Path: path, Err: syscall.ENOENT}
		},
		board: func(name string) (board, error) {
			if name != "gpiochip0" {
				return nil, fmt.Errorf("periph doesn't know %s", name)
			}
			return newFakeBoard(t), nil
		},
	}, nodes
}

func TestFind(t *testing.T) {
	t.Parallel()
	tests := []struct {
		selector string
		want     string
		open     []string // devices still open
	}{
		{"auto", "pinctrl-bcm2711 (/dev/gpiochip0, /dev/gpiochip4)", []string{"/dev/gpiochip0"}},
		{"pinctrl-bcm2711", "pinctrl-bcm2711 (/dev/gpiochip0, /dev/gpiochip4)", []string{"/dev/gpiochip0"}},
		{"/dev/../dev/gpiochip4", "pinctrl-bcm2711 (/dev/gpiochip0, /dev/gpiochip4)", []string{"/dev/gpiochip0"}},
		{"/dev/the-header", "pinctrl-bcm2711 (/dev/gpiochip0, /dev/gpiochip4, /dev/the-header)", []string{"/dev/gpiochip0"}},
	}
	for _, tt := range tests {
		t.Run(tt.selector, func(t *testing.T) {
			t.Parallel()
			m, nodes := newMachine(t)
			chip, err := find(tt.selector, m)
			if err != nil {
				t.Fatal(err)
			}
			if chip.String() != tt.want || chip.Lines() != 58 {
				t.Errorf("got %q with %d lines, want %q with 58", chip, chip.Lines(), tt.want)
			}
			for _, path := range []string{"/dev/gpiochip1", "/dev/gpiochip4"} {
				if !nodes[path].closed {
					t.Errorf("%s was left open", path)
				}
			}
			if nodes["/dev/gpiochip0"].closed {
				t.Error("the chosen device was closed")
			}
			if line, err := chip.Line(17); err != nil || line.Name != "GPIO17" {
				t.Errorf("line 17: %+v, %v", line, err)
			}
		})
	}
}

func TestFindFails(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		selector string
		machine  func(*machine, map[string]*fakeNode)
		want     error
		words    string
	}{
		{name: "no such device", selector: "/dev/gpiochip9", want: ErrNoChip, words: `"/dev/gpiochip9"`},
		{name: "a device that is no chip", selector: "/dev/null", want: ErrNoChip, words: `"/dev/null"`},
		{
			name: "not allowed", selector: "auto", want: ErrPermission, words: "not allowed to open /dev/gpiochip0",
			machine: func(m *machine, _ map[string]*fakeNode) {
				m.open = func(path string) (asker, error) {
					return nil, &fs.PathError{Op: "open", Path: path, Err: syscall.EACCES}
				}
			},
		},
		{
			name: "an old kernel", selector: "auto", want: ErrOldKernel, words: "use pinctrl-bcm2711",
			machine: func(_ *machine, nodes map[string]*fakeNode) { nodes["/dev/gpiochip0"].v2 = ErrOldKernel },
		},
		{name: "periph doesn't know the chip", selector: "/dev/gpiochip1", words: "periph doesn't know gpiochip1"},
		{
			name: "the devices can't be listed", selector: "auto", want: fs.ErrInvalid, words: "look for GPIO chips",
			machine: func(m *machine, _ map[string]*fakeNode) {
				m.devices = func() ([]string, error) { return nil, fs.ErrInvalid }
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m, nodes := newMachine(t)
			if tt.machine != nil {
				tt.machine(&m, nodes)
			}
			opened := make(map[string]bool)
			open := m.open
			m.open = func(path string) (asker, error) {
				opened[path] = true
				return open(path)
			}
			_, err := find(tt.selector, m)
			if err == nil || !strings.Contains(err.Error(), tt.words) {
				t.Errorf("find: %v, want %q in it", err, tt.words)
			}
			if tt.want != nil && !errors.Is(err, tt.want) {
				t.Errorf("find: %v, want it to be %q", err, tt.want)
			}
			for path, node := range nodes {
				if opened[path] && !node.closed && !errors.Is(err, ErrPermission) {
					t.Errorf("%s was left open", path)
				}
			}
		})
	}
}

// The real thing, on whatever machine this is: a device that is no chip.
func TestFindOnThisMachine(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/dev/null", "/dev/no-such-chip"} {
		if _, err := Find(path); !errors.Is(err, ErrNoChip) || !strings.Contains(err.Error(), "GPIO chip") {
			t.Errorf("Find(%q): %v, want ErrNoChip", path, err)
		}
	}
}
