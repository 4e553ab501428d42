package main

import (
	"cmp"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
)

// The part of CycloneDX 1.5 that we write (https://cyclonedx.org/docs/1.5/json/).
type (
	document struct {
		BOMFormat    string       `json:"bomFormat"`
		SpecVersion  string       `json:"specVersion"`
		SerialNumber string       `json:"serialNumber"`
		Version      int          `json:"version"`
		Metadata     metadata     `json:"metadata"`
		Components   []component  `json:"components"`
		Dependencies []dependency `json:"dependencies"`
	}
	metadata struct {
		Timestamp string    `json:"timestamp,omitempty"`
		Component component `json:"component"`
	}
	component struct {
		Type       string      `json:"type"`
		Ref        string      `json:"bom-ref"`
		Name       string      `json:"name"`
		Version    string      `json:"version,omitempty"`
		PURL       string      `json:"purl,omitempty"`
		Properties []property  `json:"properties,omitempty"`
		Components []component `json:"components,omitempty"`
	}
	property struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	dependency struct {
		Ref       string   `json:"ref"`
		DependsOn []string `json:"dependsOn,omitempty"`
	}
)

// sbom writes what is in programs of one source: its modules with their
// checksums, and the Go that they were built with. The source has a name and a
// version, a program the name of its file.
func sbom(name, version string, paths []string, out io.Writer) error {
	var doc document
	source := &doc.Metadata.Component
	*source = component{Type: "application", Ref: "main", Name: name, Version: version}
	module := ""
	modules := map[string]component{}
	for _, path := range paths {
		info, err := buildinfo.ReadFile(path)
		if err != nil {
			return fmt.Errorf("read how %s was built: %w", path, err)
		}
		if module != "" && module != info.Main.Path {
			return fmt.Errorf("%s is of %s, the others of %s", path, info.Main.Path, module)
		}
		module = info.Main.Path
		doc.Metadata.Timestamp = setting(info, "vcs.time")
		source.Components = append(source.Components, built(path, info))
		for _, c := range parts(info) {
			modules[c.Ref] = c
		}
	}
	for _, c := range modules {
		doc.Components = append(doc.Components, c)
	}
	slices.SortFunc(doc.Components, func(a, b component) int { return cmp.Compare(a.Ref, b.Ref) })
	return doc.write(out)
}

// built is a program with the settings that it was built with.
func built(path string, info *buildinfo.BuildInfo) component {
	c := component{Type: "file", Ref: "file:" + filepath.Base(path), Name: filepath.Base(path)}
	for _, s := range info.Settings {
		c.Properties = append(c.Properties, property{"go:" + s.Key, s.Value})
	}
	return c
}

// parts are the modules in a program, and Go's own packages.
func parts(info *buildinfo.BuildInfo) []component {
	version := strings.TrimPrefix(info.GoVersion, "go")
	purl := "pkg:golang/std@" + version
	list := []component{{Type: "library", Ref: purl, Name: "std", Version: version, PURL: purl}}
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		purl := "pkg:golang/" + m.Path + "@" + m.Version
		list = append(list, component{
			Type: "library", Ref: purl, Name: m.Path, Version: m.Version, PURL: purl,
			Properties: []property{{"go.sum", m.Sum}},
		})
	}
	return list
}

// write gives the document its number, which is made from what is in it, and
// writes it.
func (doc document) write(out io.Writer) error {
	if len(doc.Components) == 0 {
		return errors.New("no module is in it")
	}
	use := dependency{Ref: doc.Metadata.Component.Ref}
	for _, c := range doc.Components {
		use.DependsOn = append(use.DependsOn, c.Ref)
	}
	doc.BOMFormat, doc.SpecVersion, doc.Version = "CycloneDX", "1.5", 1
	doc.Dependencies = []dependency{use}
	content, err := json.Marshal(doc)
	if err != nil {
		return fmt.Errorf("write the list: %w", err)
	}
	sum := sha256.Sum256(content)
	sum[6], sum[8] = sum[6]&0x0f|0x80, sum[8]&0x3f|0x80 // RFC 9562, version 8
	doc.SerialNumber = fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(doc); err != nil {
		return fmt.Errorf("write the list: %w", err)
	}
	return nil
}
