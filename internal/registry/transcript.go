package registry

import (
	"bytes"
	"context"
	"log/slog"
	"regexp"
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

const blank = "********"

// masked is a frame as it may be kept: without the contents of secret elements (epp.Mask), and without the given
// secrets wherever else they are quoted. Of a frame that is no XML, which the desk has to read, each secret element is
// blanked up to its end, or the end of the frame.
func masked(frame []byte, secrets []string) []byte {
	out := epp.Mask(frame)
	if bytes.HasPrefix(out, []byte("[")) && bytes.HasSuffix(out, []byte("]")) && !bytes.HasPrefix(frame, []byte("[")) {
		out = maskedBroken(frame)
	}
	for _, s := range secrets {
		if len(s) >= 4 {
			out = bytes.ReplaceAll(out, []byte(s), []byte(blank))
		}
	}
	return out
}

var secretTag = regexp.MustCompile(`<((?:[\w.-]+:)?(?:pw|newPW|authInfo|num|fileContent|document|signedCode|contact))(\s[^<>]*)?>`)

func maskedBroken(frame []byte) []byte {
	var out []byte
	for {
		at := secretTag.FindSubmatchIndex(frame)
		if at == nil {
			return append(out, frame...)
		}
		name := frame[at[2]:at[3]]
		out = append(out, frame[:at[1]]...)
		frame = frame[at[1]:]
		end := bytes.Index(frame, append([]byte("</"), name...))
		if end < 0 {
			return append(out, blank...)
		}
		out, frame = append(out, blank...), frame[end:]
	}
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
	depth, verb, inCommand := 0, "", false
	for {
		i := bytes.IndexByte(frame, '<')
		if i < 0 || i+1 == len(frame) {
			return s
		}
		frame = frame[i+1:]
		end := bytes.IndexByte(frame, '>')
		if end < 0 {
			return s
		}
		tag := frame[:end]
		frame = frame[end+1:]
		if len(tag) == 0 || tag[0] == '?' || tag[0] == '!' {
			continue
		}
		if tag[0] == '/' {
			depth--
			continue
		}
		name := tag
		if j := bytes.IndexAny(tag, " \t\r\n/"); j >= 0 {
			name = tag[:j]
		}
		prefix, local := "", string(name)
		if p, l, ok := strings.Cut(local, ":"); ok {
			prefix, local = p, l
		}
		depth++
		if tag[len(tag)-1] == '/' {
			depth--
		}
		switch {
		case local == "command" && depth == 2:
			inCommand = true
			continue
		case (local == "greeting" || local == "hello") && depth <= 2 && s.command == "":
			s.command = local
		case inCommand && verb == "":
			verb, s.command = local, local
			continue
		case inCommand && local == verb && prefix != "" && s.command == verb:
			s.command = prefix + ":" + verb
			continue
		}
		switch local {
		case "clTRID", "name", "pw", "newPW":
			text := frame
			if j := bytes.IndexByte(text, '<'); j >= 0 {
				text = text[:j]
			}
			word := strings.TrimSpace(string(text[:min(len(text), 300)]))
			switch {
			case local == "clTRID" && s.trid == "" && len(word) <= 64:
				s.trid = word
			case local == "name" && prefix != "host" && strings.IndexByte(word, '.') > 0 && len(word) < 254 && !strings.ContainsAny(word, " &"):
				if word = strings.ToLower(word); len(s.names) == 0 || s.names[0] != word {
					s.names = append(s.names, word)
				}
			case (local == "pw" || local == "newPW") && len(word) >= 6:
				s.secrets = append(s.secrets, word)
			}
		case "result":
			if j := bytes.Index(tag, []byte("code=")); j >= 0 && s.code == 0 && j+10 <= len(tag) {
				s.code, _ = strconv.Atoi(string(tag[j+6 : j+10])) // 0 where it is no number
			}
		}
	}
}
