package gpio

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
)

// Find gives the chip that a selector means: "auto" for the header of a
// Raspberry Pi, the label of a chip, or the path of its device. The error is
// [ErrNoChip], [ErrPermission] or [ErrOldKernel] and lists what there is.
//
// Call it before the program starts goroutines that open files: it runs
// periph's driver, which works with the whole process's descriptor 0. The
// device of the chip stays open as long as the process lives.
func Find(selector string) (Chip, error) {
	return find(selector, machine{
		devices: func() ([]string, error) { return filepath.Glob("/dev/gpiochip*") },
		open:    openNode,
		board:   openBoard,
	})
}

// machine is how find touches the machine.
type machine struct {
	devices func() ([]string, error)
	open    func(path string) (asker, error)
	board   func(name string) (board, error)
}

func find(selector string, m machine) (Chip, error) {
	paths, err := m.devices()
	if err != nil {
		return nil, fmt.Errorf("look for GPIO chips: %w", err)
	}
	if isPath(selector) {
		selector = filepath.Clean(selector)
		if !slices.Contains(paths, selector) {
			paths = append(paths, selector)
		}
	}
	all, denied := m.look(paths)
	chosen, err := choose(selector, all, denied)
	for _, c := range all {
		if c.node != chosen.node {
			c.node.close()
		}
	}
	if err != nil {
		return nil, err
	}
	return m.use(chosen)
}

// look asks every device which chip it is. Several devices may be one chip: Pi
// OS links gpiochip4 to gpiochip0. A device that is no chip is left out.
func (m machine) look(paths []string) (all []candidate, denied []string) {
	for _, path := range paths {
		node, err := m.open(path)
		if errors.Is(err, fs.ErrPermission) {
			denied = append(denied, path)
		}
		if err != nil {
			continue
		}
		info, err := node.chip()
		i := slices.IndexFunc(all, func(c candidate) bool { return c.name == info.name })
		switch {
		case err != nil:
			node.close()
		case i >= 0:
			node.close()
			all[i].paths = append(all[i].paths, path)
		default:
			all = append(all, candidate{chipInfo: info, paths: []string{path}, node: node})
		}
	}
	return all, denied
}

// use opens a chosen chip with periph. The kernel is asked about a line first,
// for periph's driver does not survive an old kernel in good order: it leaves
// descriptors to the garbage collector twice.
func (m machine) use(chosen candidate) (Chip, error) {
	if _, err := chosen.node.line(0); err != nil {
		chosen.node.close()
		return nil, fmt.Errorf("use %s: %w", chosen, err)
	}
	board, err := m.board(chosen.name)
	if err != nil {
		chosen.node.close()
		return nil, fmt.Errorf("use %s: %w", chosen, err)
	}
	return &device{candidate: chosen, board: board}, nil
}
