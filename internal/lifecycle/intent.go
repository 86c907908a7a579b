// Package lifecycle holds the registrar's state machines as tables: every state and event pair is a row or a
// declared refusal, and each row says what becomes of the money.
package lifecycle

import (
	"fmt"

	"github.com/openregistrar/openregistrar/internal/domain"
)

// Event is something that happens to an intent.
type Event string

// Events of an intent.
const (
	Leased    Event = "leased"    // a node took it up
	Accepted  Event = "accepted"  // done at the registry, ours with proof
	Deferred  Event = "deferred"  // 1001: the registry will tell
	Refused   Event = "refused"   // did not and will not happen
	Lost      Event = "lost"      // sent or perhaps sent, no answer
	NotSent   Event = "not-sent"  // certain that nothing was done; later again
	Absent    Event = "absent"    // asked: not there, for the first time
	Confirmed Event = "confirmed" // asked again on a new session: not there, agreed
	Deadline  Event = "deadline"  // business time is up and the registry silent
	Cleared   Event = "cleared"   // people have looked at its name and let it go on
)

// Money says what a step does to what the item has set aside.
type Money string

// A hold meets exactly one capture or release.
const (
	Keep    Money = ""
	Capture Money = "capture"
	Release Money = "release"
)

// Step is where an event leads.
type Step struct {
	To    domain.IntentState
	Money Money
}

type pair struct {
	from domain.IntentState
	on   Event
}

const (
	queued   = domain.IntentQueued
	open     = domain.IntentOpen
	unknown  = domain.IntentUnknown
	pending  = domain.IntentPending
	accepted = domain.IntentAccepted
	refused  = domain.IntentRefused
	parked   = domain.IntentParked
	review   = domain.IntentReview
)

// Intents is the machine of an act at a registry. "Unknown" never leads to sending again but through two agreeing
// absences; "parked" still settles when a late answer comes.
var Intents = map[pair]Step{
	{review, Cleared}:    {queued, Keep},
	{review, Refused}:    {refused, Release},
	{review, Deadline}:   {refused, Release}, // nobody looked: it was never sent
	{queued, Leased}:     {open, Keep},
	{queued, Refused}:    {refused, Release}, // found impossible before it was sent
	{queued, Deadline}:   {refused, Release}, // never sent: it can't have happened
	{queued, NotSent}:    {queued, Keep},
	{open, Accepted}:     {accepted, Capture},
	{open, Deferred}:     {pending, Keep},
	{open, Refused}:      {refused, Release},
	{open, Lost}:         {unknown, Keep},
	{open, NotSent}:      {queued, Keep},
	{open, Leased}:       {unknown, Keep}, // the node that had it died: it may have been sent
	{unknown, Leased}:    {unknown, Keep},
	{unknown, Accepted}:  {accepted, Capture},
	{unknown, Deferred}:  {pending, Keep},
	{unknown, Refused}:   {refused, Release},
	{unknown, Lost}:      {unknown, Keep}, // no answer to the question either
	{unknown, NotSent}:   {unknown, Keep},
	{unknown, Absent}:    {unknown, Keep},
	{unknown, Confirmed}: {queued, Keep}, // sent again under the same proof
	{unknown, Deadline}:  {parked, Keep},
	{pending, Leased}:    {pending, Keep},
	{pending, Accepted}:  {accepted, Capture},
	{pending, Refused}:   {refused, Release},
	{pending, Lost}:      {pending, Keep},
	{pending, NotSent}:   {pending, Keep},
	{pending, Deferred}:  {pending, Keep},
	{pending, Absent}:    {pending, Keep},
	{pending, Confirmed}: {refused, Release},
	{pending, Deadline}:  {parked, Keep},
	{parked, Leased}:     {parked, Keep},
	{parked, Accepted}:   {accepted, Capture},
	{parked, Refused}:    {refused, Release},
	{parked, Lost}:       {parked, Keep},
	{parked, NotSent}:    {parked, Keep},
	{parked, Absent}:     {parked, Keep},
	{parked, Deferred}:   {parked, Keep}, // still pending there: the desk has it already
	{parked, Confirmed}:  {refused, Release},
}

// refusals are the pairs that can't happen; reaching one is a defect and changes nothing.
var refusals = map[pair]string{
	{review, Leased}:    "it is not in the queue",
	{review, Accepted}:  "nothing was sent",
	{review, Deferred}:  "nothing was sent",
	{review, Lost}:      "nothing was sent",
	{review, NotSent}:   "nothing was to be sent",
	{review, Absent}:    "nothing was asked",
	{review, Confirmed}: "nothing was asked",
	{queued, Cleared}:   "it waits for nobody's look",
	{open, Cleared}:     "it waits for nobody's look",
	{unknown, Cleared}:  "it waits for nobody's look",
	{pending, Cleared}:  "it waits for nobody's look",
	{parked, Cleared}:   "it waits for nobody's look",
	{queued, Accepted}:  "nothing was sent",
	{queued, Deferred}:  "nothing was sent",
	{queued, Lost}:      "nothing was sent",
	{queued, Absent}:    "nothing was asked",
	{queued, Confirmed}: "nothing was asked",
	{open, Absent}:      "an open intent is answered, not asked after",
	{open, Confirmed}:   "an open intent is answered, not asked after",
	{open, Deadline}:    "its answer or its lease's end comes first",
	{parked, Deadline}:  "its deadline has passed already",
}

// Next gives the step for an event, or why there is none.
func Next(from domain.IntentState, on Event) (Step, error) {
	if s, ok := Intents[pair{from, on}]; ok {
		return s, nil
	}
	if from == accepted || from == refused {
		return Step{}, fmt.Errorf("lifecycle: intent is %s: over", from)
	}
	if why, ok := refusals[pair{from, on}]; ok {
		return Step{}, fmt.Errorf("lifecycle: intent %s, %s: %s", from, on, why)
	}
	return Step{}, fmt.Errorf("lifecycle: intent %s, %s: no row", from, on)
}

// States and Events list the closed sets, for the totality test and the drawn tables.
var (
	States = []domain.IntentState{queued, open, unknown, pending, accepted, refused, parked, review}
	Events = []Event{Leased, Accepted, Deferred, Refused, Lost, NotSent, Absent, Confirmed, Deadline, Cleared}
)
