// Package ocr reads the text of a document's picture with the outside program tesseract. The program sees grey pixels
// through a pipe: nothing is written to disk, nothing is logged. What it cost and what it may cost is bounded: one
// program at a time unless told otherwise, a deadline for a whole reading, and no more pixels in one pass than Config
// says. Results are kept in memory by the picture's hash, so that the same picture is not read twice.
package ocr

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"image"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/openregistrar/openregistrar/internal/realname"
)

// ErrAbsent: the program or one of its languages is not installed; what it would have read is not performed.
var ErrAbsent = errors.New("ocr: tesseract with chi_sim and eng is not installed")

// Config is what an operator may set; zero values mean the defaults.
type Config struct {
	Program     string        // the program's path; default "tesseract" as found in PATH
	Timeout     time.Duration // for one picture, all passes; default 20 s
	Concurrency int           // pictures read at a time; default 1
	Pixels      int           // most pixels in one pass; default 5 million
	Remember    int           // pictures whose text is kept in memory; default 64, negative: none
}

// Reader reads pictures. It is safe for concurrent use.
type Reader struct {
	cfg   Config
	slots chan struct{}
	kept  *memory

	once   sync.Once
	engine string // empty: absent
	path   string
}

// New makes a reader. It starts nothing: whether the program is there is found at first use.
func New(cfg Config) *Reader {
	if cfg.Program == "" {
		cfg.Program = "tesseract"
	}
	if cfg.Timeout <= 0 {
		cfg.Timeout = 20 * time.Second
	}
	if cfg.Concurrency <= 0 {
		cfg.Concurrency = 1
	}
	if cfg.Pixels <= 0 {
		cfg.Pixels = 5_000_000
	}
	if cfg.Remember == 0 {
		cfg.Remember = 64
	}
	return &Reader{cfg: cfg, slots: make(chan struct{}, cfg.Concurrency), kept: newMemory(cfg.Remember)}
}

// Available tells whether the program and its languages are there.
func (r *Reader) Available() bool {
	r.once.Do(r.find)
	return r.engine != ""
}

func (r *Reader) find() {
	path, err := exec.LookPath(r.cfg.Program)
	if err != nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	langs, err := r.command(ctx, path, "--list-langs").Output()
	if err != nil {
		return
	}
	have := map[string]bool{}
	for _, l := range strings.Fields(string(langs)) {
		have[l] = true
	}
	if !have["chi_sim"] || !have["eng"] {
		return
	}
	r.path, r.engine = path, "tesseract"
	if v, err := r.command(ctx, path, "--version").Output(); err == nil {
		if first, _, _ := strings.Cut(string(v), "\n"); strings.HasPrefix(first, "tesseract ") {
			r.engine = strings.TrimSpace(first)
		}
	}
}

// Read gives the text of an upright picture. Regions are in the picture as given, also where it had to be turned to be
// read. The errors are ErrAbsent, the context's, and the program's own.
func (r *Reader) Read(ctx context.Context, img image.Image) (*realname.Text, error) {
	if !r.Available() {
		return nil, ErrAbsent
	}
	if b := img.Bounds(); b.Dx() < 16 || b.Dy() < 16 {
		return &realname.Text{Engine: r.engine}, nil
	}
	select {
	case r.slots <- struct{}{}:
		defer func() { <-r.slots }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	src := newSource(img)
	key := src.sum()
	if t, ok := r.kept.get(key); ok {
		return t, nil
	}
	t, err := r.read(ctx, src)
	if err != nil {
		return nil, err
	}
	t.Engine = r.engine
	r.kept.put(key, t)
	return t, nil
}

// sum is the hash of size and colours.
func (s *source) sum() [32]byte {
	h := sha256.New()
	var size [16]byte
	binary.BigEndian.PutUint64(size[:8], uint64(s.w))
	binary.BigEndian.PutUint64(size[8:], uint64(s.h))
	h.Write(size[:])
	row := make([]byte, 3*s.w)
	for y := range s.h {
		for x := range s.w {
			row[3*x], row[3*x+1], row[3*x+2] = s.at(x, y)
		}
		h.Write(row)
	}
	return [32]byte(h.Sum(nil))
}

// memory keeps the texts of the pictures read last.
type memory struct {
	mu    sync.Mutex
	size  int
	texts map[[32]byte]*realname.Text
	order [][32]byte // least recently used first
}

func newMemory(size int) *memory { return &memory{size: size, texts: map[[32]byte]*realname.Text{}} }

func (m *memory) get(key [32]byte) (*realname.Text, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	t, ok := m.texts[key]
	if ok {
		m.touch(key)
	}
	return t, ok
}

func (m *memory) put(key [32]byte, t *realname.Text) {
	if m.size <= 0 {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.texts[key] = t
	m.touch(key)
	for len(m.order) > m.size {
		delete(m.texts, m.order[0])
		m.order = m.order[1:]
	}
}

func (m *memory) touch(key [32]byte) {
	for i, k := range m.order {
		if k == key {
			m.order = append(m.order[:i], m.order[i+1:]...)
			break
		}
	}
	m.order = append(m.order, key)
}
