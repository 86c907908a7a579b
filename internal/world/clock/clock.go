// Package clock is the business clock of the simulated world: the one time by
// which registries, registrar and everybody else date names, orders and
// reviews. Business now is the wall clock plus an offset that only ever grows.
//
// It is, beside the wiring, the only place of the world that reads the wall
// clock; everybody else is handed a time.
package clock

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Clock is business time. Safe for concurrent use.
type Clock struct {
	path string
	wall func() time.Time

	mu        sync.RWMutex
	offset    time.Duration // whole microseconds, never negative
	followers []*follower

	advancing sync.Mutex // one advance at a time: steps of two would interleave
}

// state is what survives a restart. It holds followers' bearer tokens, hence
// the file's mode 0600.
type state struct {
	OffsetUS  int64           `json:"offset_us"`
	Followers []followerState `json:"followers"`
}

type followerState struct {
	URL   string `json:"url"`
	Token string `json:"token"`
}

// Open reads the clock kept at path, or makes one with offset zero.
// wall is the wall clock; nil means time.Now.
func Open(path string, wall func() time.Time) (*Clock, error) {
	if wall == nil {
		wall = time.Now
	}
	c := &Clock{path: path, wall: wall}
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return c, c.save()
	}
	if err != nil {
		return nil, fmt.Errorf("clock: %w", err)
	}
	var st state
	if err := json.Unmarshal(raw, &st); err != nil {
		return nil, fmt.Errorf("clock: %s: %w", path, err)
	}
	if st.OffsetUS < 0 {
		return nil, fmt.Errorf("clock: %s: negative offset %d", path, st.OffsetUS)
	}
	c.offset = time.Duration(st.OffsetUS) * time.Microsecond
	for _, f := range st.Followers {
		if fo, err := newFollower(f.URL, f.Token); err == nil {
			c.followers = append(c.followers, fo)
		}
	}
	return c, nil
}

// Now is business now, in UTC and whole microseconds (what databases keep).
func (c *Clock) Now() time.Time {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.wall().Add(c.offset).UTC().Truncate(time.Microsecond)
}

// Offset is business now minus wall now.
func (c *Clock) Offset() time.Duration {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.offset
}

// reach moves the offset so that Now is not before t, and persists it. It
// never moves backwards: a time already past changes nothing.
func (c *Clock) reach(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	d := t.Sub(c.wall())
	// Round up: at a due time truncated down, the event would not be due yet.
	if r := d % time.Microsecond; r > 0 {
		d += time.Microsecond - r
	}
	if d <= c.offset {
		return nil
	}
	c.offset = d
	return c.saveLocked()
}

func (c *Clock) save() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.saveLocked()
}

// saveLocked writes the state through a rename, so that a kill leaves either
// the old clock or the new one and never none.
func (c *Clock) saveLocked() error {
	st := state{OffsetUS: c.offset.Microseconds(), Followers: []followerState{}}
	for _, f := range c.followers {
		st.Followers = append(st.Followers, followerState{URL: f.url, Token: f.token})
	}
	raw, err := json.Marshal(st)
	if err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(c.path), ".clock-*")
	if err != nil {
		return fmt.Errorf("clock: %w", err)
	}
	defer os.Remove(tmp.Name())
	if _, err := tmp.Write(raw); err != nil {
		tmp.Close()
		return fmt.Errorf("clock: %w", err)
	}
	if err := tmp.Close(); err != nil {
		return fmt.Errorf("clock: %w", err)
	}
	if err := os.Rename(tmp.Name(), c.path); err != nil {
		return fmt.Errorf("clock: %w", err)
	}
	return nil
}
