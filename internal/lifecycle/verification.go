package lifecycle

import (
	"fmt"

	"github.com/openregistrar/openregistrar/internal/domain"
)

// VerificationEvent is something that happens to a submission.
type VerificationEvent string

// Events of a submission.
const (
	CheckCleared   VerificationEvent = "cleared"      // our checks, or the desk, let it go on to an authority
	CheckUnsure    VerificationEvent = "unsure"       // a person has to look
	CheckUnfit     VerificationEvent = "unfit"        // our checks, or the desk, refuse it
	DeskApproved   VerificationEvent = "desk-ok"      // the desk decides alone, where there is no authority
	HandoverBegun  VerificationEvent = "leased"       // a node took it up
	Taken          VerificationEvent = "taken"        // the authority has it and will tell
	Passed         VerificationEvent = "passed"       // approved, all of it
	HalfPassed     VerificationEvent = "half"         // the contact is approved, the owner comes next
	Denied         VerificationEvent = "denied"       // refused by the authority
	HandoverLost   VerificationEvent = "lost"         // handed over or not: no answer
	HandoverFailed VerificationEvent = "failed"       // certain that the authority does not have it; later again
	NotKnown       VerificationEvent = "not-known"    // asked: the authority does not have it
	Exhausted      VerificationEvent = "exhausted"    // failed as often as it may, at every provider
	Contradicted   VerificationEvent = "contradicted" // the authority says one thing here and another there
	TermOver       VerificationEvent = "term-over"    // business time is up
	TakenBack      VerificationEvent = "taken-back"   // by its owner
)

type submissionPair struct {
	from domain.VerificationState
	on   VerificationEvent
}

const (
	reading   = domain.VerificationReading
	desk      = domain.VerificationDesk
	waitsTurn = domain.VerificationQueued
	handed    = domain.VerificationOpen
	unsure    = domain.VerificationUnknown
	waiting   = domain.VerificationWaiting
	approved  = domain.VerificationApproved
	rejected  = domain.VerificationRejected
	timedOut  = domain.VerificationTimedOut
	withdrawn = domain.VerificationWithdrawn
)

// Verifications is the machine of a submission. What is over stays so: what an authority says later is kept beside it
// and moves nothing.
var Verifications = map[submissionPair]domain.VerificationState{
	{reading, CheckCleared}: waitsTurn,
	{reading, CheckUnsure}:  desk,
	{reading, CheckUnfit}:   rejected,
	{reading, TermOver}:     desk, // its pictures could not be read in time: a person reads them
	{reading, TakenBack}:    withdrawn,

	{desk, CheckCleared}: waitsTurn,
	{desk, DeskApproved}: approved,
	{desk, CheckUnfit}:   rejected,
	{desk, TakenBack}:    withdrawn,

	{waitsTurn, HandoverBegun}:  handed,
	{waitsTurn, HandoverFailed}: waitsTurn, // no provider could be reached, or the next one's turn has come
	{waitsTurn, CheckUnsure}:    desk,      // no provider takes it any more
	{waitsTurn, Exhausted}:      rejected,
	{waitsTurn, TermOver}:       timedOut,
	{waitsTurn, TakenBack}:      withdrawn,

	{handed, HandoverBegun}:  unsure, // the node that had it died: it may have been handed over
	{handed, Taken}:          waiting,
	{handed, Passed}:         approved,
	{handed, HalfPassed}:     waitsTurn,
	{handed, Contradicted}:   desk,
	{handed, Denied}:         rejected,
	{handed, HandoverLost}:   unsure,
	{handed, HandoverFailed}: waitsTurn,
	{handed, Exhausted}:      rejected,
	{handed, TakenBack}:      withdrawn,

	{unsure, HandoverBegun}:  unsure,
	{unsure, Taken}:          waiting,
	{unsure, Passed}:         approved,
	{unsure, HalfPassed}:     waitsTurn,
	{unsure, Contradicted}:   desk,
	{unsure, Denied}:         rejected,
	{unsure, HandoverLost}:   unsure,
	{unsure, HandoverFailed}: unsure, // no answer to the question either
	{unsure, NotKnown}:       waitsTurn,
	{unsure, TermOver}:       timedOut,
	{unsure, TakenBack}:      withdrawn,

	{waiting, HandoverBegun}:  waiting,
	{waiting, Taken}:          waiting,
	{waiting, Passed}:         approved,
	{waiting, HalfPassed}:     waitsTurn,
	{waiting, Contradicted}:   desk,
	{waiting, Denied}:         rejected,
	{waiting, HandoverLost}:   waiting,
	{waiting, HandoverFailed}: waiting,
	{waiting, NotKnown}:       waitsTurn, // it has lost it
	{waiting, TermOver}:       timedOut,
	{waiting, TakenBack}:      withdrawn,
}

const (
	notHanded = "no authority has it"
	notAsked  = "nothing was asked"
	checked   = "it was checked before"
	noTurn    = "it is not to be handed over yet"
	isHanded  = "it is at an authority"
)

// refusedVerifications are the pairs that can't happen; reaching one is a defect and changes nothing.
var refusedVerifications = map[submissionPair]string{
	{reading, DeskApproved}:   "no person has seen it",
	{reading, HandoverBegun}:  noTurn,
	{reading, Taken}:          notHanded,
	{reading, Passed}:         notHanded,
	{reading, HalfPassed}:     notHanded,
	{reading, Denied}:         notHanded,
	{reading, HandoverLost}:   notHanded,
	{reading, HandoverFailed}: notHanded,
	{reading, NotKnown}:       notAsked,
	{reading, Exhausted}:      notHanded,
	{reading, Contradicted}:   notHanded,

	{desk, CheckUnsure}:    "a person has it already",
	{desk, HandoverBegun}:  noTurn,
	{desk, Taken}:          notHanded,
	{desk, Passed}:         notHanded,
	{desk, HalfPassed}:     notHanded,
	{desk, Denied}:         notHanded,
	{desk, HandoverLost}:   notHanded,
	{desk, HandoverFailed}: notHanded,
	{desk, NotKnown}:       notAsked,
	{desk, Exhausted}:      notHanded,
	{desk, Contradicted}:   notHanded,
	{desk, TermOver}:       "a person decides, however late; its age is shown",

	{waitsTurn, CheckCleared}: checked,
	{waitsTurn, CheckUnfit}:   checked,
	{waitsTurn, DeskApproved}: checked,
	{waitsTurn, Taken}:        notHanded,
	{waitsTurn, Passed}:       notHanded,
	{waitsTurn, HalfPassed}:   notHanded,
	{waitsTurn, Denied}:       notHanded,
	{waitsTurn, HandoverLost}: notHanded,
	{waitsTurn, NotKnown}:     notAsked,
	{waitsTurn, Contradicted}: notHanded,

	{handed, CheckCleared}: checked,
	{handed, CheckUnsure}:  checked,
	{handed, CheckUnfit}:   checked,
	{handed, DeskApproved}: isHanded,
	{handed, NotKnown}:     "it is being answered, not asked after",
	{handed, TermOver}:     "its answer or its lease's end comes first",

	{unsure, CheckCleared}: checked,
	{unsure, CheckUnsure}:  checked,
	{unsure, CheckUnfit}:   checked,
	{unsure, DeskApproved}: isHanded,
	{unsure, Exhausted}:    "an authority may have it",

	{waiting, CheckCleared}: checked,
	{waiting, CheckUnsure}:  checked,
	{waiting, CheckUnfit}:   checked,
	{waiting, DeskApproved}: isHanded,
	{waiting, Exhausted}:    "an authority has it",
}

// VerificationOver reports whether a submission has ended.
func VerificationOver(s domain.VerificationState) bool {
	switch s {
	case approved, rejected, timedOut, withdrawn:
		return true
	}
	return false
}

// NextVerification gives the state that an event leads to, or why there is none.
func NextVerification(from domain.VerificationState, on VerificationEvent) (domain.VerificationState, error) {
	if to, ok := Verifications[submissionPair{from, on}]; ok {
		return to, nil
	}
	if VerificationOver(from) {
		return "", fmt.Errorf("lifecycle: submission is %s: over", from)
	}
	if why, ok := refusedVerifications[submissionPair{from, on}]; ok {
		return "", fmt.Errorf("lifecycle: submission %s, %s: %s", from, on, why)
	}
	return "", fmt.Errorf("lifecycle: submission %s, %s: no row", from, on)
}

// VerificationStates and VerificationEvents list the closed sets, for the totality test and the drawn tables.
var (
	VerificationStates = []domain.VerificationState{reading, desk, waitsTurn, handed, unsure, waiting, approved, rejected, timedOut, withdrawn}
	VerificationEvents = []VerificationEvent{CheckCleared, CheckUnsure, CheckUnfit, DeskApproved, HandoverBegun, Taken, Passed, HalfPassed, Denied,
		HandoverLost, HandoverFailed, NotKnown, Exhausted, Contradicted, TermOver, TakenBack}
)
