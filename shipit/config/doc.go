// Package config makes the configuration file into checked values.
//
// It owns the file's grammar, its defaults and its rules, and the words of
// every mistake that can be made in it: [Load] reports all of them at once,
// each with its line and its remedy. It opens what the file names (secrets, a
// certificate authority, sounds) and says what is wrong with it. It claims no
// line, asks no server and starts no player, so a configuration that passes
// here may still name a chip's missing line or a server's unknown build type.
//
// The file is TOML. What is TOML and what isn't is go-toml's to say; the rules
// of the values are checked on a tree of our own that knows where each value
// stands, because a decoder stops at the first wrong type.
package config
