package view_test

import (
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ship-it.example/shipit/view"
)

// TestManual: ship-it.socket(7) has every key of the protocol and no other.
func TestManual(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../packaging/man/ship-it.socket.7.in")
	if err != nil {
		t.Fatal(err)
	}
	_, protocol, _ := strings.Cut(string(page), ".SH PROTOCOL\n")
	protocol, _, _ = strings.Cut(protocol, ".SH ")
	var described []string
	for _, line := range regexp.MustCompile(`(?m)^\.BR? ([a-z_", ]+)`).FindAllStringSubmatch(protocol, -1) {
		described = append(described, regexp.MustCompile(`[a-z_]+`).FindAllString(line[1], -1)...)
	}
	slices.Sort(described)
	keys := keysOf(reflect.TypeFor[view.View]())
	slices.Sort(keys)
	if diff := cmp.Diff(slices.Compact(keys), slices.Compact(described)); diff != "" {
		t.Errorf("keys: -protocol +page:\n%s", diff)
	}
}

// keysOf are the JSON keys of a type and of all that is in it.
func keysOf(typ reflect.Type) []string {
	switch typ.Kind() {
	case reflect.Pointer, reflect.Slice:
		return keysOf(typ.Elem())
	case reflect.Struct:
	default:
		return nil
	}
	if typ == reflect.TypeFor[time.Time]() {
		return nil
	}
	var keys []string
	for field := range typ.Fields() {
		key, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if key == "-" {
			continue
		}
		if key != "" {
			keys = append(keys, key)
		}
		keys = append(keys, keysOf(field.Type)...)
	}
	return keys
}
