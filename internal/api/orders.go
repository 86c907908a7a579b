package api

import (
	"context"

	"github.com/openregistrar/openregistrar/internal/diagnose"
	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/naming"
	"github.com/openregistrar/openregistrar/internal/ops"
)

type placeOrderIn struct {
	TemplateID   string    `json:"template_id"`
	Lines        []orderIn `json:"lines" minItems:"1" doc:"1 to 4,000 names."`
	NameServers  []string  `json:"name_servers,omitempty" maxItems:"13" doc:"None: the registrar's own."`
	AutoRenew    bool      `json:"auto_renew,omitempty"`
	LockUpdate   bool      `json:"lock_update,omitempty"`
	LockTransfer bool      `json:"lock_transfer,omitempty"`
	Agreement    string    `json:"agreement" doc:"Version of the registration agreement that is accepted, in the language of Accept-Language."`
	MaxTotal     int64     `json:"max_total,omitempty" minimum:"0" doc:"The most that the order may cost, minor units; 0: not checked."`
	Whole        bool      `json:"whole,omitempty" doc:"Refuse the order where any of its names can't be ordered."`
}

type orderIn struct {
	Name  string `json:"name"`
	Years int    `json:"years,omitempty" minimum:"1" maximum:"10" doc:"1 when left out."`
	Price int64  `json:"price,omitempty" minimum:"0" doc:"What was shown for the name and its years, minor units; where it is another by now, the name fails."`
}

// OrderOut is an order with how far it has come.
type OrderOut struct {
	ID        int64  `json:"id" doc:"The LogId."`
	Number    string `json:"number,omitempty"`
	Action    string `json:"action"`
	Status    string `json:"status" doc:"doing, success, failed, partial_success"`
	Count     int    `json:"count"`
	Doing     int    `json:"doing"`
	Success   int    `json:"success"`
	Failed    int    `json:"failed"`
	Currency  string `json:"currency,omitempty"`
	Total     int64  `json:"total" doc:"Set aside when it was placed, minor units."`
	Captured  int64  `json:"captured" doc:"Paid for what was done."`
	Released  int64  `json:"released" doc:"Given back for what was not."`
	Agreement string `json:"agreement,omitempty" doc:"Version that was accepted."`
	Language  string `json:"language,omitempty" doc:"That it was accepted in."`
	CreatedAt string `json:"created_at"`
}

func orderOut(v ops.OrderView) *OrderOut {
	return &OrderOut{ID: int64(v.ID), Number: v.Number, Action: string(v.Action), Status: v.Status(), Count: v.Count, Doing: v.Doing,
		Success: v.Success, Failed: v.Failed, Currency: v.Currency, Total: v.Total, Captured: v.Captured, Released: v.Released,
		Agreement: v.Agreement, Language: v.Language, CreatedAt: utc(v.CreatedAt)}
}

func placeOrder(ctx context.Context, a *API, c caller, in *placeOrderIn) (*OrderOut, error) {
	id, err := templateID(in.TemplateID)
	if err != nil {
		return nil, err
	}
	asked := ops.Register{Template: id, Years: 1, YearsOf: map[domain.Name]int{}, PriceOf: map[domain.Name]int64{}, NameServers: in.NameServers,
		LockUpdate: in.LockUpdate, LockTransfer: in.LockTransfer, Agreement: in.Agreement, Language: c.lang, Key: c.idemKey, MaxTotal: in.MaxTotal, Alone: !in.Whole}
	if in.AutoRenew {
		asked.AutoRenew = 1
	}
	for _, l := range in.Lines {
		asked.Names = append(asked.Names, l.Name)
		n, err := naming.Parse(l.Name)
		if _, twice := asked.YearsOf[n]; err != nil || twice {
			continue // told by name
		}
		asked.YearsOf[n], asked.PriceOf[n] = max(1, l.Years), l.Price
	}
	v, err := a.Ops.Register(ctx, c.scope, asked)
	if err != nil {
		return nil, err
	}
	return orderOut(v), nil
}

type ordersIn struct {
	ID     int64 `json:"id,omitempty" doc:"One order alone."`
	Offset int   `json:"offset,omitempty" minimum:"0"`
	Limit  *int  `json:"limit,omitempty" minimum:"1" maximum:"200" doc:"20 when left out."`
}

// OrdersOut lists orders.
type OrdersOut struct {
	Total  int        `json:"total"`
	Orders []OrderOut `json:"orders"`
}

func listOrders(ctx context.Context, a *API, c caller, in *ordersIn) (*OrdersOut, error) {
	f := ops.OrderFilter{Page: page(in.Offset, in.Limit)}
	if in.ID != 0 {
		f.IDs = []domain.OrderID{domain.OrderID(in.ID)}
	}
	list, total, err := a.Ops.Orders(ctx, c.scope, f)
	if err != nil {
		return nil, err
	}
	out := &OrdersOut{Total: total, Orders: []OrderOut{}}
	for _, v := range list {
		out.Orders = append(out.Orders, *orderOut(v))
	}
	return out, nil
}

type orderItemsIn struct {
	ID     int64 `json:"id"`
	Offset int   `json:"offset,omitempty" minimum:"0"`
	Limit  *int  `json:"limit,omitempty" minimum:"1" maximum:"200" doc:"20 when left out."`
}

// OrderItemsOut lists an order's names.
type OrderItemsOut struct {
	Total int            `json:"total"`
	Items []OrderItemOut `json:"items"`
}

// OrderItemOut is one name of an order.
type OrderItemOut struct {
	Name      string            `json:"name" doc:"Wire form; of what is no name, what was given."`
	Display   string            `json:"display"`
	Status    string            `json:"status" doc:"doing, success, failed"`
	Price     int64             `json:"price" doc:"Minor units."`
	Currency  string            `json:"currency,omitempty"`
	Money     string            `json:"money" doc:"none, held, captured, released"`
	Code      string            `json:"code,omitempty" doc:"Why it failed, or why it waits."`
	Title     string            `json:"title,omitempty"`
	Detail    string            `json:"detail,omitempty"`
	Remedy    []string          `json:"remedy,omitempty" doc:"What to do, in order."`
	Facts     map[string]string `json:"facts,omitempty"`
	UpdatedAt string            `json:"updated_at"`
}

func listOrderItems(ctx context.Context, a *API, c caller, in *orderItemsIn) (*OrderItemsOut, error) {
	items, total, err := a.Ops.Items(ctx, c.scope, domain.OrderID(in.ID), page(in.Offset, in.Limit))
	if err != nil {
		return nil, err
	}
	out := &OrderItemsOut{Total: total, Items: []OrderItemOut{}}
	for _, it := range items {
		line := OrderItemOut{Name: string(it.Name), Display: naming.Display(it.Name), Status: string(it.Status), Price: it.Price, Currency: it.Currency,
			Money: string(it.Hold), UpdatedAt: utc(it.UpdatedAt)}
		if it.Code != "" && it.Status != domain.ItemSuccess {
			w := diagnose.Text(c.lang, fault.Code(it.Code), it.Facts)
			line.Code, line.Title, line.Detail, line.Remedy, line.Facts = it.Code, w.Title, w.What, w.Remedy, it.Facts
		}
		out.Items = append(out.Items, line)
	}
	return out, nil
}

type cancelOrderIn struct {
	ID int64 `json:"id"`
}

// CancelledOut says how many names were cancelled.
type CancelledOut struct {
	Cancelled int `json:"cancelled"`
}

func cancelOrder(ctx context.Context, a *API, c caller, in *cancelOrderIn) (*CancelledOut, error) {
	n, err := a.Ops.CancelOrder(ctx, c.scope, domain.OrderID(in.ID))
	if err != nil {
		return nil, err
	}
	return &CancelledOut{n}, nil
}
