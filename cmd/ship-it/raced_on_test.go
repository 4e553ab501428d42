//go:build race

package main

// raced tells whether the race detector looks on.
const raced = true
