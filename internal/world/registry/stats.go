package registry

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/openregistrar/openregistrar/epp"
)

const keptErrors = 200

// count keeps the counters, the session's line and the last errors.
func (f *front) count(s *session, command, object string, resp *epp.Response, took time.Duration, fault string) {
	now := f.r.now()
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, live := f.sessions[s]; live && command != "login" {
		s.lastAt, s.last = now, command
		s.commands++
	}
	st := f.stats[command]
	if st == nil {
		st = &CommandStat{Command: command}
		f.stats[command] = st
	}
	st.Count++
	st.Total += took
	st.Slowest = max(st.Slowest, took)
	code := resp.Code()
	if code < 2000 && fault == "" {
		return
	}
	if code >= 2000 {
		st.Refused++
	}
	reason := ""
	if len(resp.Results) > 0 && len(resp.Results[0].Values) > 0 {
		reason = resp.Results[0].Values[0].Reason
	}
	f.errors = append(f.errors, ErrorEntry{At: now, ClID: s.clID, Command: command, Object: object,
		Code: int(code), Reason: reason, Fault: fault})
	if n := len(f.errors); n > 2*keptErrors {
		f.errors = slices.Clone(f.errors[n-keptErrors:])
	}
}

// Sessions lists the sessions that are logged in, oldest first.
func (r *Registry) Sessions() []SessionInfo {
	f := &r.front
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []SessionInfo
	for s := range f.sessions {
		out = append(out, SessionInfo{ID: s.id, ClID: s.clID, Remote: s.conn.RemoteAddr().String(), Since: s.since,
			LastAt: s.lastAt, Commands: s.commands, Last: s.last})
	}
	slices.SortFunc(out, func(a, b SessionInfo) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// Stats lists the counters per command.
func (r *Registry) Stats() []CommandStat {
	f := &r.front
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []CommandStat
	for _, k := range slices.Sorted(maps.Keys(f.stats)) {
		out = append(out, *f.stats[k])
	}
	return out
}

// LastErrors lists the last refusals and faults, newest last.
func (r *Registry) LastErrors() []ErrorEntry {
	f := &r.front
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.errors[max(0, len(f.errors)-keptErrors):])
}
