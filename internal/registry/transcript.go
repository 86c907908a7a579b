package registry

import (
	"bytes"
	"context"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/openregistrar/openregistrar/epp"
	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/ops"
)

// Bounds of a Recorder. Memory is what frames that wait may take; when it is full the oldest go, and are counted.
const (
	recordFrames = 8192
	recordBytes  = 16 << 20
	recordAtOnce = 1000                   // frames of one transaction
	recordEvery  = 250 * time.Millisecond // wall time between transactions
	recordLong   = 64 << 10               // of one frame, in bytes; the rest is left out
)

// Recorder keeps transcripts of sessions beside the work: frames are only copied where they pass, and masked, read and
// written in batches by another goroutine. It never makes a session wait.
type Recorder struct {
	keep func(ctx context.Context, frames []ops.Frame) error
	wall func() time.Time
	log  *slog.Logger

	mu      sync.Mutex
	ring    []passed
	head, n int
	bytes   int
	full    chan struct{} // a batch is there

	kept, dropped atomic.Int64
	asked         map[string]*asking // by session; the writer's alone
	quit          context.CancelFunc
	done          chan struct{}
}

// passed is a frame as it went by, unmasked: it never leaves memory so.
type passed struct {
	account, session, secret string
	at                       time.Time
	sent                     bool
	frame                    []byte
}

// NewRecorder starts keeping; keep writes a batch, whose identifiers are not set.
func NewRecorder(keep func(ctx context.Context, frames []ops.Frame) error, wall func() time.Time, log *slog.Logger) *Recorder {
	ctx, quit := context.WithCancel(context.Background())
	r := &Recorder{keep: keep, wall: wall, log: log, ring: make([]passed, recordFrames), full: make(chan struct{}, 1),
		asked: map[string]*asking{}, quit: quit, done: make(chan struct{})}
	go r.run(ctx)
	return r
}

// Seen takes a frame; it is copied. secret is the session's password.
func (r *Recorder) Seen(account, session, secret string, sent bool, frame []byte) {
	p := passed{account, session, secret, r.wall(), sent, bytes.Clone(frame[:min(len(frame), recordLong)])}
	r.mu.Lock()
	for r.n == len(r.ring) || r.n > 0 && r.bytes+len(p.frame) > recordBytes {
		old := &r.ring[r.head]
		r.bytes -= len(old.frame)
		*old = passed{}
		r.head, r.n = (r.head+1)%len(r.ring), r.n-1
		r.dropped.Add(1)
	}
	r.ring[(r.head+r.n)%len(r.ring)] = p
	r.n++
	r.bytes += len(p.frame)
	batch := r.n >= recordAtOnce
	r.mu.Unlock()
	if batch {
		select {
		case r.full <- struct{}{}:
		default:
		}
	}
}

// State counts, for the desk.
func (r *Recorder) State() (kept, dropped int64, waiting int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.kept.Load(), r.dropped.Load(), r.n
}

// Close writes what waits and ends.
func (r *Recorder) Close() {
	r.quit()
	<-r.done
}

func (r *Recorder) run(ctx context.Context) {
	defer close(r.done)
	tick := time.NewTicker(recordEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			for r.write(context.WithoutCancel(ctx)) {
			}
			return
		case <-r.full:
		case <-tick.C:
		}
		for r.write(ctx) {
		}
	}
}

// write writes one batch and reports whether another may be there. A batch that the database does not take is lost:
// transcripts must not pile up because of it.
func (r *Recorder) write(ctx context.Context) bool {
	r.mu.Lock()
	batch := make([]passed, 0, min(r.n, recordAtOnce))
	for range cap(batch) {
		batch = append(batch, r.ring[r.head])
		r.bytes -= len(r.ring[r.head].frame)
		r.ring[r.head] = passed{}
		r.head, r.n = (r.head+1)%len(r.ring), r.n-1
	}
	r.mu.Unlock()
	if len(batch) == 0 {
		return false
	}
	frames := make([]ops.Frame, len(batch))
	for i, p := range batch {
		frames[i] = r.read(p)
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if err := r.keep(ctx, frames); err != nil {
		r.dropped.Add(int64(len(frames)))
		r.log.Warn("transcript", "error", err.Error(), "frames", len(frames))
		return false
	}
	r.kept.Add(int64(len(frames)))
	return len(batch) == recordAtOnce
}

// asking is what a session has been asked and has not answered, in order (RFC 5734 section 3).
type asking struct {
	open []question
	last time.Time
}

type question struct {
	trid, command string
	name          domain.Name
	secrets       []string
}

const mostAsked = 256 // sessions remembered; those that were silent longest are forgotten first

// read masks a frame and finds out what it is about. An answer says little of that itself: it is about what was asked.
func (r *Recorder) read(p passed) ops.Frame {
	seen := scan(p.frame)
	f := ops.Frame{RegistryAccount: p.account, Session: p.session, At: p.at, Sent: p.sent, Command: seen.command, Name: seen.name(),
		ClTRID: seen.trid, Code: seen.code}
	a := r.asked[p.session]
	if a == nil {
		a = &asking{}
		r.asked[p.session] = a
		r.forget()
	}
	a.last = p.at
	secrets := []string{p.secret}
	if p.sent {
		a.open = append(a.open, question{seen.trid, seen.command, f.Name, seen.secrets})
		if len(a.open) > 64 { // answers that never came
			a.open = a.open[1:]
		}
	} else if seen.command == "" {
		for i, q := range a.open {
			if seen.trid != "" && q.trid != seen.trid {
				continue
			}
			f.Command, secrets = q.command, append(secrets, q.secrets...)
			if q.name != "" || q.command != "poll" { // a poll's answer tells itself what it is about
				f.Name = q.name
			}
			a.open = a.open[i+1:]
			break
		}
		if epp.Code(seen.code).Closes() {
			delete(r.asked, p.session)
		}
	}
	f.Text = string(masked(p.frame, append(secrets, seen.secrets...)))
	return f
}

func (r *Recorder) forget() {
	if len(r.asked) <= mostAsked {
		return
	}
	oldest := ""
	for s, a := range r.asked {
		if oldest == "" || a.last.Before(r.asked[oldest].last) {
			oldest = s
		}
	}
	delete(r.asked, oldest)
}

// scanned is what a frame says of itself, read without decoding it.
type scanned struct {
	command string // of a command "domain:create", of a greeting "greeting"; empty for a response
	trid    string
	code    int
	names   []string
	secrets []string
}

func (s scanned) name() domain.Name {
	if len(s.names) == 1 {
		return domain.Name(s.names[0])
	}
	return ""
}

// scan goes through the tags of a frame. Prefixes are whatever the other side likes: only local names count, but for
// hosts' names, which are no domain's.
func scan(frame []byte) (s scanned) {
	depth, inCommand := 0, false
	var verb []byte
	for {
		i := bytes.IndexByte(frame, '<')
		if i < 0 {
			return s
		}
		frame = frame[i+1:]
		end := bytes.IndexByte(frame, '>')
		if end < 0 {
			return s
		}
		tag := frame[:end]
		frame = frame[end+1:]
		switch {
		case len(tag) == 0 || tag[0] == '?' || tag[0] == '!':
			continue
		case tag[0] == '/':
			depth--
			continue
		}
		name := tag
		if j := bytes.IndexAny(tag, " \t\r\n/"); j >= 0 {
			name = tag[:j]
		}
		var prefix []byte
		local := name
		if j := bytes.IndexByte(name, ':'); j >= 0 {
			prefix, local = name[:j], name[j+1:]
		}
		if depth++; tag[len(tag)-1] == '/' {
			depth--
		}
		switch {
		case string(local) == "command" && depth == 2:
			inCommand = true
			continue
		case depth <= 2 && s.command == "" && (string(local) == "greeting" || string(local) == "hello"):
			s.command = string(local)
		case inCommand && verb == nil:
			verb, s.command = local, string(local)
			continue
		case inCommand && len(prefix) > 0 && bytes.Equal(local, verb) && s.command == string(verb):
			s.command = string(name)
			continue
		}
		switch string(local) {
		case "contact": // the number of a document (cnnic-contact-1.0), which a refusal may quote
			if word := leaf(frame); strings.HasPrefix(s.command, "contact:") && len(word) >= 6 {
				s.secrets = append(s.secrets, word)
			}
		case "clTRID", "name", "pw", "newPW":
			word := leaf(frame)
			switch {
			case string(local) == "clTRID":
				if s.trid == "" && len(word) <= 64 {
					s.trid = word
				}
			case string(local) != "name":
				if len(word) >= 6 {
					s.secrets = append(s.secrets, word)
				}
			case string(prefix) != "host" && strings.IndexByte(word, '.') > 0 && len(word) < 254 && !strings.ContainsAny(word, " &"):
				if word = strings.ToLower(word); len(s.names) == 0 || s.names[0] != word {
					s.names = append(s.names, word)
				}
			}
		case "result":
			if j := bytes.Index(tag, []byte("code=")); j >= 0 && s.code == 0 && j+10 <= len(tag) {
				s.code, _ = strconv.Atoi(string(tag[j+6 : j+10])) // 0 where it is no number
			}
		}
	}
}

// leaf is an element's text up to the next tag.
func leaf(text []byte) string {
	if j := bytes.IndexByte(text, '<'); j >= 0 {
		text = text[:j]
	}
	return string(bytes.TrimSpace(text[:min(len(text), 300)]))
}
