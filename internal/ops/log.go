package ops

import (
	"context"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/naming"
)

// LogFilter narrows the operation log; empty fields don't.
type LogFilter struct {
	Account domain.AccountID // 0: everybody's; set by LogLines for anybody but operators
	Subject string           // a name, order number or template id: all of it
	Kind    string           // an event's kind, or all of a group: "domain."
	Actor   string           // all of it
	Since   time.Time        // business time, from this on
	Until   time.Time        // business time, before this
	Before  int64            // identifier that the page before ended with; 0: from the newest
	Limit   int
}

// LogLine is an event with its place in the chain of hashes: ChainHash is SHA-256 over the ChainHash before it, Seq and
// the event's identifier (8 bytes each, big-endian) and PayloadHash, the SHA-256 of the event's words.
type LogLine struct {
	domain.Event
	Seq         int64 // from 1; 0: not sealed yet
	PayloadHash []byte
	ChainHash   []byte
	Erased      bool // its words were erased where the law asked for it; kind, subject and time are left
}

// LogChain is how far the operation log is sealed.
type LogChain struct {
	Sealed   int64     // events
	Open     int64     // events that are not sealed yet
	Head     string    // hash of the last one, hexadecimal; kept elsewhere, it proves what was there
	SealedAt time.Time // wall time; zero: never
}

type logs interface {
	// LogLines lists newest first; Account 0 means everybody's. The lines of an account alone, where one is given.
	LogLines(ctx context.Context, f LogFilter) ([]LogLine, error)
	// LogChain says how far the log is sealed.
	LogChain(ctx context.Context) (LogChain, error)
}

// Limits of a filter's words, in bytes.
const (
	logSubjectMost = 255
	logActorMost   = 254
)

var logKind = regexp.MustCompile(`^[a-z0-9-]{1,40}(\.[a-z0-9-]{0,40})?$`)

// LogLines lists the operation log newest first; an owner sees the own account's. What a filter can't mean is refused
// with "input.log-filter".
func (o *Ops) LogLines(ctx context.Context, scope domain.Scope, f LogFilter) ([]LogLine, error) {
	f, err := tidyLog(scope, f)
	if err != nil {
		return nil, err
	}
	if scope.Operator {
		return o.Store.LogLines(ctx, f)
	}
	me, err := o.Store.AccountByID(ctx, scope.Account)
	if err != nil {
		return nil, err
	}
	if another(f.Actor, me) { // what is not shown can't be asked for either
		return nil, nil
	}
	lines, err := o.Store.LogLines(ctx, f)
	for i := range lines {
		if l := &lines[i]; another(l.Actor, me) { // the hashes are of words with the address in them
			l.Actor, l.PayloadHash, l.ChainHash = maskedReach(domain.Reach{Code: l.Actor}), nil, nil
		}
	}
	return lines, err
}

// another is the address of somebody else, of the desk say; keys and the system are nobody's.
func another(actor string, me domain.Account) bool {
	return strings.Contains(actor, "@") && !strings.EqualFold(actor, me.Email)
}

func tidyLog(scope domain.Scope, f LogFilter) (LogFilter, error) {
	refuse := func(field, rule string) (LogFilter, error) {
		return f, fault.New(fault.Invalid, "input.log-filter", "field", field, "rule", rule)
	}
	f.Subject, f.Kind, f.Actor = strings.TrimSpace(f.Subject), strings.TrimSpace(f.Kind), strings.TrimSpace(f.Actor)
	if f.Account = whose(scope); scope.Operator {
		f.Account = 0
	}
	switch {
	case len(f.Subject) > logSubjectMost:
		return refuse("subject", "too-long")
	case f.Kind != "" && !logKind.MatchString(f.Kind):
		return refuse("kind", "malformed")
	case len(f.Actor) > logActorMost:
		return refuse("actor", "too-long")
	case !f.Since.IsZero() && !f.Until.IsZero() && !f.Since.Before(f.Until):
		return refuse("until", "order")
	}
	if n, err := naming.Parse(f.Subject); err == nil {
		f.Subject = string(n)
	}
	return f, nil
}

// LogChain says how far the log is sealed; for operators.
func (o *Ops) LogChain(ctx context.Context, scope domain.Scope) (LogChain, error) {
	if !scope.Operator {
		return LogChain{}, fault.New(fault.Denied, "account.denied")
	}
	return o.Store.LogChain(ctx)
}

// LogExportMost is how many lines one export has at most; the rest is asked for from where it ended.
const LogExportMost = 100_000

// logChunk is how many lines of an export are read at a time.
const logChunk = 500

var logColumns = []string{"id", "time", "account", "subject", "kind", "actor", "ip", "via", "result", "facts", "seq", "payload_hash", "chain_hash"}

// ExportLog writes the log as CSV (UTF-8 with a byte order mark, RFC 4180), newest first, up to most lines. next is the
// identifier to go on before; 0: it is whole. Nothing is written before the filter is found good. An operator's export
// stands in the log itself.
func (o *Ops) ExportLog(ctx context.Context, scope domain.Scope, f LogFilter, w io.Writer, most int) (next int64, err error) {
	if _, err := tidyLog(scope, f); err != nil {
		return 0, err
	}
	if scope.Operator {
		now := o.Now()
		e := event(scope, 0, "log", "log.exported", "ok", now)
		e.Facts = map[string]string{}
		for k, v := range map[string]string{"subject": f.Subject, "kind": f.Kind, "actor": f.Actor} {
			if v != "" {
				e.Facts[k] = v
			}
		}
		if err := o.Store.Commit(ctx, Plan{Events: []domain.Event{e}}); err != nil {
			return 0, err
		}
	}
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return 0, err
	}
	out := csv.NewWriter(w)
	if err := out.Write(logColumns); err != nil {
		return 0, err
	}
	for left := min(most, LogExportMost); left > 0; {
		f.Limit = min(left, logChunk)
		lines, err := o.LogLines(ctx, scope, f)
		if err != nil {
			return 0, err
		}
		for _, l := range lines {
			if err := out.Write(logRecord(l)); err != nil {
				return 0, err
			}
		}
		if len(lines) < f.Limit {
			next = 0
			break
		}
		left -= len(lines)
		next = int64(lines[len(lines)-1].ID)
		f.Before = next
	}
	out.Flush()
	return next, out.Error()
}

func logRecord(l LogLine) []string {
	facts := ""
	if len(l.Facts) > 0 {
		raw, _ := json.Marshal(l.Facts) // strings always marshal
		facts = string(raw)
	}
	account, seq := "", ""
	if l.Account != 0 {
		account = l.Account.Uin()
	}
	if l.Seq != 0 {
		seq = strconv.FormatInt(l.Seq, 10)
	}
	result := l.Result
	if l.Erased {
		result = "erased"
	}
	return []string{strconv.FormatInt(int64(l.ID), 10), l.At.UTC().Format(time.RFC3339Nano), account, inert(l.Subject), inert(l.Kind), inert(l.Actor), inert(l.IP),
		inert(l.Via), inert(result), inert(facts), seq, hex.EncodeToString(l.PayloadHash), hex.EncodeToString(l.ChainHash)}
}

// inert keeps a spreadsheet from calculating what somebody else wrote: a cell that would begin a formula begins with an
// apostrophe instead.
func inert(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}
