package lifecycle

import (
	"testing"

	"github.com/openregistrar/openregistrar/internal/domain"
)

// Every pair of state and event is a row or a declared refusal, never both and never neither.
func TestIntentsTotal(t *testing.T) {
	for _, s := range States {
		for _, e := range Events {
			_, row := Intents[pair{s, e}]
			_, refusal := refusals[pair{s, e}]
			over := s == domain.IntentAccepted || s == domain.IntentRefused
			n := 0
			for _, b := range []bool{row, refusal, over} {
				if b {
					n++
				}
			}
			if n != 1 {
				t.Errorf("%s, %s: row=%v refusal=%v over=%v; want exactly one", s, e, row, refusal, over)
			}
			if _, err := Next(s, e); (err == nil) != row {
				t.Errorf("%s, %s: Next says %v, row is %v", s, e, err, row)
			}
		}
	}
	if len(Intents)+len(refusals) != (len(States)-2)*len(Events) {
		t.Errorf("the tables hold %d pairs of unknown states or events", len(Intents)+len(refusals)-(len(States)-2)*len(Events))
	}
}

// Walking the machine in every way, a hold meets exactly one capture or release, at the step into an end, and nothing
// but two agreeing absences leads from "it may have happened" back to sending.
func TestIntentsMoney(t *testing.T) {
	for from, step := range Intents {
		ends := step.To == domain.IntentAccepted || step.To == domain.IntentRefused
		if ends != (step.Money != Keep) {
			t.Errorf("%v -> %v: money %q", from, step.To, step.Money)
		}
		if step.To == domain.IntentAccepted && step.Money != Capture || step.To == domain.IntentRefused && step.Money != Release {
			t.Errorf("%v -> %v: money %q", from, step.To, step.Money)
		}
		if step.To == domain.IntentQueued && from.from != domain.IntentQueued && from.on != Confirmed && from.on != NotSent && from.on != Cleared {
			t.Errorf("%v goes back to queued", from)
		}
		if from.from == domain.IntentUnknown && step.To == domain.IntentQueued && from.on != Confirmed {
			t.Errorf("unknown goes back to queued on %s", from.on)
		}
		if from.from == domain.IntentParked && step.To == domain.IntentQueued {
			t.Errorf("a parked intent is sent again on %s", from.on)
		}
		if from.on == Cleared && from.from != domain.IntentReview {
			t.Errorf("%v: cleared what nobody looks at", from)
		}
	}
}
