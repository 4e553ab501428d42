// Command artefact looks at built programs, for packaging/deb/build and
// packaging/release: what they were built for, and what is in them.
//
//	artefact check FILE [SETTING=VALUE]...    static, and built with these settings (go version -m shows them)
//	artefact sbom NAME VERSION FILE...        the software in them as CycloneDX JSON, on standard output
//
// It is no part of the program. It looks into the files and nowhere else:
// nothing is taken from the machine or the moment, so the same files give the
// same answer.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "artefact: %v\n", err)
		os.Exit(1)
	}
}

func run(args []string, out io.Writer) error {
	switch {
	case len(args) > 1 && args[0] == "check":
		return check(args[1], args[2:])
	case len(args) > 3 && args[0] == "sbom":
		return sbom(args[1], args[2], args[3:], out)
	default:
		return errors.New("usage: artefact check FILE [SETTING=VALUE]..., or artefact sbom NAME VERSION FILE... of one source")
	}
}
