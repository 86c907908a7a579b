package console

import (
	"net/http"
	"slices"
	"strings"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
)

// What the page of looks shows.
const (
	looksShown  = 60
	looksOfDocs = 30 // newest documents whose looks are read
)

type privacyPage struct {
	Shell
	Looks  []domain.Event
	Erased *ops.Erasure
	Fault  *notice
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

// privacyExport streams everything that is kept about the caller; an error after the first byte can only end it.
func (v *visit) privacyExport() error {
	if err := v.formErr(); err != nil {
		return err
	}
	out := &late{v: v, name: "openregistrar-" + v.account.ID.Uin() + ".zip", kind: "application/zip"}
	err := v.Ops.ExportData(v.ctx, v.scope, out, 0)
	if err != nil && out.begun {
		v.Log.Error("console: export broke off", "err", causeOf(fault.Of(err)))
		panic(http.ErrAbortHandler) // the browser must not take half of it for the whole
	}
	return err
}

// late sends the headers with the first byte, so that an error before it can still be told as a page.
type late struct {
	v     *visit
	name  string
	kind  string // media type
	begun bool
}

func (l *late) Write(p []byte) (int, error) {
	if !l.begun {
		l.begun = true
		h := l.v.w.Header()
		h.Set("Content-Type", l.kind)
		h.Set("Content-Disposition", `attachment; filename="`+l.name+`"`)
	}
	return l.v.w.Write(p)
}

// privacyErase destroys what is not needed any more, once the owner has typed the own address.
func (v *visit) privacyErase() error {
	if err := v.formErr(); err != nil {
		return err
	}
	if !strings.EqualFold(strings.TrimSpace(v.r.PostFormValue("confirm")), v.account.Email) {
		n := v.notice(fault.New(fault.Invalid, "input.confirmation", "name", v.account.Email))
		n.Field = "confirm"
		return v.privacyView(http.StatusUnprocessableEntity, privacyPage{Fault: &n})
	}
	done, err := v.Ops.EraseData(v.ctx, v.scope)
	if err != nil {
		return err
	}
	return v.privacyView(http.StatusOK, privacyPage{Erased: &done})
}
