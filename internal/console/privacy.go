package console

import (
	"net/http"
	"slices"

	"github.com/openregistrar/openregistrar/internal/domain"
)

// What the page of looks shows.
const (
	looksShown  = 60
	looksOfDocs = 30 // newest documents whose looks are read
)

type privacyPage struct {
	Shell
	Looks     []domain.Event
	Whole     bool
	Erased    bool
	ErasedSay string
	Fault     *notice
}

// looks are who opened the caller's pictures, newest first.
func (v *visit) looks() ([]domain.Event, error) {
	docs, err := v.Ops.Documents(v.ctx, v.scope)
	if err != nil {
		return nil, err
	}
	slices.Reverse(docs) // oldest came first
	var out []domain.Event
	for i, d := range docs {
		if i == looksOfDocs {
			break
		}
		events, err := v.Ops.Log(v.ctx, v.scope, d.ID.Public(), 0, looksShown)
		if err != nil {
			return nil, err
		}
		for _, e := range events {
			if e.Kind == "document.viewed" {
				out = append(out, e)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b domain.Event) int { return int(b.ID - a.ID) })
	return out[:min(len(out), looksShown)], nil
}

func (v *visit) privacy() error { return v.privacyView(http.StatusOK, privacyPage{}) }

func (v *visit) privacyView(status int, p privacyPage) error {
	var err error
	if p.Looks, err = v.looks(); err != nil {
		return err
	}
	p.Shell = v.shell(v.cat.say("privacy.title"), "privacy")
	return v.page(status, "privacy", p)
}
