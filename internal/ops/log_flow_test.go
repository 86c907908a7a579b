package ops_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/ops"
)

// TestTheLogIsItsOwners: an owner sees and exports the own account's lines, without other people's addresses; the desk
// everybody's, and its export stands in the log.
func TestTheLogIsItsOwners(t *testing.T) {
	engines(t, func(h *house) {
		ctx := h.Context()
		other, _ := h.owner("other@example.com")
		desk := domain.Scope{Operator: true, Actor: "zhou@registrar.example", Via: "console"}
		mine, err := h.db.AccountByID(ctx, h.scope.Account)
		h.ok(err)
		at := h.Now()
		h.ok(h.db.Commit(ctx, ops.Plan{Events: []domain.Event{
			{Account: mine.ID, Subject: "a.com", Kind: "test.mine", Actor: mine.Email, Via: "console", Result: "ok", At: at},
			{Account: mine.ID, Subject: "=HYPERLINK(1)", Kind: "test.desk", Actor: desk.Actor, Via: "console", Result: "ok", At: at},
			{Account: other.Account, Subject: "b.com", Kind: "test.others", Actor: "other@example.com", Via: "console", Result: "ok", At: at}}}))
		actors := func(s domain.Scope, f ops.LogFilter) string {
			h.Helper()
			f.Kind = "test."
			lines, err := h.LogLines(ctx, s, f)
			h.ok(err)
			var out []string
			for _, l := range lines {
				out = append(out, l.Actor)
			}
			return strings.Join(out, " ")
		}
		for _, c := range []struct {
			s    domain.Scope
			f    ops.LogFilter
			want string
		}{
			{h.scope, ops.LogFilter{}, "z***@registrar.example " + mine.Email},
			{h.scope, ops.LogFilter{Account: other.Account}, "z***@registrar.example " + mine.Email}, // whatever is asked for
			{h.scope, ops.LogFilter{Actor: mine.Email}, mine.Email},
			{h.scope, ops.LogFilter{Actor: desk.Actor}, ""}, // what is masked can't be guessed at
			{desk, ops.LogFilter{}, "other@example.com " + desk.Actor + " " + mine.Email},
			{desk, ops.LogFilter{Actor: desk.Actor}, desk.Actor},
			{domain.Scope{}, ops.LogFilter{}, "refused"},
		} {
			if c.want == "refused" {
				if lines, err := h.LogLines(ctx, c.s, c.f); err == nil {
					h.Errorf("nobody sees %v", lines)
				}
				continue
			}
			if got := actors(c.s, c.f); got != c.want {
				h.Errorf("%+v asking for %+v reads %q, want %q", c.s, c.f, got, c.want)
			}
		}
		for field, f := range map[string]ops.LogFilter{
			"subject": {Subject: strings.Repeat("x", 256)}, "kind": {Kind: "Domain.*"}, "actor": {Actor: strings.Repeat("x", 255)}, "until": {Since: at, Until: at}} {
			_, err := h.LogLines(ctx, desk, f)
			if e := h.refused(err, "input.log-filter"); e.Facts["field"] != field {
				h.Errorf("%s: %v", field, e)
			}
			var out bytes.Buffer
			if _, err = h.ExportLog(ctx, desk, f, &out, 9); err == nil || out.Len() > 0 {
				h.Errorf("%s: a file of %d bytes, %v", field, out.Len(), err)
			}
		}
		many := make([]domain.Event, 1200) // several chunks
		for i := range many {
			many[i] = domain.Event{Account: mine.ID, Subject: fmt.Sprint(i), Kind: "test.many", Actor: "system", Via: "system", Result: "ok", At: at}
		}
		h.ok(h.db.Commit(ctx, ops.Plan{Events: many}))
		file := func(s domain.Scope, most int) ([][]string, int64) {
			h.Helper()
			var out bytes.Buffer
			next, err := h.ExportLog(ctx, s, ops.LogFilter{Kind: "test."}, &out, most)
			h.ok(err)
			text, marked := strings.CutPrefix(out.String(), "\ufeff")
			rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
			h.ok(err)
			if !marked || len(rows) == 0 || rows[0][0] != "id" {
				h.Fatalf("begins with %.60q", out.String())
			}
			return rows[1:], next
		}
		rows, next := file(h.scope, 5000)
		if len(rows) != 1202 || next != 0 {
			h.Fatalf("%d lines, next %d", len(rows), next)
		}
		ids := map[string]bool{}
		for _, r := range rows {
			ids[r[0]] = true
			if slices.Contains(r, "b.com") || slices.Contains(r, desk.Actor) {
				h.Errorf("another's: %v", r)
			}
		}
		if last := rows[1200]; len(ids) != 1202 || last[3] != "'=HYPERLINK(1)" || last[5] != "z***@registrar.example" || last[11] != "" {
			h.Errorf("%d different, %v", len(ids), last)
		}
		if rows, next := file(h.scope, 700); len(rows) != 700 || fmt.Sprint(next) != rows[699][0] {
			h.Errorf("%d lines, next %d", len(rows), next)
		}
		if rows, _ := file(desk, 5000); len(rows) != 1203 || len(rows[1202][11]) != 64 {
			h.Errorf("the desk's file has %d lines", len(rows))
		}
		lines, err := h.LogLines(ctx, desk, ops.LogFilter{Kind: "log.exported"})
		if h.ok(err); len(lines) != 1 || lines[0].Facts["kind"] != "test." || lines[0].Account != 0 || lines[0].At.Sub(at) > time.Hour {
			h.Errorf("%+v", lines)
		}
		if _, err := h.LogChain(ctx, h.scope); err == nil {
			h.Error("an owner reads the chain's head")
		}
		chain, err := h.LogChain(ctx, desk)
		if h.ok(err); chain.Open < 1200 {
			h.Errorf("%+v", chain)
		}
	})
}
