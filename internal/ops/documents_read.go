package ops

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
)

// readingLease is longer than a reader may take, so that no picture is read twice at a time.
const readingLease = 60 * time.Second

// ReadDocuments reads the pictures that wait for it, one after the other, until none is left that nobody else reads.
// It says how many it was done with. A picture that can't be read, or that nothing reads here any more, is not tried
// again: a person looks at it.
func (o *Ops) ReadDocuments(ctx context.Context) (int, error) {
	for done := 0; ; done++ {
		d, err := o.Store.LeaseDocument(ctx, o.Clock.Wall(), readingLease)
		if fault.Is(err, "document.not-found") {
			return done, nil
		}
		if err == nil {
			err = o.readDocument(ctx, d)
		}
		if err != nil {
			return done, err
		}
	}
}

func (o *Ops) readDocument(ctx context.Context, d domain.Document) error {
	end := SetReading{ID: d.ID, To: domain.ReadingFailed}
	p, err := o.openPicture(ctx, d.ID)
	switch {
	case fault.Of(err) != nil && fault.Of(err).Kind == fault.Missing: // shredded meanwhile
		return nil
	case err != nil:
		return err
	case o.Reader == nil || !o.Reader.Available():
		end.To = domain.ReadingAbsent
	case p == nil:
		end.Reason = "not decodable"
	default:
		text, err := o.Reader.Read(ctx, p.Image)
		switch {
		case ctx.Err() != nil: // the lease lapses and it is read again
			return ctx.Err()
		case errors.Is(err, context.DeadlineExceeded):
			end.Reason = "took too long"
		case err != nil || text == nil:
			end.Reason = "not readable" // a reader's words may quote what stands in the picture
		default:
			raw, err := json.Marshal(text)
			if err != nil {
				return err
			}
			if end.Text, err = o.Sealer.Seal(raw, domain.DocumentTextSeal(d.ID)); err != nil {
				return err
			}
			end.To = domain.ReadingDone
		}
	}
	read := domain.Event{Account: d.Account, Subject: d.ID.Public(), Kind: "document.read", Actor: "system", Via: "system", Result: string(end.To), At: o.Now()}
	err = o.Store.Commit(ctx, Plan{Writes: []Write{end}, Events: []domain.Event{read}})
	if fault.Is(err, "state.moved") {
		return nil
	}
	return err
}
