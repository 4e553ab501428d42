package journal

import (
	"sync"
	"time"

	"ship-it.example/shipit"
)

// queue does jobs one after the other, in a goroutine that is there only while
// there are any.
type queue struct {
	fault func(error)

	mu      sync.Mutex
	jobs    []func()
	running bool
	idle    *sync.Cond // nothing is left to do
}

func newQueue(fault func(error)) *queue {
	q := &queue{fault: fault}
	q.idle = sync.NewCond(&q.mu)
	return q
}

// do adds a job. It doesn't block, however many there are.
func (q *queue) do(job func()) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.jobs = append(q.jobs, job)
	if !q.running {
		q.running = true
		go q.work()
	}
}

// work does what there is. A panic costs its job.
func (q *queue) work() {
	for {
		job := q.next()
		if job == nil {
			return
		}
		if err := shipit.Guard(func() error { job(); return nil }); err != nil {
			q.fault(err)
		}
	}
}

func (q *queue) next() func() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.jobs) == 0 {
		q.running = false
		q.idle.Broadcast()
		return nil
	}
	job := q.jobs[0]
	q.jobs = q.jobs[1:]
	return job
}

// wait waits until nothing is left to do, for no longer than patience.
func (q *queue) wait(patience time.Duration) {
	late := false
	timer := time.AfterFunc(patience, func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		late = true
		q.idle.Broadcast()
	})
	defer timer.Stop()
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.running && !late {
		q.idle.Wait()
	}
}
