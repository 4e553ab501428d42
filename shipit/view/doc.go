// Package view is what the box shows at one moment, as one flat value: what a
// person at the box would see, and why.
//
// It owns the [View] and its JSON, which is stable: fields are added, never
// renamed, moved or given another meaning. It is made from a [shipit.Box] alone
// and decides nothing; who draws it, and who carries it to somebody else, is
// others' business.
package view
