package journal

import (
	"errors"
	"os"

	"ship-it.example/shipit"
)

// finish writes the line of a launch, and then takes what was written ahead of it
// away. What can't be written stays there.
func (j *Journal) finish(e entry) {
	_ = j.put(e) // if the line can't be written either, the complaint is made there
	if err := j.write(encode(e.Line), true); err != nil {
		j.complain(err)
		return
	}
	_ = j.put(entry{Step: stepClosed, Line: Line{Record: shipit.Record{ID: e.ID}}}) // the line's id keeps it from being written twice
}

// refuse writes the line of a refusal, or keeps it for later.
func (j *Journal) refuse(line []byte) {
	if err := j.write(line, false); err != nil {
		j.complain(err)
		if len(j.refused) < maxRefused {
			j.refused = append(j.refused, line)
		}
	}
}

// write writes a line of the journal, and waits until it is on the disk if it
// matters.
func (j *Journal) write(line []byte, matters bool) error {
	if !j.isOpen() {
		return os.ErrClosed
	}
	file, err := openFile(j.Path)
	if err != nil {
		return err
	}
	err = appendWhole(file, line)
	if err == nil && matters {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err == nil {
		j.mu.Lock()
		j.told = false
		j.mu.Unlock()
	}
	return err
}

func (j *Journal) isOpen() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.ahead != nil
}

// retry writes the lines that could not be written before.
func (j *Journal) retry() {
	var over []entry
	j.mu.Lock()
	for _, e := range j.open {
		if e.Step == stepOver {
			over = append(over, e)
		}
	}
	j.mu.Unlock()
	for _, e := range over {
		j.finish(e)
	}
	refused := j.refused
	j.refused = nil
	for _, line := range refused {
		j.refuse(line)
	}
}

// complain tells once that something can't be written, until something can.
func (j *Journal) complain(err error) {
	if err == nil {
		return
	}
	j.mu.Lock()
	told := j.told
	j.told = true
	j.mu.Unlock()
	if !told && !errors.Is(err, os.ErrClosed) {
		j.Log.Error("Can't record: " + err.Error())
	}
}
