package registry

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/openregistrar/openregistrar/epp"
	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/policy"
)

// A create carries the codes of an approved template; they are asked for once for many names, unless the registry wants
// one of the name itself.
func TestCreatesCarryCodes(t *testing.T) {
	for _, row := range []struct {
		name   string
		types  []string
		status domain.TemplateStatus
		fail   bool
		asked  int32
		codes  int
	}{
		{"approved", []string{"real-name"}, domain.TemplateApproved, false, 1, 1},
		{"a code of the name", []string{"domain", "real-name"}, domain.TemplateApproved, false, 3, 2},
		{"not approved", []string{"real-name"}, domain.TemplateInAudit, false, 0, 0},
		{"the authority is away", []string{"real-name"}, domain.TemplateApproved, true, 3, 0},
		{"none is wanted", nil, domain.TemplateApproved, false, 0, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			f := newFake(t)
			f.start("", epp.Limits{})
			var asked atomic.Int32
			r := f.open(func(_ *Account, c *Config) {
				c.Suffix = func(s string) (policy.Suffix, bool) {
					return policy.Suffix{Suffix: s, Currency: "CNY", Proof: policy.ProofCodes, CodeTypes: row.types}, s == "com"
				}
				c.Codes = func(_ context.Context, name domain.Name, id domain.TemplateID) ([]domain.SignedCode, error) {
					asked.Add(1)
					if row.fail || id != 7 {
						return nil, fault.New(fault.Unavailable, "verify.submission-failed")
					}
					codes := []domain.SignedCode{signed("real-name", "1-person")}
					if len(row.types) > 1 {
						codes = append(codes, signed("domain", "1-"+name.Label()))
					}
					return codes, nil
				}
			})
			for _, name := range []domain.Name{"a.com", "b.com", "c.com"} {
				l := intent(name)
				l.Template.Status = row.status
				out := r.Send(context.Background(), l)
				if out.Kind != domain.OutcomeAccepted || len(f.domains[string(name)].codes) != row.codes {
					t.Errorf("%s: %+v with %v", name, out, f.domains[string(name)].codes)
				}
				if row.codes > 0 && (out.Object.Verification != "compliant" || len(out.Object.Codes) != row.codes) {
					t.Errorf("%s: what the registry shows of its proof is lost: %+v", name, out.Object)
				}
				if row.codes > 1 && f.domains[string(name)].codes[1].Value != "1-"+name.Label() {
					t.Errorf("%s has another name's code", name)
				}
			}
			if asked.Load() != row.asked {
				t.Errorf("asked %d times, want %d", asked.Load(), row.asked)
			}
		})
	}
}

// Codes that are there no more refuse the act; nothing is sent without them.
func TestAPushWithoutCodes(t *testing.T) {
	f := newFake(t)
	f.start("", epp.Limits{})
	f.domains["a.com"] = &dom{clID: "ours", roid: "D1-FAKE", statuses: []string{"ok"}, created: f.wall, expires: f.wall}
	l := intent("a.com")
	l.Intent.Kind, l.Intent.Payload = domain.IntentCodes, domain.Payload{CodeTypes: []string{"real-name"}}
	l.Template.Status = domain.TemplateApproved
	out := f.open().Send(context.Background(), l)
	if out.Kind != domain.OutcomeRefused || out.Code != "domain.update-refused" || f.transforms("domain:update") != 0 {
		t.Errorf("%+v", out)
	}
}

const number = "330197199001010016"

// Where a registry is shown the registrant by its contact, the document's number goes with it, and is seen nowhere else.
func TestContactsCarryTheDocument(t *testing.T) {
	f := newFake(t)
	f.extra = []epp.Extension{epp.CNNICContact}
	var sent *epp.CNNICContactCreate
	refuse := false
	f.say = func(_ *fake, cmd *epp.Command) *epp.Response {
		if id, ok := epp.Find[*epp.CNNICContactCreate](cmd.Extensions); ok {
			if sent = id; refuse {
				return epp.Fail(2306, "registrant restricted: "+number, value(epp.NSContact, "id", "holder of "+number+" is on our list"))
			}
		}
		return nil
	}
	f.start("", epp.Limits{})
	kept := &shelf{}
	rec := recorder(t, kept)
	r := f.open(func(a *Account, c *Config) {
		a.Contacts = true
		c.Seen = rec.Seen
		c.Suffix = func(s string) (policy.Suffix, bool) {
			return policy.Suffix{Suffix: s, Currency: "CNY", Proof: policy.ProofContact}, s == "com"
		}
		c.Identity = func(t domain.Template) (Identity, error) {
			return Identity{Kind: t.Contact.Kind, Type: t.CertificateType, Number: string(t.SealedNumber)}, nil
		}
	})
	l := intent("a.com")
	l.Template.CertificateType, l.Template.SealedNumber = "TXZ", []byte(number)
	without := handle("ours", l.Template, 0)
	out := r.Send(context.Background(), l)
	if out.Kind != domain.OutcomeAccepted || sent == nil || sent.Number != number || sent.DocType != "GAJMTX" || sent.Type != "I" {
		t.Fatalf("%+v %+v", out, sent)
	}
	if f.contacts[without] != "" {
		t.Error("a contact with its document has the handle of one without")
	}
	refuse, l = true, intent("b.com")
	l.Template.ID, l.Template.CertificateType, l.Template.SealedNumber = 8, "SFZ", []byte(number)
	bad := r.Send(context.Background(), l)
	if bad.Kind != domain.OutcomeRefused || bad.Code != "registrant.registry-restricted" || bad.Facts["role"] != "owner" || bad.Facts["registry"] != "fakesim" || bad.Facts["reason"] == "" {
		t.Errorf("%+v", bad)
	}
	l = intent("c.com")
	l.Template.ID, l.Template.CertificateType, l.Template.SealedNumber = 9, "SFZ", []byte(strings.Repeat("9", 21))
	if long := r.Send(context.Background(), l); long.Kind != domain.OutcomeRefused || f.domains["c.com"] != nil {
		t.Errorf("a number that no registry takes: %+v", long)
	}
	f.clean("identity", out, bad)
	rec.Close()
	text := f.log.String()
	for _, b := range []any{out, bad, Identity{Number: number}} {
		text += fmt.Sprintf("%v %+v", b, b)
	}
	frames := 0
	for _, fr := range kept.frames {
		frames++
		text += fr.Text
	}
	if strings.Contains(text, number) || frames < 6 || !strings.Contains(text, "holder of ******** is on our list") {
		t.Errorf("the number is kept, or the frames are not (%d)", frames)
	}
}
