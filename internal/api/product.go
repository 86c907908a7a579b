package api

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/naming"
	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/policy"
)

// The product writes dates without a zone; they are China's.
var shanghai = time.FixedZone("Asia/Shanghai", 8*3600)

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(shanghai).Format(time.DateTime)
}

func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(shanghai).Format(time.DateOnly)
}

// yuan rounds minor units up to whole ones: a sum kept ready for the price is always enough.
func yuan(minor int64) int64 { return (minor + 99) / 100 }

func checkDomain(ctx context.Context, a *API, c caller, in *checkDomainIn) (*CheckDomainOut, error) {
	f, err := a.Ops.CheckName(ctx, c.scope, in.DomainName)
	if err != nil {
		return nil, err
	}
	switch f.State {
	case ops.Malformed:
		return nil, &fault.Error{Kind: fault.Invalid, Code: f.Code, Facts: f.Facts}
	case ops.Unknown: // never shown as free, and not as taken either
		return nil, &fault.Error{Kind: fault.Unavailable, Code: f.Code, Facts: f.Facts}
	}
	years := 1
	if in.Period != "" {
		years, _ = strconv.Atoi(in.Period)
	}
	price, list := yuan(f.Price), yuan(f.Price)
	if f.Offer != nil {
		list = yuan(f.Offer.List)
	}
	moving, _ := f.Suffix.Price("tran", 1)
	restore, _ := f.Suffix.Price("redem", 1)
	transfer := yuan(moving)
	out := &CheckDomainOut{
		DomainName: f.Display, Premium: f.State == ops.Premium, Price: list, RealPrice: &price,
		FeeTransfer: &transfer, FeeRestore: yuan(restore), Period: int64(years), RecordSupport: f.Suffix.RecordOK,
	}
	out.Available = f.State == ops.Available || out.Premium
	if out.Premium {
		renew, total := yuan(f.Renew), yuan(f.Price+f.Renew*int64(years-1))
		about := f.Display
		out.FeeRenew, out.RealPrice, out.Describe = &renew, &total, &about
	}
	if out.Available && f.Risk != nil {
		about := bracketed(c.lang, ops.CodeRisk, f.Risk.Facts)
		out.Describe = &about
	}
	if out.Available && f.Doubt != nil {
		out.Reason = doubted(c.lang, f)
	}
	if !out.Available {
		out.Reason = bracketed(c.lang, f.Code, f.Facts)
		out.BlackWord = strings.HasSuffix(string(f.Code), "-word")
	}
	return out, nil
}

func describeTldList(_ context.Context, a *API, _ caller, _ *empty) (*TldListOut, error) {
	out := &TldListOut{List: []string{}}
	for _, s := range a.Ops.Policy().Suffixes() {
		out.List = append(out.List, "."+s.Display)
	}
	return out, nil
}

var operations = []string{"new", "renew", "redem", "tran"}

func describePriceList(ctx context.Context, a *API, c caller, in *priceListIn) (*PriceListOut, error) {
	table, err := a.Ops.Prices(ctx, c.scope)
	if err != nil {
		return nil, err
	}
	suffixes := table.Suffixes()
	if len(in.TldList) > 0 {
		suffixes = nil
		for _, typed := range in.TldList {
			s, ok := findSuffix(table, typed)
			if !ok {
				return nil, fault.New(fault.Missing, "suffix.unsupported", "suffix", clip(typed))
			}
			suffixes = append(suffixes, s)
		}
	}
	for i, op := range in.Operation {
		if !slices.Contains(operations, op) {
			return nil, outside("Operation."+strconv.Itoa(i), strings.Join(operations, " | "))
		}
	}
	for i, y := range in.Year {
		if y < 1 || y > 10 {
			return nil, outside("Year."+strconv.Itoa(i), "1–10")
		}
	}
	out := &PriceListOut{PriceList: []PriceInfo{}}
	for _, s := range suffixes {
		for _, op := range operations {
			for y := 1; y <= 10; y++ {
				if !sold(s, op, y) || len(in.Operation) > 0 && !slices.Contains(in.Operation, op) || len(in.Year) > 0 && !slices.Contains(in.Year, y) {
					continue
				}
				q, _ := s.Quote(op, y)
				out.PriceList = append(out.PriceList, PriceInfo{Tld: "." + s.Display, Year: int64(y), Price: yuan(q.List), RealPrice: yuan(q.Price), Operation: op})
			}
		}
	}
	return out, nil
}

// sold: a renewal leaves at least one year of the longest term; redemption and transfer are for exactly one year.
func sold(s policy.Suffix, op string, years int) bool {
	switch op {
	case "new":
		return s.Allows(years)
	case "renew":
		return s.Allows(years) && years < s.MaxYears
	}
	return years == 1
}

func findSuffix(t *policy.Table, typed string) (policy.Suffix, bool) {
	want := strings.ToLower(strings.TrimPrefix(strings.TrimSpace(typed), "."))
	if s, ok := t.Suffix(want); ok {
		return s, true
	}
	for _, s := range t.Suffixes() {
		if s.Display == want {
			return s, true
		}
	}
	return policy.Suffix{}, false
}

func page(offset int, limit *int) ops.Page {
	p := ops.Page{Offset: offset, Limit: 20}
	if limit != nil {
		p.Limit = *limit
	}
	return p
}

func createDomainBatch(ctx context.Context, a *API, c caller, in *createDomainBatchIn) (*LogOut, error) {
	if in.PayMode != 1 { // neither online payment nor prepaid packages exist here
		return nil, fault.New(fault.Invalid, "order.pay-mode-unsupported", "mode", strconv.Itoa(in.PayMode))
	}
	id, err := templateID(in.TemplateId)
	if err != nil {
		return nil, err
	}
	// The product's call has no field for the agreement: calling it accepts the current one, and the order says so.
	v, err := a.Ops.Register(ctx, c.scope, ops.Register{
		Template: id, Names: in.Domains, Years: in.Period, AutoRenew: in.AutoRenewFlag,
		LockUpdate: in.UpdateProhibition == 1, LockTransfer: in.TransferProhibition == 1,
		Agreement: a.Ops.Policy().House.Agreement, Language: c.lang, Key: c.idemKey, Alone: true, Strict: true,
	})
	if err != nil {
		return nil, err
	}
	if v.Count != len(in.Domains) { // an earlier order under the same key, for something else
		return nil, fault.New(fault.Conflict, "order.key-used", "order", strconv.FormatInt(int64(v.ID), 10))
	}
	return &LogOut{int64(v.ID)}, nil
}

func modifyDNSBatch(ctx context.Context, a *API, c caller, in *modifyDNSIn) (*LogOut, error) {
	v, err := a.Ops.ChangeNameServers(ctx, c.scope, in.Domains, in.Dns)
	if err != nil {
		return nil, err
	}
	return &LogOut{int64(v.ID)}, nil
}

func checkBatchStatus(ctx context.Context, a *API, c caller, in *batchStatusIn) (*BatchStatusOut, error) {
	ids := make([]domain.OrderID, len(in.LogIds))
	for i, id := range in.LogIds {
		ids[i] = domain.OrderID(id)
	}
	list, _, err := a.Ops.Orders(ctx, c.scope, ops.OrderFilter{Page: ops.Page{Limit: len(ids)}, IDs: ids})
	if err != nil {
		return nil, err
	}
	found := make(map[domain.OrderID]ops.OrderView, len(list))
	for _, v := range list {
		found[v.ID] = v
	}
	out := &BatchStatusOut{StatusSet: []BatchStatus{}}
	for _, id := range ids {
		v, ok := found[id]
		if !ok {
			return nil, fault.New(fault.Missing, "order.not-found", "order", strconv.FormatInt(int64(id), 10))
		}
		out.StatusSet = append(out.StatusSet, BatchStatus{LogId: int64(id), Status: v.Status(), BatchAction: string(v.Action)})
	}
	return out, nil
}

func describeBatchLogs(ctx context.Context, a *API, c caller, in *batchLogsIn) (*BatchLogsOut, error) {
	list, total, err := a.Ops.Orders(ctx, c.scope, ops.OrderFilter{Page: page(in.Offset, in.Limit)})
	if err != nil {
		return nil, err
	}
	out := &BatchLogsOut{TotalCount: int64(total), DomainBatchLogSet: []BatchLog{}}
	for _, v := range list {
		l := BatchLog{
			LogId: int64(v.ID), Number: int64(v.Count), Status: "done", CreatedOn: stamp(v.CreatedAt),
			Success: int64(v.Success), Doing: int64(v.Doing), Failed: int64(v.Failed), PayStatus: v.Number != "", BigDealId: v.Number,
		}
		if v.Doing > 0 {
			l.Status = "doing"
		}
		out.DomainBatchLogSet = append(out.DomainBatchLogSet, l)
	}
	return out, nil
}

func describeBatchDetails(ctx context.Context, a *API, c caller, in *batchDetailsIn) (*BatchDetailsOut, error) {
	order, err := a.Ops.Order(ctx, c.scope, domain.OrderID(in.LogId))
	if err != nil {
		return nil, err
	}
	items, total, err := a.Ops.Items(ctx, c.scope, order.ID, page(in.Offset, in.Limit))
	if err != nil {
		return nil, err
	}
	out := &BatchDetailsOut{TotalCount: int64(total), DomainBatchDetailSet: []BatchDetail{}}
	for _, it := range items {
		d := BatchDetail{
			Id: int64(it.ID), Action: string(order.Action), Domain: naming.Display(it.Name), Status: string(it.Status),
			CreatedOn: stamp(it.CreatedAt), UpdatedOn: stamp(it.UpdatedAt), BigDealId: order.Number,
		}
		if it.Code != "" && it.Status != domain.ItemSuccess {
			d.Reason = bracketed(c.lang, fault.Code(it.Code), it.Facts)
		}
		out.DomainBatchDetailSet = append(out.DomainBatchDetailSet, d)
	}
	return out, nil
}

func describeNameList(ctx context.Context, a *API, c caller, in *nameListIn) (*NameListOut, error) {
	list, total, err := a.Ops.Domains(ctx, c.scope, ops.TenureFilter{Page: page(in.Offset, in.Limit)})
	if err != nil {
		return nil, err
	}
	now, table := a.Ops.Now(), a.Ops.Policy()
	out := &NameListOut{DomainSet: []DomainListed{}, TotalCount: int64(total)}
	for _, t := range list {
		shown := t.Name.Suffix()
		if s, ok := table.Suffix(shown); ok {
			shown = s.Display
		}
		out.DomainSet = append(out.DomainSet, DomainListed{
			DomainId: t.ID.Public(), DomainName: naming.Display(t.Name), AutoRenew: int64(t.AutoRenew),
			CreationDate: stamp(t.RegisteredAt), ExpirationDate: stamp(t.ExpiresAt),
			Tld: "." + shown, CodeTld: "." + t.Name.Suffix(), BuyStatus: buyStatus(t, now),
		})
	}
	return out, nil
}

func describeBaseInfo(ctx context.Context, a *API, c caller, in *baseInfoIn) (*BaseInfoOut, error) {
	t, err := a.Ops.Domain(ctx, c.scope, in.Domain)
	if err != nil {
		return nil, err
	}
	info := DomainBaseInfo{
		DomainId: t.ID.Public(), DomainName: naming.Display(t.Name),
		RealNameAuditStatus: "NotUpload", DomainNameAuditStatus: "NotAudit",
		CreationDate: day(t.RegisteredAt), ExpirationDate: day(t.ExpiresAt),
		DomainStatus: []string{}, BuyStatus: buyStatus(t, a.Ops.Now()), RegistrarType: "epp", NameServer: []string{},
	}
	if info.LockTransfer = a.Ops.Now().Before(t.LockUntil); info.LockTransfer {
		info.LockEndTime = stamp(t.LockUntil)
	}
	info.NameServer = append(info.NameServer, t.NameServers...)
	for _, s := range t.Statuses {
		info.DomainStatus = append(info.DomainStatus, string(s))
	}
	slices.Sort(info.DomainStatus)
	switch tmpl, err := a.Ops.Template(ctx, c.scope, t.Template); {
	case err == nil:
		info.RealNameAuditStatus = auditStatus(tmpl.Status)
		if tmpl.Reason != "" {
			info.RealNameAuditUnpassReason = bracketed(c.lang, fault.Code(tmpl.Reason), nil)
		}
	case fault.Of(err).Kind != fault.Missing:
		return nil, err
	}
	return &BaseInfoOut{DomainInfo: info, Uin: t.Account.Uin()}, nil
}

const aboutToExpire = 30 * 24 * time.Hour

// buyStatus derives the product's BuyStatus of a running tenure from its dates and statuses.
func buyStatus(t domain.Tenure, now time.Time) string {
	switch {
	case t.Statuses.Has(domain.RedemptionPeriod):
		return "RedemptionPending"
	case !now.Before(t.ExpiresAt):
		return "RenewPending"
	case t.ExpiresAt.Sub(now) <= aboutToExpire:
		return "AboutToExpire"
	}
	return "ok"
}
