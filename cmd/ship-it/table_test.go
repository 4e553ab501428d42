package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestTable: columns are as wide as a terminal shows them, and the last cell of a
// row is in none.
func TestTable(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	table := newTable(&text)
	table.row("客户端\t%d\tx", 22)
	table.row("🚀 Prod\t5\tfar longer than any")
	table.row("é\t")
	table.row("alone, and longer than any column")
	for range 2 { // the second time there is nothing left
		if err := table.flush(); err != nil {
			t.Fatal(err)
		}
	}
	want := "客户端   22  x\n🚀 Prod  5   far longer than any\né        \nalone, and longer than any column\n"
	if diff := cmp.Diff(want, text.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
