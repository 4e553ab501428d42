// Package samples holds a sample configuration for each kind of server that a
// webhook reaches: for people to copy, and for the simulator.
package samples

import "embed"

// files are the samples.
//
//go:embed *.toml
var files embed.FS

// Read is the sample of that name.
func Read(name string) ([]byte, error) { return files.ReadFile(name + ".toml") }
