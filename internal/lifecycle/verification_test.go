package lifecycle

import (
	"testing"

	"github.com/openregistrar/openregistrar/internal/domain"
)

// Every pair of state and event is a row or a declared refusal, never both and never neither; what is over has none.
func TestVerificationsTotal(t *testing.T) {
	over := 0
	for _, s := range VerificationStates {
		if VerificationOver(s) {
			over++
		}
		for _, e := range VerificationEvents {
			_, row := Verifications[submissionPair{s, e}]
			_, refusal := refusedVerifications[submissionPair{s, e}]
			n := 0
			for _, b := range []bool{row, refusal, VerificationOver(s)} {
				if b {
					n++
				}
			}
			if n != 1 {
				t.Errorf("%s, %s: row=%v refusal=%v over=%v; want exactly one", s, e, row, refusal, VerificationOver(s))
			}
			if _, err := NextVerification(s, e); (err == nil) != row {
				t.Errorf("%s, %s: NextVerification says %v, row is %v", s, e, err, row)
			}
		}
	}
	if over != 4 {
		t.Errorf("%d states are over", over)
	}
	if want := (len(VerificationStates) - over) * len(VerificationEvents); len(Verifications)+len(refusedVerifications) != want {
		t.Errorf("the tables hold %d pairs, want %d", len(Verifications)+len(refusedVerifications), want)
	}
}

// Nothing is approved without an authority's or a person's word; nothing that an authority may have is handed over
// again unless it says that it has it not; and every submission can end.
func TestVerificationsSound(t *testing.T) {
	says := map[VerificationEvent]bool{Passed: true, DeskApproved: true}
	for from, to := range Verifications {
		if to == domain.VerificationApproved && !says[from.on] {
			t.Errorf("%v approves", from)
		}
		mayHave := from.from == domain.VerificationUnknown || from.from == domain.VerificationWaiting
		if mayHave && to == domain.VerificationQueued && from.on != NotKnown && from.on != HalfPassed {
			t.Errorf("%v hands over again", from)
		}
	}
	for _, s := range VerificationStates {
		if VerificationOver(s) {
			continue
		}
		if to, err := NextVerification(s, TakenBack); err != nil || to != domain.VerificationWithdrawn {
			t.Errorf("%s can't be withdrawn: %v", s, err)
		}
		seen := map[domain.VerificationState]bool{s: true}
		for grown := true; grown; {
			grown = false
			for from, to := range Verifications {
				if seen[from.from] && !seen[to] {
					seen[to], grown = true, true
				}
			}
		}
		if !seen[domain.VerificationApproved] || !seen[domain.VerificationRejected] {
			t.Errorf("from %s no verdict can be reached", s)
		}
	}
}
