// Package mailbox is where all mail of the simulated world arrives: SMTP in,
// for any address, and a page and an API out. Nothing is ever sent on.
package mailbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// keep is how many messages stay; the oldest go first.
const keep = 5000

// Store holds the messages, one file each, so that a restart loses none.
type Store struct {
	dir string
	now func() time.Time

	mu   sync.RWMutex
	msgs []*Message // by ID, oldest first
	last int64
}

// envelope is a message's file.
type envelope struct {
	ReceivedAt time.Time `json:"received_at"`
	From       string    `json:"from"`
	To         []string  `json:"to"`
	Raw        []byte    `json:"raw"`
}

// Open reads the messages kept in dir, making it where needed. now is business
// time.
func Open(dir string, now func() time.Time) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("mailbox: %w", err)
	}
	s := &Store{dir: dir, now: now}
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return nil, err
	}
	slices.Sort(files)
	for _, f := range files {
		var id int64
		if _, err := fmt.Sscanf(filepath.Base(f), "%d.json", &id); err != nil {
			continue
		}
		raw, err := os.ReadFile(f)
		if err != nil {
			return nil, fmt.Errorf("mailbox: %w", err)
		}
		var e envelope
		if err := json.Unmarshal(raw, &e); err != nil {
			return nil, fmt.Errorf("mailbox: %s: %w", f, err)
		}
		s.msgs = append(s.msgs, read(id, e))
		s.last = max(s.last, id)
	}
	return s, nil
}

func read(id int64, e envelope) *Message {
	m := &Message{ID: id, ReceivedAt: e.ReceivedAt, From: e.From, To: e.To, raw: e.Raw}
	m.parse()
	return m
}

// add keeps a message; when it returns nil the message is on disk.
func (s *Store) add(from string, to []string, raw []byte) (*Message, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := envelope{ReceivedAt: s.now(), From: from, To: to, Raw: raw}
	data, err := json.Marshal(e)
	if err != nil {
		return nil, err
	}
	id := s.last + 1
	tmp := filepath.Join(s.dir, ".incoming")
	if err := os.WriteFile(tmp, data, 0o600); err != nil {
		return nil, err
	}
	if err := os.Rename(tmp, s.file(id)); err != nil {
		return nil, err
	}
	s.last = id
	m := read(id, e)
	s.msgs = append(s.msgs, m)
	if len(s.msgs) > keep {
		_ = os.Remove(s.file(s.msgs[0].ID))
		s.msgs = s.msgs[1:]
	}
	return m, nil
}

func (s *Store) file(id int64) string { return filepath.Join(s.dir, fmt.Sprintf("%08d.json", id)) }

// Query selects messages.
type Query struct {
	To     string // a recipient, whole and case-insensitive; "" is everybody
	Before int64  // only IDs below, 0 is no bound: the page after
	After  int64  // only IDs above: what is new
	Limit  int    // 0 is 100
}

// List returns messages, newest first.
func (s *Store) List(q Query) []Message {
	if q.Limit <= 0 {
		q.Limit = 100
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	out := []Message{}
	for _, m := range slices.Backward(s.msgs) {
		if len(out) == q.Limit {
			break
		}
		if q.Before > 0 && m.ID >= q.Before || m.ID <= q.After || q.To != "" && !m.isTo(q.To) {
			continue
		}
		out = append(out, *m)
	}
	return out
}

func (m *Message) isTo(addr string) bool {
	return slices.ContainsFunc(m.To, func(to string) bool { return strings.EqualFold(to, strings.TrimSpace(addr)) })
}

// ErrNoMessage: there is no message with that ID.
var ErrNoMessage = errors.New("no such message")

// Get returns one message.
func (s *Store) Get(id int64) (Message, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	i, ok := slices.BinarySearchFunc(s.msgs, id, func(m *Message, id int64) int { return int(m.ID - id) })
	if !ok {
		return Message{}, ErrNoMessage
	}
	return *s.msgs[i], nil
}

// Clear removes all messages. IDs go on from where they were.
func (s *Store) Clear() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.msgs {
		if err := os.Remove(s.file(m.ID)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	s.msgs = nil
	return nil
}
