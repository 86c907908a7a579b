package registry

import (
	"maps"
	"slices"
	"sync"
	"time"
)

const ring = 512 // latest commands that percentiles are taken over

type stats struct {
	wall func() time.Time

	mu        sync.Mutex
	latest    [ring]time.Duration
	n         int
	commands  map[string]int64
	lastError string
	lastAt    time.Time
}

func newStats(wall func() time.Time) *stats {
	return &stats{wall: wall, commands: map[string]int64{}}
}

func (s *stats) record(command string, took time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.latest[s.n%ring] = took
	s.n++
	s.commands[command]++
}

func (s *stats) trouble(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lastError, s.lastAt = text, s.wall()
}

func (s *stats) fill(h *Health) {
	s.mu.Lock()
	took := slices.Clone(s.latest[:min(s.n, ring)])
	h.Commands, h.LastError, h.LastAt = maps.Clone(s.commands), s.lastError, s.lastAt
	s.mu.Unlock()
	if len(took) == 0 {
		return
	}
	slices.Sort(took)
	ms := func(q int) float64 { return float64(took[(len(took)-1)*q/100]) / float64(time.Millisecond) }
	h.P50, h.P99 = ms(50), ms(99)
}
