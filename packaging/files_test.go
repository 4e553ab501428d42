package packaging_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"os/exec"
	"testing"

	"github.com/pelletier/go-toml/v2"
)

// The shell scripts hold to what dash and shellcheck ask for.
func TestScripts(t *testing.T) {
	t.Parallel()
	for _, script := range []string{
		"ship-it.init", "ship-it.default", "install.sh", "release", "bench",
		"deb/build", "deb/preinst", "deb/postinst", "deb/prerm", "deb/postrm",
	} {
		for _, tool := range [][]string{{"dash", "-n"}, {"shellcheck", "--shell=sh", "--severity=style"}} {
			t.Run(script+"/"+tool[0], func(t *testing.T) {
				t.Parallel()
				if _, err := exec.LookPath(tool[0]); err != nil {
					t.Skipf("no %s on this machine (Debian's package of that name)", tool[0])
				}
				out, err := exec.Command(tool[0], append(tool[1:], script)...).CombinedOutput()
				if err != nil {
					t.Errorf("%v\n%s", err, out)
				}
			})
		}
	}
}

// The sample is TOML. That the program takes it is tested with the package that reads it.
func TestSampleIsTOML(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("config.toml")
	if err != nil {
		t.Fatal(err)
	}
	var sample map[string]any
	if err := toml.Unmarshal(text, &sample); err != nil {
		t.Error(err)
	}
}

// The picture of the wiring is well-formed XML.
func TestWiringIsXML(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("wiring.svg")
	if err != nil {
		t.Fatal(err)
	}
	for d := xml.NewDecoder(bytes.NewReader(text)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
}
