package gpio

import (
	"fmt"
	"slices"
	"strings"
)

// isHeader tells whether a chip of this label has the header's lines at their
// BCM numbers. The numbers of the devices moved between kernels and tell
// nothing.
func isHeader(label string) bool {
	switch label {
	case "pinctrl-bcm2835", // Pi 1 to 3, Zero
		"pinctrl-bcm2711", // Pi 4
		"pinctrl-rp1":     // Pi 5
		return true
	}
	return false
}

// candidate is a chip that could be chosen, once, whatever links lead to it.
type candidate struct {
	chipInfo
	paths []string
	node  asker
}

// String is the chip by label and device: pinctrl-bcm2711 (/dev/gpiochip0).
func (c candidate) String() string {
	return fmt.Sprintf("%s (%s)", c.label, strings.Join(c.paths, ", "))
}

// fits tells whether a selector means this chip: "auto", a path or a label.
func (c candidate) fits(selector string) bool {
	switch {
	case selector == "auto":
		return isHeader(c.label)
	case isPath(selector):
		return slices.Contains(c.paths, selector)
	}
	return c.label == selector
}

// isPath tells whether a selector is the path of a device.
func isPath(selector string) bool { return strings.Contains(selector, "/") }

// choose picks the one candidate that a selector means. denied are the devices
// that could not be opened for lack of permission: where nothing fits, one of
// those might.
func choose(selector string, all []candidate, denied []string) (candidate, error) {
	var fit []candidate
	for _, c := range all {
		if c.fits(selector) {
			fit = append(fit, c)
		}
	}
	switch {
	case len(fit) == 1:
		return fit[0], nil
	case len(fit) > 1:
		return candidate{}, problemf(ErrNoChip, "several GPIO chips fit %q: %s", selector, list(fit))
	case slices.Contains(denied, selector), len(denied) > 0 && !isPath(selector):
		return candidate{}, problemf(ErrPermission, "not allowed to open %s", strings.Join(denied, ", "))
	case len(all) == 0:
		return candidate{}, problemf(ErrNoChip, "there is no GPIO chip on this machine")
	case selector == "auto":
		return candidate{}, problemf(ErrNoChip, "no GPIO chip here is a Raspberry Pi's header: there is %s", list(all))
	}
	return candidate{}, problemf(ErrNoChip, "no GPIO chip here is %q: there is %s", selector, list(all))
}

// list names chips one after the other.
func list(all []candidate) string {
	var names []string
	for _, c := range all {
		names = append(names, c.String())
	}
	return strings.Join(names, ", ")
}
