// Package citest is a stand-in for the servers that a launch reaches, over
// real HTTP on loopback: for the simulator, for --drill, and for tests.
//
// It owns what such a server does when it works, is slow, fails or vanishes,
// and it counts what reached it. It starts no build, and it judges nothing:
// what an answer means is the business of package ci.
package citest
