package api

import (
	"context"

	"github.com/openregistrar/openregistrar/internal/diagnose"
	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/naming"
	"github.com/openregistrar/openregistrar/internal/ops"
)

type warning interface {
	RiskOf(ctx context.Context, scope domain.Scope, typed string) (ops.Risk, bool, error)
	AcknowledgeRisks(ctx context.Context, scope domain.Scope, said []ops.Known) ([]domain.Name, error)
	AppealRisk(ctx context.Context, scope domain.Scope, typed, feed, reason string) (domain.RiskAppeal, error)
	RiskAppeals(ctx context.Context, scope domain.Scope, f ops.AppealFilter) ([]domain.RiskAppeal, int, error)
	LoadFeed(ctx context.Context, scope domain.Scope, in ops.FeedForm) (domain.Feed, error)
	DropFeed(ctx context.Context, scope domain.Scope, name string) error
}

// RiskOut is what the next holder of a name should know.
type RiskOut struct {
	Code     string            `json:"code"`
	Title    string            `json:"title"`
	Detail   string            `json:"detail"`
	Remedy   []string          `json:"remedy" doc:"What to do, in order."`
	Facts    map[string]string `json:"facts"`
	Lists    []string          `json:"lists" doc:"Lists that have it; own-history: it was held when it was registered here before."`
	Evidence string            `json:"evidence" doc:"Digest of what it rests on, for the acknowledgement."`
}

func riskOut(lang string, r ops.Risk) *RiskOut {
	w := diagnose.Text(lang, ops.CodeRisk, r.Facts)
	out := &RiskOut{Code: string(ops.CodeRisk), Title: w.Title, Detail: w.What, Remedy: w.Remedy, Facts: r.Facts, Lists: []string{}, Evidence: r.Evidence()}
	for _, h := range r.Hits {
		out.Lists = append(out.Lists, h.Feed.Name)
	}
	if len(r.Held) > 0 {
		out.Lists = append(out.Lists, ops.OwnHistory)
	}
	return out
}

type acknowledgeIn struct {
	Names []acknowledgedName `json:"names" minItems:"1" maxItems:"4000"`
}

type acknowledgedName struct {
	Name     string `json:"name"`
	Evidence string `json:"evidence,omitempty" maxLength:"64" doc:"As the search gave it: another past since then is not acknowledged. Left out: what is known now."`
}

// AcknowledgedOut lists what was acknowledged.
type AcknowledgedOut struct {
	Acknowledged []string `json:"acknowledged" doc:"Those of the names that have a past which was acknowledged."`
}

func acknowledgeRisks(ctx context.Context, a *API, c caller, in *acknowledgeIn) (*AcknowledgedOut, error) {
	said := make([]ops.Known, len(in.Names))
	for i, n := range in.Names {
		said[i] = ops.Known(n)
	}
	names, err := a.Ops.AcknowledgeRisks(ctx, c.scope, said)
	if err != nil {
		return nil, err
	}
	out := &AcknowledgedOut{Acknowledged: []string{}}
	for _, n := range names {
		out.Acknowledged = append(out.Acknowledged, string(n))
	}
	return out, nil
}

type riskIn struct {
	Name string `json:"name"`
}

// RiskStateOut says what is known of a name's past.
type RiskStateOut struct {
	Name string   `json:"name"`
	Risk *RiskOut `json:"risk,omitempty" doc:"Left out: nothing is held against it."`
}

func getRisk(ctx context.Context, a *API, c caller, in *riskIn) (*RiskStateOut, error) {
	r, ok, err := a.Ops.RiskOf(ctx, c.scope, in.Name)
	if err != nil {
		return nil, err
	}
	out := &RiskStateOut{Name: string(r.Name)}
	if ok {
		out.Risk = riskOut(c.lang, r)
	}
	return out, nil
}

type appealIn struct {
	Name   string `json:"name"`
	List   string `json:"list" maxLength:"60" doc:"One of the risk's lists."`
	Reason string `json:"reason" maxLength:"8000" doc:"At most 2,000 characters."`
}

// AppealOut is an appeal and how far it has come.
type AppealOut struct {
	ID        int64  `json:"id"`
	Name      string `json:"name"`
	Display   string `json:"display"`
	List      string `json:"list"`
	Reason    string `json:"reason"`
	State     string `json:"state" enum:"open,granted,refused"`
	Note      string `json:"note,omitempty" doc:"The operator's words."`
	MadeAt    string `json:"made_at"`
	DecidedAt string `json:"decided_at,omitempty"`
}

func appealOut(r domain.RiskAppeal) AppealOut {
	return AppealOut{ID: r.ID, Name: string(r.Name), Display: naming.Display(r.Name), List: r.Feed, Reason: r.Reason, State: string(r.State), Note: r.Note,
		MadeAt: utc(r.MadeAt), DecidedAt: utc(r.DecidedAt)}
}

func appealRisk(ctx context.Context, a *API, c caller, in *appealIn) (*AppealOut, error) {
	r, err := a.Ops.AppealRisk(ctx, c.scope, in.Name, in.List, in.Reason)
	if err != nil {
		return nil, err
	}
	out := appealOut(r)
	return &out, nil
}

type appealsIn struct {
	Limit *int `json:"limit,omitempty" minimum:"1" maximum:"200" doc:"50 when left out."`
}

// AppealsOut lists appeals.
type AppealsOut struct {
	Appeals []AppealOut `json:"appeals"`
	Total   int         `json:"total"`
}

func listRiskAppeals(ctx context.Context, a *API, c caller, in *appealsIn) (*AppealsOut, error) {
	f := ops.AppealFilter{Page: ops.Page{Limit: 50}}
	if in.Limit != nil {
		f.Limit = *in.Limit
	}
	list, total, err := a.Ops.RiskAppeals(ctx, c.scope, f)
	if err != nil {
		return nil, err
	}
	out := &AppealsOut{Appeals: []AppealOut{}, Total: total}
	for _, r := range list {
		out.Appeals = append(out.Appeals, appealOut(r))
	}
	return out, nil
}

type feedIn struct {
	Name    string `json:"name" maxLength:"60"`
	Kind    string `json:"kind" doc:"complaints or blocks"`
	Source  string `json:"source" maxLength:"800" doc:"Who keeps it; at most 200 characters."`
	Appeal  string `json:"appeal,omitempty" maxLength:"800" doc:"Web or mail address where its keeper hears appeals; at most 200 characters."`
	Format  string `json:"format" doc:"hosts, plain, rpz or csv"`
	Dated   string `json:"dated" doc:"YYYY-MM-DD, as its source dates it."`
	Content string `json:"content" doc:"The list itself."`
}

// FeedOut is a list as it was loaded.
type FeedOut struct {
	Name    string `json:"name"`
	Entries int    `json:"entries" doc:"Names."`
	Skipped int    `json:"skipped" doc:"Lines that list no name."`
}

func loadFeed(ctx context.Context, a *API, c caller, in *feedIn) (*FeedOut, error) {
	f, err := a.Ops.LoadFeed(ctx, c.scope, ops.FeedForm{Body: []byte(in.Content),
		Feed: domain.Feed{Name: in.Name, Kind: in.Kind, Source: in.Source, Appeal: in.Appeal, Format: in.Format, Dated: in.Dated}})
	if err != nil {
		return nil, err
	}
	return &FeedOut{f.Name, f.Size, f.Skipped}, nil
}

type dropFeedIn struct {
	Name string `json:"name" maxLength:"60"`
}

func dropFeed(ctx context.Context, a *API, c caller, in *dropFeedIn) (*empty, error) {
	return &empty{}, a.Ops.DropFeed(ctx, c.scope, in.Name)
}
