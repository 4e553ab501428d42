package main

import (
	"encoding/xml"
	"fmt"
	"strings"
	"time"

	"ship-it.example/shipit"
	"ship-it.example/shipit/config"
	"ship-it.example/shipit/config/cells"
)

// The card to print is an A6 sheet, upright; its units are tenths of a
// millimetre. A legend that is too long for it is made smaller as a whole.
const (
	sheetWidth, sheetHeight = 1050, 1480
	sheetMargin             = 50
	sheetFont               = 24
	sheetLine               = 29
	sheetBar                = 240 // of the picture of a lamp's light
	sheetLabel              = 90  // in front of it
	sheetWords              = sheetMargin + sheetLabel + sheetBar + 25
	sheetPerCell            = 13 // how wide a letter is at most, on average
)

// sheet is the card as it is drawn, from its top on.
type sheet struct {
	strings.Builder
	y int // where the next line begins
}

// svgCard is the legend as a picture to print.
func svgCard(c *config.Config) string {
	s := &sheet{y: sheetMargin}
	s.title(cardTitle, 56)
	s.words(sheetMargin, sheetWidth-2*sheetMargin, cardSteps)
	s.title(cardTargets, 32)
	for i, t := range c.Targets {
		s.y += sheetLine
		s.text(sheetMargin, fmt.Sprintf("%d.", i+1))
		s.text(sheetMargin+45, fmt.Sprintf("GPIO %d", t.LED.Pin))
		s.name(t.Name)
	}
	s.title(cardSigns, 32)
	builds := false
	for _, sign := range legend(c) {
		if sign.Build && !builds {
			builds = true
			s.title(cardBuilds, 32)
		}
		s.sign(sign)
	}
	if builds && len(c.Targets) > 1 {
		s.y += sheetLine / 3
		s.words(sheetMargin, sheetWidth-2*sheetMargin, cardOthers)
	}
	return s.page()
}

// page is the whole picture. A longer legend has a larger view box of the same
// shape, so that it ends within the sheet.
func (s *sheet) page() string {
	height := max(sheetHeight, s.y+sheetMargin)
	width := sheetWidth * height / sheetHeight
	return fmt.Sprintf(`<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" width="105mm" height="148mm" viewBox="%d 0 %d %d" font-family="Helvetica, Arial, sans-serif" font-size="%d">
<title>ship-it: what the lamps mean</title>
<rect x="%d" width="%d" height="%d" fill="white"/>
%s</svg>
`, (sheetWidth-width)/2, width, height, sheetFont, (sheetWidth-width)/2, width, height, s.String())
}

func (s *sheet) title(text string, size int) {
	s.y += size * 3 / 2
	fmt.Fprintf(s, `<text x="%d" y="%d" font-size="%d" font-weight="bold">%s</text>`+"\n", sheetMargin, s.y, size, escaped(text))
}

// text writes in the line that has begun.
func (s *sheet) text(x int, text string) {
	fmt.Fprintf(s, `<text x="%d" y="%d">%s</text>`+"\n", x, s.y, escaped(text))
}

// name writes the name of a lamp. However wide its letters are, nothing of it is
// drawn beyond the margin.
func (s *sheet) name(name string) {
	const x, below = sheetMargin + 155, sheetLine / 4
	fmt.Fprintf(s, `<svg x="%d" y="%d" width="%d" height="%d"><text y="%d">%s</text></svg>`+"\n",
		x, s.y+below-sheetLine, sheetWidth-sheetMargin-x, sheetLine, sheetLine-below, escaped(name))
}

// words writes lines of their own, from x on and not beyond a width.
func (s *sheet) words(x, width int, text string) {
	for _, line := range cells.Wrap(text, width/sheetPerCell) {
		s.y += sheetLine
		s.text(x, line)
	}
}

// sign draws the lamps, and the words beside them.
func (s *sheet) sign(sign shipit.Sign) {
	top := s.y + sheetLine/3
	s.y = top
	for _, line := range cardLines(sign) {
		s.y += sheetLine
		s.text(sheetMargin, line.part)
		if line.rhythm == nil {
			s.text(sheetMargin+sheetLabel, line.sound)
		} else {
			s.light(*line.rhythm)
		}
	}
	left := s.y
	s.y = top
	for _, text := range []string{sign.Means, sign.Do} {
		s.words(sheetWords, sheetWidth-sheetMargin-sheetWords, text)
	}
	s.y = max(s.y, left)
}

// light draws a lamp's light over time: a frame, and a block while it is on.
func (s *sheet) light(rhythm shipit.Rhythm) {
	const x, height = sheetMargin + sheetLabel, 18
	at := time.Duration(0)
	across := func(d time.Duration) float64 { return float64(sheetBar) * d.Seconds() / cardTime.Seconds() }
	for _, span := range rhythm.Spans(cardTime) {
		if span.On {
			fmt.Fprintf(s, `<rect x="%g" y="%d" width="%g" height="%d" fill="#f2a900"/>`+"\n", x+across(at), s.y-height, across(span.Time), height)
		}
		at += span.Time
	}
	fmt.Fprintf(s, `<rect x="%d" y="%d" width="%d" height="%d" fill="none" stroke="black" stroke-width="2"/>`+"\n", x, s.y-height, sheetBar, height)
}

// escaped is a text as XML has it.
func escaped(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a Builder takes everything
	return b.String()
}
