package ops_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
)

// looker is a registry that answers every look alike.
type looker func(ctx context.Context, account string, n domain.Name) (domain.Object, error)

func (l looker) Info(ctx context.Context, account string, n domain.Name) (domain.Object, error) {
	return l(ctx, account, n)
}
func (l looker) InfoAgain(ctx context.Context, account string, n domain.Name) (domain.Object, error) {
	return l(ctx, account, n)
}

// twice answers the first session and the one that is dialled differently.
type twice struct{ first, again looker }

func (t twice) Info(ctx context.Context, account string, n domain.Name) (domain.Object, error) {
	return t.first(ctx, account, n)
}
func (t twice) InfoAgain(ctx context.Context, account string, n domain.Name) (domain.Object, error) {
	return t.again(ctx, account, n)
}

// shelf is a registry of objects; a name that is not on it is not there.
type shelf map[domain.Name]domain.Object

func (s shelf) look() looker {
	return func(_ context.Context, account string, n domain.Name) (domain.Object, error) {
		o, ok := s[n]
		if !ok {
			return o, fault.New(fault.Missing, "domain.not-found", "name", string(n), "registry", account)
		}
		return o, nil
	}
}

// bought registers names and puts their objects on a shelf.
func (h *house) bought(names ...string) shelf {
	h.Helper()
	h.must(names...)
	s := shelf{}
	accounts := map[string]bool{}
	for _, n := range names {
		x, _ := h.Policy().Suffix(domain.Name(n).Suffix())
		accounts[x.Registry] = true
	}
	for a := range accounts {
		h.ok(h.Dispatch(h.Context(), a))
	}
	for _, n := range names {
		t := h.tenure(n)
		s[t.Name] = domain.Object{Name: t.Name, ROID: t.ROID, Sponsor: "ours", Statuses: slices.Clone(t.Statuses), NameServers: slices.Clone(t.NameServers),
			CreatedAt: t.RegisteredAt, ExpiresAt: t.ExpiresAt, Registrant: "C1", Contacts: []string{"admin:C1"}}
	}
	return s
}

func (h *house) tenure(n string) domain.Tenure {
	h.Helper()
	t, err := h.db.TenureByName(h.Context(), domain.Name(n))
	h.ok(err)
	return t
}

var sequence int

// told keeps a message of a registry about a name.
func (h *house) told(account string, name domain.Name, facts map[string]string) {
	h.Helper()
	sequence++
	_, err := h.db.KeepPoll(h.Context(), ops.PollMessage{RegistryAccount: account, MsgID: fmt.Sprint(sequence), QueuedAt: h.Now().Add(time.Second),
		Raw: fmt.Append(nil, sequence), Readable: true, Name: name, Kind: "change", Facts: facts}, h.Now())
	h.ok(err)
}

func (h *house) polled(reg ops.Looker) {
	h.Helper()
	_, err := h.Polled(h.Context(), reg)
	h.ok(err)
}

// looked gives one registry's whole comparison a turn.
func (h *house) looked(account string, reg ops.Looker) int {
	h.Helper()
	h.moved.Add(int64(time.Second))
	n, err := h.LookRound(h.Context(), reg, account, 1000, time.Millisecond, 0)
	h.ok(err)
	return n
}

// codes are the open cases about a name, the desk's with a star.
func (h *house) codes(name string) string {
	h.Helper()
	cases, err := h.db.Cases(h.Context(), ops.CaseFilter{Subject: name, Open: true})
	h.ok(err)
	var out []string
	for _, c := range cases {
		mark := ""
		if c.Account == 0 {
			mark = "*"
		}
		out = append(out, c.Code+mark)
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func (h *house) facts(name, code string) map[string]string {
	h.Helper()
	cases, err := h.db.Cases(h.Context(), ops.CaseFilter{Subject: name, Open: true})
	h.ok(err)
	for _, c := range cases {
		if c.Code == code {
			return c.Facts
		}
	}
	h.Fatalf("no case %s about %s: %s", code, name, h.codes(name))
	return nil
}

// What the registry rules over moves our rows; what owners ask for through us does not, and is the desk's.
func TestWhatMovesWhat(t *testing.T) {
	engines(t, func(h *house) {
		there := h.bought("one.com")
		reg := there.look()
		if h.looked("verisim", reg) != 1 || h.codes("one.com") != "" || h.tenure("one.com").Version != 1 {
			h.Fatalf("a first look at what is as it was: %s", h.codes("one.com"))
		}
		change := func(f func(*domain.Object)) { o := there["one.com"]; f(&o); there["one.com"] = o }
		was := h.tenure("one.com")

		change(func(o *domain.Object) {
			o.Statuses = domain.Statuses{"autoRenewPeriod", "serverRenewProhibited"}
			o.ExpiresAt = o.ExpiresAt.AddDate(1, 0, 0)
		})
		h.looked("verisim", reg)
		// The registry renewed it by itself: the year is nobody's until it is paid for.
		if got := h.tenure("one.com"); h.codes("one.com") != "" || !got.ExpiresAt.Equal(was.ExpiresAt) || !got.Statuses.Has("autoRenewPeriod") {
			h.Errorf("the registry's own renewal: %+v, cases %s", got, h.codes("one.com"))
		}
		change(func(o *domain.Object) { o.Statuses = domain.Statuses{"serverRenewProhibited"} })
		h.looked("verisim", reg)
		if got := h.tenure("one.com"); h.codes("one.com") != "" || !got.ExpiresAt.Equal(was.ExpiresAt.AddDate(1, 0, 0)) || got.Statuses.Has("autoRenewPeriod") ||
			!got.NextActionAt.After(was.NextActionAt) {
			h.Errorf("taken over: %+v, cases %s", got, h.codes("one.com"))
		}

		change(func(o *domain.Object) {
			o.NameServers = []string{"ns1.else.net"}
			o.Statuses = domain.Statuses{"clientHold", "serverUpdateProhibited"}
		})
		h.looked("verisim", reg)
		got := h.tenure("one.com")
		if !slices.Equal(got.NameServers, was.NameServers) || got.Statuses.Has("clientHold") || !got.Statuses.Has("serverUpdateProhibited") {
			h.Errorf("believed: %+v", got)
		}
		f := h.facts("one.com", "registry.drift")
		if h.codes("one.com") != "registry.drift*" || f["fields"] != "client-statuses ns" || f["theirs-ns"] != "ns1.else.net" ||
			f["ours-ns"] != strings.Join(was.NameServers, " ") || f["theirs-client-statuses"] != "clientHold" || f["ours-client-statuses"] != "" {
			h.Errorf("case %s, facts %v", h.codes("one.com"), f)
		}
		version := h.tenure("one.com").Version
		h.looked("verisim", reg)
		if h.tenure("one.com").Version != version {
			h.Error("the same look again wrote something")
		}
		change(func(o *domain.Object) {
			o.NameServers, o.Statuses = was.NameServers, domain.Statuses{"ok"}
			o.Registrant = "C2"
			o.DS = []domain.DS{{KeyTag: 1, Algorithm: 13, DigestType: 2, Digest: "AB"}}
		})
		h.looked("verisim", reg)
		if f := h.facts("one.com", "registry.drift"); f["fields"] != "registrant ds" || f["ours-ds"] != "" || f["ours-registrant"] != "C1" || f["theirs-ds"] != "1 13 2 AB" {
			h.Errorf("facts %v", f)
		}
		h.ok(h.db.Commit(h.Context(), ops.Plan{Writes: []ops.Write{ops.ForgetSeen{Tenure: was.ID}}})) // an act of ours did it
		change(func(o *domain.Object) { o.DS = nil })
		h.looked("verisim", reg)
		if h.codes("one.com") != "" || !slices.Equal(h.tenure("one.com").Statuses, domain.Statuses{"ok"}) {
			h.Errorf("left open: %s, %v", h.codes("one.com"), h.tenure("one.com").Statuses)
		}
		change(func(o *domain.Object) { o.ROID = "D2" })
		h.looked("verisim", reg)
		if h.facts("one.com", "registry.drift")["fields"] != "roid" {
			h.Error("another object under the same name is not told")
		}
		if r, err := h.Rounds(h.Context(), domain.Scope{Operator: true}); err != nil || len(r) != 1 || r[0].Looked != 8 || r[0].Rounds != 8 || r[0].Differing < 4 || r[0].Names != 1 {
			h.Errorf("%+v %v", r, err)
		}
	})
}

// While an act of ours is under way, what differs may be that act: nothing is the desk's, and nothing is gone.
func TestAnActUnderWayIsNoDrift(t *testing.T) {
	engines(t, func(h *house) {
		there := h.bought("one.com")
		h.looked("verisim", there.look())
		if _, err := h.ChangeNameServers(h.Context(), h.scope, []string{"one.com"}, []string{"ns1.else.net", "ns2.else.net"}); err != nil {
			h.Fatal(err)
		}
		o := there["one.com"]
		o.NameServers = []string{"ns1.else.net", "ns2.else.net"} // it is done there, and the answer is on its way
		there["one.com"] = o
		h.looked("verisim", there.look())
		if h.codes("one.com") != "" {
			h.Fatal(h.codes("one.com"))
		}
		h.looked("verisim", shelf{}.look())
		if h.codes("one.com") != "" || !h.tenure("one.com").EndedAt.IsZero() {
			h.Fatal(h.codes("one.com"))
		}
		h.ok(h.Dispatch(h.Context(), "verisim"))
		h.looked("verisim", there.look())
		if h.codes("one.com") != "" {
			h.Error(h.codes("one.com"))
		}
	})
}
