package api

import (
	"context"
	"strconv"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/naming"
	"github.com/openregistrar/openregistrar/internal/ops"
)

type renewDomainBatchIn struct {
	Period            int      `json:"Period" minimum:"1" maximum:"9" doc:"Years."`
	Domains           []string `json:"Domains" doc:"1 to 4,000 names."`
	PayMode           int      `json:"PayMode" enum:"0,1,2" doc:"1: from the balance. 0 (online) and 2 (package) are refused."`
	AutoRenewFlag     *int     `json:"AutoRenewFlag,omitempty" enum:"0,1,2" doc:"0 off, 1 on, 2 as it is, also when left out."`
	PackageResourceId string   `json:"PackageResourceId,omitempty" maxLength:"128"`
	ChannelFrom       string   `json:"ChannelFrom,omitempty" maxLength:"255" doc:"Taken and not used."`
	OrderFrom         string   `json:"OrderFrom,omitempty" maxLength:"255" doc:"Taken and not used."`
	ActivityId        string   `json:"ActivityId,omitempty" maxLength:"255" doc:"Taken and not used."`
}

func renewDomainBatch(ctx context.Context, a *API, c caller, in *renewDomainBatchIn) (*LogOut, error) {
	if in.PayMode != 1 {
		return nil, fault.New(fault.Invalid, "order.pay-mode-unsupported", "mode", strconv.Itoa(in.PayMode))
	}
	auto := in.AutoRenewFlag
	switch {
	case auto != nil && *auto == 2:
		auto = nil
	case auto != nil && *auto == 0:
		off := 2 // of a name: 0 never set, 1 on, 2 switched off
		auto = &off
	}
	return logOf(a.Ops.Renew(ctx, c.scope, ops.Renew{Names: in.Domains, Years: in.Period, AutoRenew: auto, Key: c.idemKey}))
}

func logOf(v ops.OrderView, err error) (*LogOut, error) {
	if err != nil {
		return nil, err
	}
	return &LogOut{int64(v.ID)}, nil
}

type prohibitionIn struct {
	Domains []string `json:"Domains" doc:"1 to 4,000 names."`
	Status  *bool    `json:"Status" doc:"true: set, false: lift."`
}

func transferProhibitionBatch(ctx context.Context, a *API, c caller, in *prohibitionIn) (*LogOut, error) {
	return logOf(a.Ops.SetLock(ctx, c.scope, in.Domains, ops.LockTransfer, *in.Status))
}

func updateProhibitionBatch(ctx context.Context, a *API, c caller, in *prohibitionIn) (*LogOut, error) {
	return logOf(a.Ops.SetLock(ctx, c.scope, in.Domains, ops.LockUpdate, *in.Status))
}

type modifyInfoIn struct {
	Domains      []string `json:"Domains" doc:"1 to 4,000 names."`
	TemplateId   string   `json:"TemplateId" doc:"An Approved template."`
	LockTransfer *bool    `json:"LockTransfer,omitempty" doc:"Whether the names stay here for 60 days, as after any change of registrant unless it is declined. Default: true."`
}

func batchModifyDomainInfo(ctx context.Context, a *API, c caller, in *modifyInfoIn) (*LogOut, error) {
	id, err := templateID(in.TemplateId)
	if err != nil {
		return nil, err
	}
	lock := in.LockTransfer == nil || *in.LockTransfer
	return logOf(a.Ops.ChangeRegistrant(ctx, c.scope, in.Domains, id, lock))
}

type domainIDIn struct {
	DomainId string `json:"DomainId" doc:"domain-xxxxxxxx"`
}

// NothingOut is an answer without anything in it.
type NothingOut struct{}

func createDomainRedemption(ctx context.Context, a *API, c caller, in *domainIDIn) (*NothingOut, error) {
	id, ok := domain.ParseTenureID(in.DomainId)
	if !ok {
		return nil, fault.New(fault.Missing, "domain.not-found", "name", clip(in.DomainId))
	}
	t, err := a.Ops.DomainByID(ctx, c.scope, id)
	if err != nil {
		return nil, err
	}
	_, err = a.Ops.Restore(ctx, c.scope, string(t.Name), 0, c.idemKey)
	return &NothingOut{}, err
}

type nameIn struct {
	Name string `json:"name"`
}

// DSRecord is a delegation signer record (RFC 5910).
type DSRecord struct {
	KeyTag     int    `json:"key_tag" minimum:"0" maximum:"65535"`
	Algorithm  int    `json:"algorithm" minimum:"1" maximum:"255"`
	DigestType int    `json:"digest_type" minimum:"1" maximum:"4" doc:"1 SHA-1, 2 SHA-256, 4 SHA-384"`
	Digest     string `json:"digest" maxLength:"128" doc:"Hexadecimal."`
}

type setDNSSECIn struct {
	Name    string     `json:"name"`
	Records []DSRecord `json:"records,omitempty" maxItems:"8" doc:"All that there shall be; none: unsigned."`
}

// DNSSECOut is a name's DS records.
type DNSSECOut struct {
	Name    string     `json:"name"`
	Records []DSRecord `json:"records"`
}

func getDNSSEC(ctx context.Context, a *API, c caller, in *nameIn) (*DNSSECOut, error) {
	t, err := a.Ops.Domain(ctx, c.scope, in.Name)
	if err != nil {
		return nil, err
	}
	out := &DNSSECOut{Name: string(t.Name), Records: []DSRecord{}}
	for _, d := range t.DS {
		out.Records = append(out.Records, DSRecord{int(d.KeyTag), int(d.Algorithm), int(d.DigestType), d.Digest})
	}
	return out, nil
}

func setDNSSEC(ctx context.Context, a *API, c caller, in *setDNSSECIn) (*LogOut, error) {
	ds := make([]domain.DS, len(in.Records))
	for i, r := range in.Records {
		ds[i] = domain.DS{KeyTag: uint16(r.KeyTag), Algorithm: uint8(r.Algorithm), DigestType: uint8(r.DigestType), Digest: r.Digest}
	}
	return logOf(a.Ops.SetDS(ctx, c.scope, in.Name, ds))
}

func createAuthCode(ctx context.Context, a *API, c caller, in *nameIn) (*LogOut, error) {
	return logOf(a.Ops.DrawAuthCode(ctx, c.scope, in.Name))
}

func clearAuthCode(ctx context.Context, a *API, c caller, in *nameIn) (*LogOut, error) {
	return logOf(a.Ops.ClearAuthCode(ctx, c.scope, in.Name))
}

// AuthCodeOut is an authorization code, shown once.
type AuthCodeOut struct {
	Name  string `json:"name"`
	Code  string `json:"code" doc:"Not kept here any more."`
	Until string `json:"until" doc:"It is cleared at the registry then."`
}

func showAuthCode(ctx context.Context, a *API, c caller, in *nameIn) (*AuthCodeOut, error) {
	code, until, err := a.Ops.ShowAuthCode(ctx, c.scope, in.Name)
	if err != nil {
		return nil, err
	}
	return &AuthCodeOut{Name: subject(in.Name), Code: code, Until: utc(until)}, nil
}

type deleteIn struct {
	Name    string `json:"name"`
	Confirm string `json:"confirm" doc:"The name once more."`
}

func deleteDomain(ctx context.Context, a *API, c caller, in *deleteIn) (*LogOut, error) {
	name, err := naming.Parse(in.Name)
	if err != nil {
		return nil, err
	}
	if again, err := naming.Parse(in.Confirm); err != nil || again != name {
		return nil, outside("confirm", naming.Display(name))
	}
	return logOf(a.Ops.Delete(ctx, c.scope, in.Name))
}

type restoreIn struct {
	Name     string `json:"name"`
	MaxTotal int64  `json:"max_total,omitempty" minimum:"0" doc:"The price that was shown, minor units; another one is refused."`
}

func restoreDomain(ctx context.Context, a *API, c caller, in *restoreIn) (*LogOut, error) {
	return logOf(a.Ops.Restore(ctx, c.scope, in.Name, in.MaxTotal, c.idemKey))
}

type answerTransferIn struct {
	Name   string `json:"name"`
	Answer string `json:"answer" enum:"approve,reject"`
}

func answerTransfer(ctx context.Context, a *API, c caller, in *answerTransferIn) (*LogOut, error) {
	return logOf(a.Ops.AnswerTransfer(ctx, c.scope, in.Name, in.Answer == "approve"))
}
