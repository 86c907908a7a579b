package ops

import (
	"context"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
)

// Frame is one frame of a session with a registry, as it went over the wire, secrets masked.
type Frame struct {
	ID              int64
	RegistryAccount string
	Session         string
	At              time.Time   // wall time
	Sent            bool        // by us
	Command         string      // "domain:create", "poll", "greeting"
	Name            domain.Name // the one domain name that it is about; empty: none, or several
	ClTRID          string
	Code            int // of a response; 0
	Text            string
}

// FrameFilter narrows a transcript; empty fields don't.
type FrameFilter struct {
	RegistryAccount string
	Session         string
	Name            domain.Name
	ClTRID          string // as on the wire, or its beginning: an intent's, without the number of the attempt
	Code            int
	From, To        time.Time // wall time; To is not included
	Before          int64     // identifiers below this; 0: from the newest
	After           int64     // identifiers above this, oldest first; 0: newest first
	Oldest          bool      // oldest first, from the beginning
	Limit           int
}

// TranscriptState is how the keeping of transcripts goes.
type TranscriptState struct {
	Kept    int64 // frames written since the start of this node
	Dropped int64 // frames that found no room, or could not be written
	Waiting int
	Oldest  time.Time // of what the database has; zero: nothing
	Bytes   int64
}

// observations is what looks, messages and transcripts need of the database.
type observations interface {
	rounds
	// LoadSight reads, in one snapshot, what we hold of a name at a registry account; Missing where it does not run there.
	LoadSight(ctx context.Context, registryAccount string, name domain.Name) (Sight, error)
	Polls(ctx context.Context, f PollFilter) ([]PollMessage, error)
	Poll(ctx context.Context, id int64) (PollMessage, error)
	Frames(ctx context.Context, f FrameFilter) ([]Frame, error)
}

// Frames reads transcripts, for operators.
func (o *Ops) Frames(ctx context.Context, scope domain.Scope, f FrameFilter) ([]Frame, error) {
	if !scope.Operator {
		return nil, fault.New(fault.Denied, "account.denied")
	}
	return o.Store.Frames(ctx, f)
}
