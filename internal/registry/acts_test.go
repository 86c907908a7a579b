package registry

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/epp"
	"github.com/openregistrar/openregistrar/internal/domain"
)

const codeA, codeB = "Code-A-0123456789abcdefghi", "Code-B-0123456789abcdefghi"

// ground is a name, an act on it, and how it shows that the act happened.
type ground struct {
	name    string
	kind    domain.IntentKind
	there   func(f *fake) *dom
	payload domain.Payload
	done    func(d *dom) bool // d is nil when the name is gone
	steps   int               // commands that it takes
	verb    string
}

func grounds() []ground {
	mine := func(edit func(*dom)) func(f *fake) *dom {
		return func(f *fake) *dom {
			d := &dom{clID: "ours", auth: "old-code-0123456789", roid: "D1-FAKE", created: f.wall.AddDate(-1, 0, -20), expires: f.wall.AddDate(0, 6, 0),
				statuses: []string{"ok"}, ns: []string{"ns1.old.net"}, registrant: "OROLD", contacts: []epp.DomainContact{{Type: "admin", ID: "OROLD"}, {Type: "tech", ID: "OROLD"}}}
			f.hosts["ns1.old.net"], f.contacts["OROLD"] = true, "ours"
			edit(d)
			return d
		}
	}
	sealed := func(codes ...string) (out [][]byte) {
		for _, c := range codes {
			out = append(out, []byte("sealed:auth-code:a.com:"+c))
		}
		return out
	}
	leaving := func(d *dom) {
		d.statuses = []string{"pendingTransfer"}
		d.transfer = &epp.DomainTransferData{Name: "a.com", TrStatus: epp.TransferPending, ReID: "rival", AcID: "ours", ReDate: time.Now(), AcDate: time.Now()}
	}
	ds := []domain.DS{{KeyTag: 60485, Algorithm: 8, DigestType: 2, Digest: strings.Repeat("AB", 32)}}
	return []ground{
		{"renew", domain.IntentRenew, mine(func(*dom) {}), domain.Payload{Years: 2, Cost: 13600}, func(d *dom) bool { return d.expires.After(d.created.AddDate(3, 0, 0)) }, 1, "domain:renew"},
		{"delete", domain.IntentDelete, mine(func(*dom) {}), domain.Payload{}, func(d *dom) bool { return d != nil && slices.Contains(d.rgp, "redemptionPeriod") }, 1, "domain:delete"},
		{"delete in add grace", domain.IntentDelete, mine(func(d *dom) { d.rgp = []string{"addPeriod"} }), domain.Payload{}, func(d *dom) bool { return d == nil }, 1, "domain:delete"},
		{"restore", domain.IntentRestore, mine(func(d *dom) { d.statuses, d.rgp = []string{"pendingDelete"}, []string{"redemptionPeriod"} }),
			domain.Payload{Cost: 56000}, func(d *dom) bool { return len(d.rgp) == 0 }, 2, "domain:update"},
		{"name servers", domain.IntentUpdateNS, mine(func(*dom) {}), domain.Payload{NameServers: []string{"ns1.new.net", "ns2.new.net"}},
			func(d *dom) bool { return len(d.ns) == 2 && slices.Contains(d.ns, "ns2.new.net") }, 1, "domain:update"},
		{"lock", domain.IntentStatus, mine(func(*dom) {}), domain.Payload{AddStatuses: domain.Statuses{"clientTransferProhibited"}},
			func(d *dom) bool { return slices.Equal(d.statuses, []string{"clientTransferProhibited"}) }, 1, "domain:update"},
		{"unlock", domain.IntentStatus, mine(func(d *dom) { d.statuses = []string{"clientUpdateProhibited"} }), domain.Payload{RemStatuses: domain.Statuses{"clientUpdateProhibited"}},
			func(d *dom) bool { return slices.Equal(d.statuses, []string{"ok"}) }, 1, "domain:update"},
		{"DS records", domain.IntentDS, mine(func(d *dom) { d.ds = []epp.DSData{{KeyTag: 1, Alg: 8, DigestType: 2, Digest: "CD"}} }), domain.Payload{DS: ds},
			func(d *dom) bool { return len(d.ds) == 1 && d.ds[0].KeyTag == 60485 }, 1, "domain:update"},
		{"contacts", domain.IntentContacts, mine(func(*dom) {}), domain.Payload{},
			func(d *dom) bool {
				return d.registrant != "OROLD" && len(d.contacts) == 2 && d.contacts[0].ID == d.registrant && d.contacts[1].ID == d.registrant
			}, 1, "domain:update"},
		{"verification codes", domain.IntentCodes, mine(func(*dom) {}), domain.Payload{CodeTypes: []string{"real-name"}},
			func(d *dom) bool { return len(d.codes) == 1 && d.codes[0].Value == "1-abc" }, 1, "domain:update"},
		{"verification codes under the owner's lock", domain.IntentCodes, mine(func(d *dom) { d.statuses = []string{"clientUpdateProhibited", "clientTransferProhibited"} }),
			domain.Payload{CodeTypes: []string{"real-name"}, AddStatuses: domain.Statuses{"clientUpdateProhibited"}},
			func(d *dom) bool { return len(d.codes) == 1 && len(d.statuses) == 2 }, 2, "domain:update"},
		{"code", domain.IntentAuth, mine(func(*dom) {}), domain.Payload{SealedCodes: sealed(codeA, codeB)}, func(d *dom) bool { return d.auth == codeA }, 1, "domain:update"},
		{"no code", domain.IntentAuth, mine(func(*dom) {}), domain.Payload{}, func(d *dom) bool { return d.auth == "" }, 1, "domain:update"},
		{"transfer to us", domain.IntentTransferRequest, mine(func(d *dom) { d.clID, d.auth = "rival", codeA }), domain.Payload{SealedCodes: sealed(codeA)},
			func(d *dom) bool { return d.transfer != nil }, 1, "domain:transfer"},
		{"withdrawal", domain.IntentTransferCancel, mine(func(d *dom) { leaving(d); d.clID, d.transfer.ReID, d.transfer.AcID = "rival", "ours", "rival" }), domain.Payload{},
			func(d *dom) bool { return d.transfer.TrStatus == epp.TransferClientCancelled }, 1, "domain:transfer"},
		{"approval", domain.IntentTransferApprove, mine(leaving), domain.Payload{}, func(d *dom) bool { return d.clID == "rival" }, 1, "domain:transfer"},
		{"rejection", domain.IntentTransferReject, mine(leaving), domain.Payload{}, func(d *dom) bool { return d.transfer.TrStatus == epp.TransferClientRejected }, 1, "domain:transfer"},
	}
}

func (g ground) leased(f *fake) domain.Leased {
	l := intent("a.com")
	l.Intent.Kind, l.Intent.Payload, l.Intent.CreatedAt = g.kind, g.payload, f.wall
	if g.kind == domain.IntentRenew {
		l.Intent.Payload.Expires = f.domains["a.com"].expires
	}
	switch g.kind {
	case domain.IntentCodes:
		l.Template.Status = domain.TemplateApproved
	case domain.IntentContacts:
	default:
		l.Template = nil
	}
	return l
}

// transforms counts the commands of the act itself: a transfer query is none.
func (f *fake) transforms(verb string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	for _, c := range f.frames {
		if commandName(c) == verb && c.Transforms() {
			n++
		}
	}
	return n
}

func (g ground) start(t *testing.T, say func(*fake, *epp.Command) *epp.Response) (*fake, *Registry, domain.Leased) {
	f := newFake(t)
	f.say = say
	f.start("", epp.Limits{})
	f.domains["a.com"] = g.there(f)
	r := f.open(func(a *Account, c *Config) {
		a.Contacts = true
		c.Codes = func(context.Context, domain.Name, domain.TemplateID) ([]domain.SignedCode, error) {
			return []domain.SignedCode{signed("real-name", "1-abc")}, nil
		}
	})
	return f, r, g.leased(f)
}

func (g ground) happened(f *fake) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	d := f.domains["a.com"]
	if d == nil {
		return g.name == "delete in add grace"
	}
	return g.done(d)
}

// want is how the act ends where it is taken.
func (g ground) want() domain.OutcomeKind {
	if g.kind == domain.IntentTransferRequest {
		return domain.OutcomePending
	}
	return domain.OutcomeAccepted
}

// Every act is carried out, with the object as it is then.
func TestActs(t *testing.T) {
	for _, g := range grounds() {
		t.Run(g.name, func(t *testing.T) {
			f, r, l := g.start(t, nil)
			out := r.Send(context.Background(), l)
			if out.Kind != g.want() || !g.happened(f) || f.transforms(g.verb) != g.steps {
				t.Fatalf("%+v, %d commands", out, f.transforms(g.verb))
			}
			there := g.name != "delete in add grace" && g.name != "approval" && g.kind != domain.IntentTransferRequest && g.kind != domain.IntentTransferCancel
			if (out.Object.Name == "a.com") != there {
				t.Errorf("object %+v", out.Object)
			}
			l.Was = domain.IntentUnknown
			if again := r.Ask(context.Background(), l); again.Kind != g.want() && g.name != "no code" { // nothing shows that there is none
				t.Errorf("asked: %+v", again)
			}
			f.clean(g.name, out)
			if text := fmt.Sprintf("%+v", out) + f.log.String(); strings.Contains(text, codeA) {
				t.Errorf("a code is shown: %s", text)
			}
		})
	}
}

// An answer that is lost is an outcome of its own; asking finds out, and sending again does not repeat what was done.
// Each command of the act is cut in turn, before it is carried out and after.
func TestLostAnswersOfActs(t *testing.T) {
	for _, g := range grounds() {
		for step := 1; step <= g.steps; step++ {
			for _, done := range []bool{true, false} {
				t.Run(fmt.Sprintf("%s, step %d, done %v", g.name, step, done), func(t *testing.T) {
					n := 0
					f, r, l := g.start(t, func(f *fake, cmd *epp.Command) *epp.Response {
						if commandName(cmd) != g.verb || !cmd.Transforms() {
							return nil
						}
						if n++; n != step {
							return nil
						}
						if done {
							return cut(f.act(cmd))
						}
						return cut(epp.NewResponse(1000))
					})
					if out := r.Send(context.Background(), l); out.Kind != domain.OutcomeUnknown {
						t.Fatalf("%+v", out)
					}
					l.Was, l.Intent.LostAt, l.Intent.SentAt = domain.IntentUnknown, time.Now(), time.Now()
					whole := done && step == g.steps
					sent := f.transforms(g.verb)
					out := r.Ask(context.Background(), l)
					want := domain.OutcomeAbsent
					if whole && g.name != "no code" {
						want = g.want()
					}
					if out.Kind != want || f.transforms(g.verb) != sent {
						t.Fatalf("asked: %+v, want %s; %d commands", out, want, f.transforms(g.verb)-sent)
					}
					l.Was, l.Intent.Attempts = domain.IntentQueued, 2
					out = r.Send(context.Background(), l)
					if out.Kind != g.want() || !g.happened(f) {
						t.Errorf("sent again: %+v", out)
					}
					left := g.steps - step // what is left is sent, and no more
					if !done {
						left++
					}
					if g.name == "no code" {
						left = 1
					}
					if f.transforms(g.verb) != sent+left {
						t.Errorf("%d commands more, want %d", f.transforms(g.verb)-sent, left)
					}
					if g.kind == domain.IntentRenew {
						f.mu.Lock()
						if years := f.domains["a.com"].expires.Sub(l.Intent.Payload.Expires).Hours() / 24 / 365; years > 2.1 {
							t.Errorf("renewed by %.1f years", years)
						}
						f.mu.Unlock()
					}
					f.clean(g.name, out)
				})
			}
		}
	}
}

// Refusals of every act have a code that fits, with the field at fault where the registry names one.
func TestRefusalsOfActs(t *testing.T) {
	for _, row := range []struct {
		ground  string
		code    epp.Code
		values  []epp.ResultValue
		kind    domain.OutcomeKind
		fault   string
		field   string
		another bool // the registry takes the next
	}{
		{ground: "renew", code: 2304, kind: domain.OutcomeRefused, fault: "domain.status-forbids"},
		{ground: "renew", code: 2105, kind: domain.OutcomeRefused, fault: "renew.refused"},
		{ground: "renew", code: 2306, values: []epp.ResultValue{value(epp.NSDomain, "period", "at most ten")}, kind: domain.OutcomeRefused, fault: "renew.refused", field: "period"},
		{ground: "renew", code: 2004, values: []epp.ResultValue{value(epp.NSDomain, "curExpDate", "not so")}, kind: domain.OutcomeRefused, fault: "renew.expiry-moved", field: "curExpDate"},
		{ground: "renew", code: 2004, values: []epp.ResultValue{value(epp.NSFee, "fee", "too low")}, kind: domain.OutcomeRefused, fault: "renew.fee-changed", field: "fee"},
		{ground: "renew", code: 2104, kind: domain.OutcomeNotSent, fault: "registry.deposit-empty"},
		{ground: "renew", code: 2400, kind: domain.OutcomeNotSent, fault: "registry.unreachable"},
		{ground: "renew", code: 2500, kind: domain.OutcomeUnknown, fault: "registry.unreachable"},
		{ground: "renew", code: 1001, kind: domain.OutcomePending},
		{ground: "renew", code: 2201, kind: domain.OutcomeRefused, fault: "domain.not-found"},
		{ground: "delete", code: 2305, kind: domain.OutcomeRefused, fault: "delete.refused"},
		{ground: "delete", code: 2304, kind: domain.OutcomeRefused, fault: "domain.status-forbids"},
		{ground: "restore", code: 2304, kind: domain.OutcomeRefused, fault: "restore.not-redeemable"},
		{ground: "restore", code: 2308, kind: domain.OutcomeRefused, fault: "restore.refused"},
		{ground: "lock", code: 2304, kind: domain.OutcomeRefused, fault: "domain.update-prohibited"},
		{ground: "DS records", code: 2306, values: []epp.ResultValue{value(epp.NSSecDNS, "alg", "unknown")}, kind: domain.OutcomeRefused, fault: "dnssec.refused", field: "alg"},
		{ground: "contacts", code: 2306, kind: domain.OutcomeRefused, fault: "domain.update-refused"},
		{ground: "code", code: 2202, kind: domain.OutcomeRefused, fault: "auth-code.refused"},
		{ground: "code", code: 2202, kind: domain.OutcomeAccepted, another: true},
		{ground: "transfer to us", code: 2202, kind: domain.OutcomeRefused, fault: "transfer.authcode-invalid"},
		{ground: "transfer to us", code: 2304, kind: domain.OutcomeRefused, fault: "transfer.status-unfit"},
		{ground: "transfer to us", code: 2106, kind: domain.OutcomeRefused, fault: "transfer.refused"},
		{ground: "approval", code: 2301, kind: domain.OutcomeRefused, fault: "transfer.not-pending"},
	} {
		t.Run(fmt.Sprintf("%s %d", row.ground, row.code), func(t *testing.T) {
			var g ground
			for _, x := range grounds() {
				if x.name == row.ground {
					g = x
				}
			}
			n := 0
			f, r, l := g.start(t, func(_ *fake, cmd *epp.Command) *epp.Response {
				if commandName(cmd) != g.verb || !cmd.Transforms() {
					return nil
				}
				if n++; n > 1 && row.another {
					return nil
				}
				quoted := ""
				switch c := cmd.Action.(type) {
				case *epp.DomainTransfer:
					if c.AuthInfo != nil {
						quoted = c.AuthInfo.Pw
					}
				case *epp.DomainUpdate:
					if c.Chg != nil && c.Chg.AuthInfo != nil {
						quoted = c.Chg.AuthInfo.Pw
					}
				}
				return epp.Fail(row.code, "says the registry: "+quoted, row.values...)
			})
			out := r.Send(context.Background(), l)
			if out.Kind != row.kind || out.Code != row.fault || out.Facts["field"] != row.field {
				t.Errorf("%+v", out)
			}
			if out.Kind == domain.OutcomeRefused && out.Facts["name"] != "a.com" {
				t.Errorf("facts %v", out.Facts)
			}
			if row.another && (out.Taken != 1 || f.domains["a.com"].auth != codeB) {
				t.Errorf("the second code was not taken: %+v", out)
			}
			if text := fmt.Sprintf("%+v", out) + f.log.String(); strings.Contains(text, codeA) || strings.Contains(text, codeB) {
				t.Errorf("a code is shown: %s", text)
			}
		})
	}
}

// A registry that lacks an extension is not sent what it would not understand.
func TestUnofferedExtensions(t *testing.T) {
	for _, g := range grounds() {
		if g.name != "DS records" {
			continue
		}
		f := newFake(t)
		f.bare = true
		f.start("", epp.Limits{})
		f.domains["a.com"] = g.there(f)
		if out := f.open().Send(context.Background(), g.leased(f)); out.Kind != domain.OutcomeRefused || out.Code != "registry.unsupported" || f.transforms(g.verb) != 0 {
			t.Errorf("%+v", out)
		}
	}
}

// Two orders for the same renewal, placed at the same moment, renew once.
func TestARenewalIsNotRepeated(t *testing.T) {
	g := grounds()[0]
	f, r, l := g.start(t, nil)
	if out := r.Send(context.Background(), l); out.Kind != domain.OutcomeAccepted {
		t.Fatalf("%+v", out)
	}
	l.Intent.ID, l.Intent.ClTRID = 2, "OR-2b"
	out := r.Send(context.Background(), l)
	if out.Kind != domain.OutcomeRefused || out.Code != "renew.expiry-moved" || f.transforms("domain:renew") != 1 || !out.Object.ExpiresAt.Equal(f.domains["a.com"].expires) {
		t.Errorf("%+v", out)
	}
}
