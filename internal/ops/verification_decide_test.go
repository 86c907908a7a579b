package ops

import (
	"testing"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/policy"
	"github.com/openregistrar/openregistrar/internal/realname"
)

// Who looks before an authority does, by policy and by what the checks were sure of.
func TestWantsDesk(t *testing.T) {
	doubt := func(check string, needs realname.Needs) CheckView {
		return CheckView{NotPerformed: []NotPerformed{{Role: realname.Owner, Check: check, Needs: needs, Reason: "unsure"}}}
	}
	warned := CheckView{Findings: []realname.Finding{{Code: "document.near-expiry", Severity: realname.Warn}}}
	for name, c := range map[string]struct {
		review policy.Review
		owner  string
		seen   CheckView
		unread []string
		want   bool
	}{
		"clean":                       {policy.ReviewUnsure, "苏禾", CheckView{}, nil, false},
		"a warning":                   {policy.ReviewUnsure, "苏禾", warned, nil, true},
		"a picture that nothing read": {policy.ReviewUnsure, "苏禾", CheckView{}, []string{"owner"}, true},
		"a number read badly":         {policy.ReviewUnsure, "苏禾", doubt("text-number", realname.NeedsText), nil, true},
		"a Chinese name read badly":   {policy.ReviewUnsure, "苏禾", doubt("text-name", realname.NeedsText), nil, false},
		"a name in other letters":     {policy.ReviewUnsure, "Lena Hafen", doubt("text-name", realname.NeedsText), nil, true},
		"a check of the form":         {policy.ReviewUnsure, "苏禾", doubt("address", realname.NeedsForm), nil, false},
		"never, whatever it is":       {policy.ReviewNever, "苏禾", warned, []string{"owner"}, false},
		"always, however clean it is": {policy.ReviewAlways, "苏禾", CheckView{}, nil, true},
	} {
		s := submission{template: domain.Template{Contact: domain.Contact{OrganizationCN: c.owner}}, examined: c.seen, unread: c.unread,
			table: &policy.Table{Verify: policy.Verifying{Review: c.review}}}
		if got := wantsDesk(s); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
