package peers_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
)

// schema is a part of an OpenAPI 3.0 document, as far as answers are held
// against it here.
type schema struct {
	Ref        string            `json:"$ref"`
	Type       string            `json:"type"`
	Nullable   bool              `json:"nullable"`
	Required   []string          `json:"required"`
	Properties map[string]schema `json:"properties"`
	Items      *schema           `json:"items"`
	Enum       []any             `json:"enum"`
	AllOf      []schema          `json:"allOf"`
	AnyOf      []schema          `json:"anyOf"`
	OneOf      []schema          `json:"oneOf"`
}

// openAPI is a document with its paths.
type openAPI struct {
	Paths map[string]map[string]struct {
		RequestBody body            `json:"requestBody"`
		Responses   map[string]body `json:"responses"`
	} `json:"paths"`
	Components struct {
		Schemas map[string]schema `json:"schemas"`
	} `json:"components"`
}

type body struct {
	Content map[string]struct {
		Schema schema `json:"schema"`
	} `json:"content"`
}

func readOpenAPI(file string) (*openAPI, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	doc := new(openAPI)
	return doc, json.Unmarshal(text, doc)
}

// check lists what is wrong with a value. Names in without may be missing.
func (doc *openAPI) check(s schema, v any, at string, without []string) []string {
	if s.Ref != "" {
		s = doc.Components.Schemas[s.Ref[strings.LastIndexByte(s.Ref, '/')+1:]]
	}
	if v == nil {
		if s.Nullable || s.Type == "" {
			return nil
		}
		return []string{at + ": null"}
	}
	var wrong []string
	for _, part := range s.AllOf {
		wrong = append(wrong, doc.check(part, v, at, without)...)
	}
	if some := append(slices.Clone(s.AnyOf), s.OneOf...); len(some) > 0 &&
		!slices.ContainsFunc(some, func(one schema) bool { return len(doc.check(one, v, at, without)) == 0 }) {
		wrong = append(wrong, at+": none of what it may be")
	}
	if len(s.Enum) > 0 && !slices.Contains(s.Enum, v) {
		wrong = append(wrong, fmt.Sprintf("%s: %v is none of %v", at, v, s.Enum))
	}
	if !isOf(s.Type, v) {
		return append(wrong, fmt.Sprintf("%s: %T, not %s", at, v, s.Type))
	}
	switch v := v.(type) {
	case map[string]any:
		for _, name := range s.Required {
			if _, ok := v[name]; !ok && !slices.Contains(without, name) {
				wrong = append(wrong, at+"/"+name+": missing")
			}
		}
		for name, member := range v {
			if property, ok := s.Properties[name]; ok {
				wrong = append(wrong, doc.check(property, member, at+"/"+name, without)...)
			}
		}
	case []any:
		for i, item := range v {
			if s.Items != nil {
				wrong = append(wrong, doc.check(*s.Items, item, fmt.Sprintf("%s/%d", at, i), without)...)
			}
		}
	}
	return wrong
}

// isOf tells whether a value is of a type; "" is any.
func isOf(kind string, v any) bool {
	switch v := v.(type) {
	case string:
		return kind == "" || kind == "string"
	case bool:
		return kind == "" || kind == "boolean"
	case float64:
		return kind == "" || kind == "number" || kind == "integer" && v == math.Trunc(v)
	case []any:
		return kind == "" || kind == "array"
	default:
		return kind == "" || kind == "object"
	}
}
