package doctor

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// Device is the file of a GPIO chip, and whose it is.
type Device struct {
	Path     string
	Mode     fs.FileMode
	UID, GID int
}

// Account is a user with all his groups.
type Account struct {
	Name   string
	UID    int
	Groups []int
}

// may tells whether an account may read and write a device.
func (a Account) may(d Device) bool {
	switch perm := d.Mode.Perm(); {
	case a.UID == 0:
		return true
	case a.UID == d.UID:
		return perm&0o600 == 0o600
	case slices.Contains(a.Groups, d.GID):
		return perm&0o060 == 0o060
	default:
		return perm&0o006 == 0o006
	}
}

// permission is whether the user that the service runs as may use a chip: who
// examines the box is another one, and mostly root.
func (v *visit) permission(context.Context) error {
	var all []string
	for _, d := range v.Devices {
		if v.Service != nil && v.Service.may(d) {
			v.ok("", fmt.Sprintf("the service's user, %s, may use %s", v.Service.Name, d.Path))
			return nil
		}
		all = append(all, fmt.Sprintf("%s (mode %04o)", d.Path, d.Mode.Perm()))
	}
	switch {
	case len(all) == 0:
		v.skip("", "left out: there is no device of a chip", "")
	case v.Service == nil:
		v.skip("", "left out: there is no service's user here", "")
	default:
		v.bad("", fmt.Sprintf("the service's user, %s, may not use %s", v.Service.Name, strings.Join(all, ", ")),
			"sudo usermod -aG gpio "+v.Service.Name+"; the chip has to be the group gpio's, which the package's rule 60-ship-it.rules for udev sees to")
	}
	return nil
}
