package registry

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// record is what one operation changed: whole objects, so that replaying is
// storing. A line of the journal is the CRC-32 of the JSON, a blank, the JSON.
type record struct {
	Domains      []*Domain          `json:"d,omitempty"`
	GoneDomains  []string           `json:"dx,omitempty"`
	Contacts     []*Contact         `json:"c,omitempty"`
	GoneContacts []string           `json:"cx,omitempty"`
	Hosts        []*Host            `json:"h,omitempty"`
	GoneHosts    []string           `json:"hx,omitempty"`
	Registrars   []*Registrar       `json:"r,omitempty"`
	Balances     map[string]balance `json:"b,omitempty"`
	Polls        []*PollMessage     `json:"p,omitempty"`
	Acked        []ackRef           `json:"px,omitempty"`
	Settings     *Settings          `json:"set,omitempty"`
	ROIDSeq      uint64             `json:"n,omitempty"`
	PollSeq      uint64             `json:"m,omitempty"`
	Seeded       bool               `json:"seeded,omitempty"`
}

type balance struct {
	Amount int64 `json:"a"`
	Sent   bool  `json:"s,omitempty"`
}

type ackRef struct {
	ClID string `json:"c"`
	ID   string `json:"i"`
}

func (r *record) empty() bool {
	return len(r.Domains)+len(r.GoneDomains)+len(r.Contacts)+len(r.GoneContacts)+len(r.Hosts)+len(r.GoneHosts)+
		len(r.Registrars)+len(r.Balances)+len(r.Polls)+len(r.Acked) == 0 && r.Settings == nil && !r.Seeded
}

func (r *record) line(buf *bytes.Buffer) error {
	b, err := json.Marshal(r)
	if err != nil {
		return err
	}
	fmt.Fprintf(buf, "%08x ", crc32.ChecksumIEEE(b))
	buf.Write(b)
	buf.WriteByte('\n')
	return nil
}

// apply replays a record. Removals come first: a renamed host is removed
// under its old name and a name may be purged and taken again in one record,
// but never put and then removed.
func (c *core) apply(r *record) {
	for _, n := range r.GoneDomains {
		c.dropDomain(n)
	}
	for _, n := range r.GoneHosts {
		c.dropHost(n)
	}
	for _, n := range r.GoneContacts {
		c.dropContact(n)
	}
	for _, x := range r.Contacts {
		c.putContact(x)
	}
	for _, x := range r.Hosts {
		c.putHost(x)
	}
	for _, x := range r.Domains {
		c.putDomain(x)
	}
	for _, x := range r.Registrars {
		c.putRegistrar(x)
	}
	for id, b := range r.Balances {
		if g := c.regs[id]; g != nil {
			n := *g
			n.Balance, n.LowNotified = b.Amount, b.Sent
			c.regs[id] = &n
		}
	}
	if r.Settings != nil {
		c.putSettings(r.Settings)
	}
	for _, m := range r.Polls {
		c.polls[m.ClID] = append(c.polls[m.ClID], m)
	}
	for _, a := range r.Acked {
		c.polls[a.ClID] = slices.DeleteFunc(c.polls[a.ClID], func(m *PollMessage) bool { return m.ID == a.ID })
	}
	c.roidSeq, c.pollSeq = max(c.roidSeq, r.ROIDSeq), max(c.pollSeq, r.PollSeq)
	c.tx = record{}
}

// journal is an append-only file with group commit: append queues a line,
// wait returns when it is on disk. One goroutine writes what has gathered
// since its last fsync, so that many commands share one.
type journal struct {
	f *os.File

	mu      sync.Mutex
	cond    *sync.Cond
	pending bytes.Buffer
	queued  uint64 // lines appended
	durable uint64 // lines on disk
	err     error  // sticky: after a failed write nothing is answered any more
	closing bool
	done    chan struct{}
}

func newJournal(f *os.File) *journal {
	j := &journal{f: f, done: make(chan struct{})}
	j.cond = sync.NewCond(&j.mu)
	go j.run()
	return j
}

// append queues a record and returns its position.
func (j *journal) append(r *record) (uint64, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.err != nil {
		return 0, j.err
	}
	if j.closing {
		return 0, ErrClosed
	}
	if err := r.line(&j.pending); err != nil {
		j.err = err
		return 0, err
	}
	j.queued++
	j.cond.Broadcast()
	return j.queued, nil
}

// wait returns once position lsn is on disk.
func (j *journal) wait(lsn uint64) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	for j.durable < lsn && j.err == nil {
		j.cond.Wait()
	}
	return j.err
}

func (j *journal) last() uint64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.queued
}

func (j *journal) run() {
	defer close(j.done)
	var spare bytes.Buffer
	j.mu.Lock()
	defer j.mu.Unlock()
	for {
		for j.pending.Len() == 0 && !j.closing {
			j.cond.Wait()
		}
		if j.pending.Len() == 0 || j.err != nil {
			return
		}
		spare, j.pending = j.pending, spare
		upTo := j.queued
		j.mu.Unlock()
		_, err := j.f.Write(spare.Bytes())
		if err == nil {
			err = datasync(j.f)
		}
		spare.Reset()
		j.mu.Lock()
		if err != nil {
			j.err = fmt.Errorf("registry: journal: %w", err)
		} else {
			j.durable = upTo
		}
		j.cond.Broadcast()
	}
}

func (j *journal) close() error {
	j.mu.Lock()
	j.closing = true
	j.cond.Broadcast()
	j.mu.Unlock()
	<-j.done
	return errors.Join(j.err, j.f.Close())
}

// files of generation n: base.n is a snapshot (absent for n = 0), log.n what
// happened since. A new generation is begun at start when the log has grown.
func genPath(dir, kind string, n int) string {
	return filepath.Join(dir, kind+"."+strconv.Itoa(n))
}

const compactAbove = 1 << 20 // bytes of log

// load reads the newest generation into c, begins a new one if the log has
// grown, removes what is left of older ones, and opens the log for appending.
func (c *core) load(dir string) (f *os.File, seeded bool, err error) {
	gen := 0
	ents, err := os.ReadDir(dir)
	if err != nil {
		return nil, false, err
	}
	for _, e := range ents {
		if s, ok := strings.CutPrefix(e.Name(), "base."); ok {
			if n, err := strconv.Atoi(s); err == nil {
				gen = max(gen, n)
			}
		}
	}
	if gen > 0 {
		_, base, err := c.replay(genPath(dir, "base", gen), false)
		if err != nil {
			return nil, false, err
		}
		seeded = base
	}
	size, s, err := c.replay(genPath(dir, "log", gen), true)
	if err != nil {
		return nil, false, err
	}
	seeded = seeded || s
	if size > compactAbove {
		if err := c.snapshot(dir, gen+1, seeded); err != nil {
			return nil, false, err
		}
		gen++
	}
	for _, e := range ents {
		kind, s, ok := strings.Cut(e.Name(), ".")
		n, err := strconv.Atoi(s)
		if ok && (kind == "base" || kind == "log") && (err != nil || n < gen) {
			if err := os.Remove(filepath.Join(dir, e.Name())); err != nil {
				return nil, false, err
			}
		}
	}
	f, err = os.OpenFile(genPath(dir, "log", gen), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, false, err
	}
	return f, seeded, syncDir(dir)
}

// replay reads one file. In a log a torn last line, left by a kill in the
// middle of a write, was never answered: it is cut off.
func (c *core) replay(path string, isLog bool) (size int64, seeded bool, err error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, os.ErrNotExist) && isLog {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, err
	}
	defer f.Close()
	rd := bufio.NewReaderSize(f, 1<<20)
	for {
		line, rerr := rd.ReadBytes('\n')
		if rerr != nil && rerr != io.EOF {
			return 0, false, rerr
		}
		if len(line) == 0 {
			return size, seeded, nil
		}
		var r record
		if perr := parseLine(line, &r); perr != nil {
			if _, e := rd.ReadByte(); e == nil || !isLog {
				return 0, false, fmt.Errorf("registry: %s at byte %d: %w", filepath.Base(path), size, perr)
			}
			if err := f.Truncate(size); err != nil {
				return 0, false, err
			}
			return size, seeded, f.Sync()
		}
		c.apply(&r)
		seeded = seeded || r.Seeded
		size += int64(len(line))
	}
}

func parseLine(line []byte, r *record) error {
	n := len(line)
	if n < 11 || line[n-1] != '\n' || line[8] != ' ' {
		return errors.New("torn line")
	}
	sum, err := strconv.ParseUint(string(line[:8]), 16, 32)
	if err != nil || uint32(sum) != crc32.ChecksumIEEE(line[9:n-1]) {
		return errors.New("checksum does not match")
	}
	return json.Unmarshal(line[9:n-1], r)
}

// snapshot writes base.gen; its rename is the moment at which it counts.
func (c *core) snapshot(dir string, gen int, seeded bool) error {
	path := genPath(dir, "base", gen)
	f, err := os.OpenFile(path+".tmp", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	var buf bytes.Buffer
	emit := func(r *record) {
		if err == nil && !r.empty() {
			buf.Reset()
			if err = r.line(&buf); err == nil {
				_, err = w.Write(buf.Bytes())
			}
		}
		*r = record{}
	}
	head := record{Seeded: seeded, ROIDSeq: c.roidSeq, PollSeq: c.pollSeq, Settings: c.set}
	for _, g := range c.regs {
		head.Registrars = append(head.Registrars, g)
	}
	for _, q := range c.polls {
		head.Polls = append(head.Polls, q...)
	}
	emit(&head)
	const chunk = 200
	var r record
	for _, x := range c.contacts {
		if r.Contacts = append(r.Contacts, x); len(r.Contacts) == chunk {
			emit(&r)
		}
	}
	emit(&r)
	for _, x := range c.hosts {
		if r.Hosts = append(r.Hosts, x); len(r.Hosts) == chunk {
			emit(&r)
		}
	}
	emit(&r)
	for _, x := range c.domains {
		if r.Domains = append(r.Domains, x); len(r.Domains) == chunk {
			emit(&r)
		}
	}
	emit(&r)
	if err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := os.Rename(path+".tmp", path); err != nil {
		return err
	}
	return syncDir(dir)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
