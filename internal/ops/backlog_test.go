package ops_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/ops"
	"pgregory.net/rapid"
)

// Whatever the queue says, in whatever order and however often: our rows and cases are what the registry shows at the
// end, and what of it anybody has told.
func TestAnOldBacklogChangesNothing(t *testing.T) {
	said := []map[string]string{
		{"text": "one.com: transfer requested", "status": "pending"}, {"text": "one.com: deleted", "operation": "delete"},
		{"text": "one.com: expires 2020-01-01"}, {"text": `one.com: naming audit failed, word "bank", rule "finance"`, "reason": "naming audit"},
		{"text": "one.com: serverHold set", "operation": "update"}, {"text": "one.com: hold lifted"}, {"text": "one.com: phishing", "reason": "abuse"},
		{"text": "one.com: auto-renewed", "operation": "autoRenew"}, {"text": "one.com: transferred to rival", "status": "serverApproved"},
	}
	h := open(t, sqlite(t))
	n := 0
	there := shelf{} // of all draws: a round goes over all names
	rapid.Check(t, func(rt *rapid.T) {
		n++
		name := domain.Name(fmt.Sprintf("p%d.com", n))
		h.ok(h.TopUp(h.Context(), h.scope, 6800, fmt.Sprint("draw-", n)))
		maps.Copy(there, h.bought(string(name)))
		o := there[name]
		if rapid.Bool().Draw(rt, "held") {
			o.Statuses = domain.Statuses{"serverHold", "addPeriod"}
		}
		o.ExpiresAt = o.ExpiresAt.AddDate(rapid.IntRange(0, 3).Draw(rt, "years"), 0, 0)
		there[name] = o
		at := h.Now().Add(time.Second)
		keep := func(i int) {
			facts := maps.Clone(said[i])
			facts["text"] = strings.ReplaceAll(facts["text"], "one.com", string(name))
			_, err := h.db.KeepPoll(h.Context(), ops.PollMessage{RegistryAccount: "verisim", MsgID: fmt.Sprintf("%d-%d", n, i), QueuedAt: at.Add(time.Duration(i) * time.Minute),
				Raw: fmt.Append(nil, i), Readable: true, Name: name, Facts: facts}, h.Now())
			h.ok(err)
		}
		all := rapid.Permutation([]int{0, 1, 2, 3, 4, 5, 6, 7, 8}).Draw(rt, "order")
		told := all[:rapid.IntRange(0, len(all)).Draw(rt, "told")]
		var first string
		state := func() string {
			t := h.tenure(string(name))
			cases, err := h.db.Cases(h.Context(), ops.CaseFilter{Subject: string(name), Open: true})
			h.ok(err)
			out := fmt.Sprint(t.Statuses, t.NameServers, t.ExpiresAt, t.EndedAt)
			for _, c := range cases {
				out += fmt.Sprint(c.Code, c.Facts["reason"], c.Facts["word"], c.Facts["message"])
			}
			return out
		}
		// In one draw with all at once, in another one by one, with replays in between: the end is the same.
		for _, i := range told {
			keep(i)
			if rapid.Bool().Draw(rt, "work off") {
				h.polled(there.look())
			}
			if rapid.Bool().Draw(rt, "replay") {
				keep(i)
			}
		}
		h.polled(there.look())
		if len(told) == 0 {
			h.looked("verisim", there.look())
		}
		first = state()
		h.looked("verisim", there.look())
		if got := state(); got != first {
			rt.Fatalf("a look alone gives another state:\n%s\n%s", first, got)
		}
		want := fmt.Sprint(o.Statuses, o.NameServers, o.ExpiresAt.UTC(), time.Time{})
		if !strings.HasPrefix(first, want) {
			rt.Fatalf("state\n%s\nis not the registry's\n%s", first, want)
		}
		code := ""
		if o.Statuses.Has("serverHold") {
			code = "website.on-hold"
			newest := -1
			for _, i := range told {
				switch i {
				case 3, 5, 6:
					newest = max(newest, i)
				}
			}
			switch newest {
			case 3:
				code = "registration.naming-rejected-hold"
			case 6:
				code = "hold.abuse"
			}
		}
		if h.codes(string(name)) != code {
			rt.Fatalf("told %v: cases %q, want %q", told, h.codes(string(name)), code)
		}
	})
	off, err := h.db.Reconcile(h.Context())
	if h.ok(err); len(off) > 0 {
		h.Error(off)
	}
}
