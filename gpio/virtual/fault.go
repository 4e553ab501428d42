package virtual

// DropEdges makes every edge from now on get lost, or ends that.
func (c *Chip) DropEdges(drop bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.deaf = drop
}

// Fade makes every line read low, without an edge and without an error. A real
// chip that goes away can have such a moment before [Chip.Remove].
func (c *Chip) Fade() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faded = true
}

// Remove takes the chip away: from now on everything but closing fails. A wait
// under way is not woken.
func (c *Chip) Remove() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.gone = true
}

// Hold has somebody else hold a free line, by this name.
func (c *Chip) Hold(pin int, owner string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lines[pin].owner = owner
}

// Unhold ends a Hold.
func (c *Chip) Unhold(pin int) { c.Hold(pin, "") }

// Strand leaves a free line as an output that nobody owns: what a program that
// was killed leaves on a Raspberry Pi.
func (c *Chip) Strand(pin int, level bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drive(pin, true, level)
}
