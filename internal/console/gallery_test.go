package console

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
)

// shot is one page in one state.
type shot struct {
	name   string
	role   domain.Role // "": nobody is signed in
	path   string
	form   url.Values // set: POST
	status int
	set    func(*fake)
}

func person() domain.Contact {
	return domain.Contact{Kind: domain.Organisation, OrganizationCN: "杭州云河茶业有限公司", Organization: "Hangzhou Yunhe Tea Co., Ltd.", NameCN: "林晓", Name: "Lin Xiao",
		CountryCN: "中国", Country: "CN", ProvinceCN: "浙江省", CityCN: "杭州市", StreetCN: "龙井路 88 号", Street: "88 Longjing Road", PostalCode: "310013",
		Telephone: "+86.13800002071", Email: "lin@yunhe-tea.com"}
}

func withTemplates(states ...domain.TemplateStatus) func(*fake) {
	return func(f *fake) {
		for i, s := range states {
			t := domain.Template{ID: domain.TemplateID(i + 1), Account: 1, Status: s, Contact: person(), CertificateType: "YYZZ",
				MaskedNumber: "913***********7B55", IsDefault: i == 0, CreatedAt: today.AddDate(0, -1, 0), UpdatedAt: today}
			if i == 1 {
				t.Contact.Kind, t.Contact.OrganizationCN, t.Contact.Organization, t.CertificateType = domain.Individual, "林晓", "Lin Xiao", "SFZ"
			}
			if s == domain.TemplateReject {
				t.Reason = "verify.number-confusable"
			}
			f.templates = append(f.templates, t)
		}
	}
}

func withCart(f *fake) {
	for i, n := range []string{"yunhecha.cn", "yunhecha.com", "xn--9kq974e8np.xn--fiqs8s"} {
		name := domain.Name(n)
		s, _ := f.table.Suffix(name.Suffix())
		l := ops.CartPriced{CartLine: ops.CartLine{Account: 1, Name: name, Years: 1 + i%2}, Display: display(n), Price: s.New + int64(i%2)*s.Renew, Renew: s.Renew}
		f.carts[1] = append(f.carts[1], l)
	}
}

func withMoney(balance int64) func(*fake) {
	return func(f *fake) {
		f.wallet = ops.Wallet{Currency: "CNY", Balance: balance, Held: 7500}
		for i, k := range []string{"top-up", "hold", "release", "hold", "capture"} {
			l := ops.LedgerLine{ID: int64(50 - i), Kind: k, Currency: "CNY", At: today.Add(-time.Duration(i) * 7 * time.Hour)}
			switch k {
			case "top-up":
				l.Amount, l.Ref = 50000, "sim-8d1f"
			case "hold":
				l.Amount, l.Name, l.OrderID, l.Order = -3600, "yunhecha.cn", 1042, "20261123000001042"
			case "release":
				l.Amount, l.Name, l.OrderID, l.Order = 3600, "chazhonghua.cn", 1041, "20261123000001041"
			case "capture":
				l.Name, l.OrderID, l.Order = "yunhecha.cn", 1042, "20261123000001042"
			}
			f.lines = append(f.lines, l)
		}
	}
}

func withOrders(f *fake) {
	base := domain.Order{Account: 1, Currency: "CNY", Via: "console", Agreement: "2026-11-01", Language: zh, PolicyVersion: 3, CreatedAt: today.Add(-time.Minute)}
	add := func(id domain.OrderID, action domain.Action, total int64, statuses ...domain.ItemStatus) {
		o := ops.OrderView{Order: base, AccountEmail: "lin@yunhe-tea.com"}
		o.ID, o.Action, o.Count, o.Total = id, action, len(statuses), total*int64(len(statuses))
		if total > 0 {
			o.Number = fmt.Sprintf("20261123%09d", id)
		}
		for i, s := range statuses {
			it := domain.Item{ID: domain.ItemID(int(id)*10 + i), Order: id, Account: 1, Name: domain.Name([]string{"yunhecha.cn", "yunhecha.com", "yunhe.top", "xn--9kq974e8np.xn--fiqs8s"}[i]),
				Status: s, Price: total, Currency: "CNY", Hold: domain.HoldNone, UpdatedAt: today}
			switch s {
			case domain.ItemDoing:
				o.Doing++
				if total > 0 {
					it.Hold = domain.Held
				}
				if i == 3 {
					it.Code, it.Facts = "registry.unreachable", map[string]string{"registry": "cnsim", "name": "云河茶.中国"}
				}
			case domain.ItemSuccess:
				o.Success++
				if total > 0 {
					it.Hold = domain.HoldCaptured
					o.Captured += total
				}
			case domain.ItemFailed:
				o.Failed++
				it.Code, it.Facts = "registration.taken", map[string]string{"name": string(it.Name), "registrar": "Rival Names", "registered": "2026-11-23", "refunded": fmt.Sprint(total), "currency": "CNY", "epp": "2302"}
				if total > 0 {
					it.Hold = domain.HoldReleased
					o.Released += total
				}
			}
			f.items = append(f.items, it)
		}
		f.orders = append(f.orders, o)
	}
	const doing, ok, bad = domain.ItemDoing, domain.ItemSuccess, domain.ItemFailed
	add(1042, domain.ActionNew, 3600, ok, bad, ok, doing)
	add(1041, domain.ActionNew, 6800, ok, bad)
	add(1040, domain.ActionNew, 6800, ok)
	add(1039, domain.ActionNew, 6800, bad)
	add(1038, domain.ActionDNS, 0, ok, ok, ok)
	add(1037, domain.ActionNew, 6800, doing)
	add(1036, domain.ActionNew, 6800, ok, ok)
	add(1035, domain.ActionNew, 6800, bad, bad)
	add(1034, domain.ActionDNS, 0, doing)
	add(1033, domain.ActionDNS, 0, bad)
	add(1032, domain.ActionDNS, 0, ok, bad)
}

func withNames(f *fake) {
	add := func(name string, days int, auto int, ns []string, statuses ...domain.Status) {
		f.names = append(f.names, domain.Tenure{ID: domain.TenureID(len(f.names) + 1), Account: 1, Name: domain.Name(name), RegistryAccount: "verisim", Template: 1, Order: 1040,
			ROID: "D1042-VSIM", Statuses: statuses, NameServers: ns, AutoRenew: auto, RegisteredAt: today.AddDate(-1, 0, days), ExpiresAt: today.AddDate(0, 0, days), Version: 2, UpdatedAt: today})
	}
	ns := []string{"ns1.openhost.net", "ns2.openhost.net"}
	lock := domain.ClientTransferProhibited
	add("yunhe-tea.com", 115, 1, ns, lock, domain.AddPeriod)
	add("yuncha.com", 9, 0, ns, lock, domain.ClientUpdateProhibited, domain.ClientDeleteProhibited)
	add("chaxiang.cn", 340, 1, ns, domain.ServerHold, lock)
	add("xn--9kq974e8np.xn--fiqs8s", 363, 1, ns, domain.PendingCreate)
	add("longjing-shop.top", -40, 0, ns, domain.RedemptionPeriod, domain.PendingDelete)
	add("teahouse-yunhe.xyz", 52, 2, nil, domain.StatusInactive)
	add("minghoucha.com.cn", -2, 1, ns, domain.StatusOK)
}

func withEvents(f *fake) {
	for i, k := range []string{"dns.changed", "dns.change-asked", "domain.registered", "registration.failed", "order.placed", "template.approved", "wallet.topped-up", "account.opened", "something.newer", "order.finished", "order.finished", "order.finished"} {
		e := domain.Event{ID: domain.EventID(100 - i), Account: 1, Subject: "yunhe-tea.com", Kind: k, Actor: "lin@yunhe-tea.com", IP: "203.0.113.24", Via: "console", Result: "ok", At: today.Add(-time.Duration(i) * time.Hour)}
		switch i {
		case 1:
			e.Result = "doing"
		case 3:
			e.Result, e.Subject, e.Facts = "registration.taken", "yunhecha.com", map[string]string{"name": "yunhecha.com"}
		case 9, 10, 11:
			e.Result = []string{"success", "failed", "partial_success"}[i-9]
		case 5:
			e.Actor, e.Via, e.IP, e.Subject = "system", "system", "", "tmpl-0q3k8z1a"
		}
		f.events = append(f.events, e)
	}
}

func withCases(f *fake) {
	f.cases = []domain.Case{
		{ID: 1, Account: 1, Subject: "chaxiang.cn", Code: "hold.unverified", Facts: map[string]string{"name": "chaxiang.cn", "status": "serverHold"}, OpenedAt: today.Add(-3 * time.Hour)},
		{ID: 2, Account: 1, Subject: "yunhecha.com", Code: "registration.taken", Facts: map[string]string{"name": "yunhecha.com", "registrar": "Rival Names"}, OpenedAt: today.Add(-time.Hour)},
		{ID: 3, Subject: "cnsim", Code: "registry.unreachable", Facts: map[string]string{"registry": "cnsim"}, OpenedAt: today, ClearedAt: today},
	}
}

func withKeys(f *fake) {
	f.keys = []domain.APIKey{{SecretID: "AKIDz8krbsJ5yKBZQpn74WFkmLPx3gnPhESA", Label: "官网部署", CreatedAt: today.AddDate(0, -1, 0)},
		{SecretID: "AKID8Q2fT5yWc0mVh3RzLk7NpXs1BdGj4UaE", CreatedAt: today.AddDate(0, -2, 0), RevokedAt: today}}
}

func withBalances(sum int64) func(*fake) {
	return func(f *fake) {
		f.balances = ops.Balances{Accounts: map[string]int64{"payments": -1250000, "revenue": 312400, "bank": -9000000, "deposit:verisim": 2945000, "deposit:cnsim": 2974000, "cost:verisim": 55000, "cost:cnsim": 26000},
			Wallets: 901200, Held: 36400, Sum: sum}
	}
}

func both(fs ...func(*fake)) func(*fake) {
	return func(f *fake) {
		for _, g := range fs {
			g(f)
		}
	}
}

func withFound(f *fake) {
	f.found["yunhecha.com"] = ops.Found{State: ops.Taken, Code: "registration.taken", Facts: fault.Facts{"name": "yunhecha.com"}}
	f.found["yunhecha.top"] = ops.Found{State: ops.Premium, Price: 128000, Renew: 128000, Fee: 100000}
	f.found["yunhecha.xyz"] = ops.Found{State: ops.Unknown, Code: "registry.unreachable", Facts: fault.Facts{"registry": "gensim", "suffix": "xyz"}}
	f.found["yunhecha.net"] = ops.Found{State: ops.Yours, Code: "registration.taken", Facts: fault.Facts{"name": "yunhecha.net"}}
	f.found["yunhecha.club"] = ops.Found{State: ops.Reserved, Code: "registration.reserved", Facts: fault.Facts{"name": "yunhecha.club", "reason": "Reserved"}}
}

func finding(kind string) func(*fake) {
	return func(f *fake) {
		x := ops.Finding{Name: "yunhe-tea.com", Display: "yunhe-tea.com"}
		pub := ops.PublicRegistration{Found: true, Registrar: "Rival Names", RegistrarID: "9998", URL: "http://127.0.0.1:8099/", CreatedAt: today.AddDate(-3, 0, 0), ExpiresAt: today.AddDate(1, 0, 0),
			Statuses: domain.Statuses{domain.ClientTransferProhibited}, NameServers: []string{"ns1.openhost.net", "ns2.openhost.net"}, Source: "RDAP http://127.0.0.1:8102/"}
		switch kind {
		case "elsewhere":
			x.Public = pub
			x.Case = &domain.Case{Subject: "yunhe-tea.com", Code: "lookup.not-our-registrar", Facts: map[string]string{"name": "yunhe-tea.com", "registrar": "Rival Names", "dns_here": "yes", "source": pub.Source}}
		case "nobody":
			x.Public = ops.PublicRegistration{Source: pub.Source}
		case "yours":
			x.Yours = &domain.Tenure{Name: x.Name}
		case "public":
			x.Public = pub
		}
		f.finding = &x
	}
}

func shots() []shot {
	const o, d, none = domain.Owner, domain.Operator, domain.Role("")
	approved := withTemplates(domain.TemplateApproved, domain.TemplateInAudit, domain.TemplateReject, domain.TemplateNotUpload)
	return append(append(append(append(wireShots(), changeShots()...), peopleShots()...), append(append(append(orderShots(), riskShots()...), priceShots()...), namingShots()...)...), []shot{
		{"landing", none, "/", nil, 200, nil},
		{"search-empty", none, "/search", nil, 200, nil},
		{"search-anonymous", none, "/search?q=yunhecha", nil, 200, withFound},
		{"search", o, "/search?q=yunhecha+bad_name.com+china-yunhecha.cn+%E4%BA%91%E6%B2%B3%E8%8C%B6.%E4%B8%AD%E5%9B%BD+yunhecha.club", nil, 200, both(withFound, withCart)},
		{"search-nothing", o, "/search?q=-.com", nil, 200, nil},
		{"signin", none, "/signin?next=/cart", nil, 200, nil},
		{"signin-wrong", none, "/signin", url.Values{"email": {"lin@yunhe-tea.com"}, "password": {"nope"}}, 422, nil},
		{"signup", none, "/signup", nil, 200, nil},
		{"signup-short", none, "/signup", url.Values{"email": {"lin@yunhe-tea.com"}, "password": {"short"}}, 422, nil},
		{"not-found", none, "/nowhere", nil, 404, nil},
		{"forbidden", o, "/desk", nil, 403, nil},
		{"broken", o, "/domains", nil, 500, func(f *fake) { f.fail["Domains"] = fmt.Errorf("disk on fire") }},
		{"unavailable", o, "/wallet", nil, 503, func(f *fake) {
			f.fail["Wallet"] = fault.New(fault.Unavailable, "registry.unreachable", "registry", "cnsim")
		}},
		{"cart", o, "/cart", nil, 200, withCart},
		{"cart-empty", o, "/cart", nil, 200, nil},
		{"cart-taken", o, "/cart/add", url.Values{"name": {"taken.com"}}, 409, both(withCart, func(f *fake) {
			f.fail["AddToCart"] = fault.New(fault.Conflict, "registration.taken", "name", "taken.com")
		})},
		{"checkout", o, "/checkout", nil, 200, both(withCart, approved, withMoney(100000))},
		{"checkout-short", o, "/checkout", nil, 200, both(withCart, approved, withMoney(4000))},
		{"checkout-review", o, "/checkout", nil, 200, both(withCart, withTemplates(domain.TemplateInAudit), withMoney(100000))},
		{"checkout-rejected", o, "/checkout", nil, 200, both(withCart, withTemplates(domain.TemplateReject), withMoney(100000))},
		{"checkout-first", o, "/checkout", nil, 200, both(withCart, withMoney(0))},
		{"checkout-refused", o, "/checkout", url.Values{"template": {domain.TemplateID(1).Public()}, "agreement": {"2026-11-01"}, "name": {"yunhecha.cn"}}, 409, both(withCart, approved, withMoney(100000), func(f *fake) {
			f.fail["Register"] = fault.New(fault.Conflict, "wallet.insufficient", "short", "3500", "currency", "CNY")
		})},
		{"checkout-unticked", o, "/checkout", url.Values{"template": {domain.TemplateID(1).Public()}}, 422, both(withCart, approved, withMoney(100000))},
		{"checkout-servers", o, "/checkout", url.Values{"template": {domain.TemplateID(1).Public()}, "agreement": {"2026-11-01"}, "name": {"yunhecha.cn"}, "ns": {"x"}}, 422, both(withCart, approved, withMoney(100000), func(f *fake) {
			f.fail["Register"] = fault.New(fault.Invalid, "input.name-servers", "rule", "count", "count", "1")
		})},
		{"orders", o, "/orders", nil, 200, withOrders},
		{"orders-empty", o, "/orders", nil, 200, nil},
		{"order-doing", o, "/orders/1042", nil, 200, withOrders},
		{"order-partial", o, "/orders/1041", nil, 200, withOrders},
		{"order-done", o, "/orders/1040", nil, 200, withOrders},
		{"order-failed", o, "/orders/1039", nil, 200, withOrders},
		{"order-dns", o, "/orders/1038", nil, 200, withOrders},
		{"order-one-doing", o, "/orders/1037", nil, 200, withOrders},
		{"order-all-done", o, "/orders/1036", nil, 200, withOrders},
		{"order-all-failed", o, "/orders/1035", nil, 200, withOrders},
		{"order-dns-doing", o, "/orders/1034", nil, 200, withOrders},
		{"order-dns-failed", o, "/orders/1033", nil, 200, withOrders},
		{"order-dns-partial", o, "/orders/1032", nil, 200, withOrders},
		{"order-missing", o, "/orders/7", nil, 404, nil},
		{"domains", o, "/domains", nil, 200, both(withNames, withCases, withOrders)},
		{"domains-empty", o, "/domains", nil, 200, nil},
		{"domains-none-match", o, "/domains?q=zzz", nil, 200, withNames},
		{"domain", o, "/domains/yunhe-tea.com", nil, 200, both(withNames, approved, withEvents)},
		{"domain-held", o, "/domains/chaxiang.cn", nil, 200, both(withNames, approved, withEvents, withCases)},
		{"domain-pending", o, "/domains/xn--9kq974e8np.xn--fiqs8s", nil, 200, both(withNames, approved)},
		{"domain-expired", o, "/domains/minghoucha.com.cn", nil, 200, withNames},
		{"domain-inactive", o, "/domains/teahouse-yunhe.xyz", nil, 200, withNames},
		{"domain-missing", o, "/domains/nobody.com", nil, 404, nil},
		{"ns", o, "/domains/ns?name=yunhe-tea.com", nil, 200, withNames},
		{"ns-many", o, "/domains/ns?name=yunhe-tea.com&name=xn--9kq974e8np.xn--fiqs8s", nil, 200, withNames},
		{"ns-refused", o, "/domains/ns", url.Values{"name": {"yuncha.com"}, "ns": {"ns1..x"}}, 422, both(withNames, func(f *fake) {
			f.fail["ChangeNameServers"] = fault.New(fault.Invalid, "input.name-servers", "rule", "count", "count", "1")
		})},
		{"ns-locked", o, "/domains/ns", url.Values{"name": {"yuncha.com"}, "ns": {"ns1.openhost.net ns2.openhost.net"}}, 409, both(withNames, func(f *fake) {
			f.fail["ChangeNameServers"] = fault.New(fault.Conflict, "domain.update-prohibited", "name", "yuncha.com", "statuses", "clientUpdateProhibited")
		})},
		{"lookup", o, "/domains/lookup", nil, 200, nil},
		{"lookup-elsewhere", o, "/domains/lookup?name=yunhe-tea.com", nil, 200, finding("elsewhere")},
		{"lookup-public", o, "/domains/lookup?name=yunhe-tea.com", nil, 200, finding("public")},
		{"lookup-nobody", o, "/domains/lookup?name=yunhe-tea.com", nil, 200, finding("nobody")},
		{"lookup-yours", o, "/domains/lookup?name=yunhe-tea.com", nil, 200, finding("yours")},
		{"lookup-elsewhere-here", o, "/domains/lookup?name=yunhe-tea.com", nil, 200, finding("")},
		{"lookup-malformed", o, "/domains/lookup?name=-x.com", nil, 422, nil},
		{"wallet", o, "/wallet", nil, 200, withMoney(33760)},
		{"wallet-empty", o, "/wallet", nil, 200, nil},
		{"wallet-refused", o, "/wallet/top-up", url.Values{"amount": {"0.001"}}, 422, withMoney(33760)},
		{"log", o, "/log", nil, 200, withEvents},
		{"log-none", o, "/log?subject=nothing", nil, 200, nil},
		{"log-filtered", o, "/log?subject=yunhe-tea.com&kind=domain.&actor=system&since=2026-11-01&until=2026-11-23", nil, 200, withEvents},
		{"log-no-day", o, "/log?since=yesterday", nil, 422, withEvents},
		{"keys", o, "/keys", nil, 200, withKeys},
		{"keys-empty", o, "/keys", nil, 200, nil},
		{"keys-new", o, "/keys", url.Values{"label": {"ci"}}, 200, withKeys},
		{"keys-too-many", o, "/keys", url.Values{}, 429, both(withKeys, func(f *fake) {
			f.fail["CreateAPIKey"] = fault.New(fault.Limited, "account.too-many-keys", "limit", "10")
		})},
		{"account", o, "/account", nil, 200, nil},
		{"help", none, "/help", nil, 200, nil},
		{"help-none", none, "/help?q=qqqqqqq", nil, 200, nil},
		{"help-article", o, "/help/registration.taken", nil, 200, nil},
		{"help-missing", none, "/help/no.such-code", nil, 404, nil},
		{"desk", d, "/desk", nil, 200, both(withOrders, withCases, withBalances(0))},
		{"desk-empty", d, "/desk", nil, 200, nil},
		{"desk-registries", d, "/desk/registries", nil, 200, nil},
		{"desk-registry", d, "/desk/registries/verisim", nil, 200, withRegistry},
		{"desk-registry-empty", d, "/desk/registries/off", nil, 200, nil},
		{"desk-registry-paused", d, "/desk/registries/cnsim", nil, 200, both(withRegistry, func(f *fake) {
			f.registry.State = domain.RegistryState{Paused: "registry.deposit-empty"}
			f.cases = []domain.Case{{Subject: "registry:cnsim", Code: "registry.deposit-empty", OpenedAt: today, Facts: map[string]string{"registry": "cnsim", "epp": "2104"}}}
		})},
		{"desk-registry-window-refused", d, "/desk/registries/verisim/windows", url.Values{"starts": {"2026-11-24T02:00"}, "ends": {"2026-11-24T01:00"}, "impact": {"full"}}, 422, both(withRegistry, func(f *fake) {
			f.fail["AddWindow"] = fault.New(fault.Invalid, "registry.window-invalid", "rule", "order")
		})},
		{"desk-registry-password-kept", d, "/desk/registries/verisim/password", url.Values{}, 409, both(withRegistry, func(f *fake) {
			f.fail["ChangeRegistryPassword"] = fault.New(fault.Conflict, "registry.password-kept", "registry", "verisim")
		})},
		{"desk-registry-missing", d, "/desk/registries/nobody", nil, 404, nil},
		{"desk-orders", d, "/desk/orders", nil, 200, withOrders},
		{"desk-orders-empty", d, "/desk/orders", nil, 200, nil},
		{"desk-order", d, "/desk/orders/1042", nil, 200, withOrders},
		{"desk-cases", d, "/desk/cases", nil, 200, withCases},
		{"desk-cases-all", d, "/desk/cases?show=all", nil, 200, withCases},
		{"desk-cases-none", d, "/desk/cases", nil, 200, nil},
		{"desk-money", d, "/desk/money", nil, 200, withBalances(0)},
		{"desk-money-wrong", d, "/desk/money", nil, 200, withBalances(-1)},
		{"desk-log", d, "/desk/log", nil, 200, withEvents},
		{"desk-log-open", d, "/desk/log?kind=order.placed", nil, 200, both(withEvents, func(f *fake) { f.unsealed = 3 })},
		{"desk-jobs-none", d, "/desk/jobs/", nil, 404, nil},
	}...)
}

func withRegistry(f *fake) {
	f.registry = ops.RegistryView{
		Windows: []domain.Window{
			{ID: 3, RegistryAccount: "verisim", Ref: "M-2026-11", StartsAt: today.Add(-time.Hour), EndsAt: today.Add(time.Hour), Impact: domain.ImpactFull, Reason: "Database upgrade", State: domain.WindowOn, By: "registry"},
			{ID: 4, RegistryAccount: "verisim", StartsAt: today.Add(24 * time.Hour), EndsAt: today.Add(26 * time.Hour), Impact: domain.ImpactPartial, State: domain.WindowPlanned, By: "zhou@registrar.example"},
			{ID: 5, RegistryAccount: "verisim", StartsAt: today.Add(-48 * time.Hour), EndsAt: today.Add(-47 * time.Hour), Impact: domain.ImpactNone, State: domain.WindowOver, By: "zhou@registrar.example"},
			{ID: 6, RegistryAccount: "verisim", StartsAt: today.Add(48 * time.Hour), EndsAt: today.Add(50 * time.Hour), Impact: domain.ImpactFull, State: domain.WindowCancelled, By: "zhou@registrar.example"}},
		Credentials: []domain.Credential{{Kind: domain.CredentialPassword, State: domain.CredentialCurrent, By: "zhou@registrar.example", UpdatedAt: today.AddDate(0, -1, 0)},
			{Kind: domain.CredentialCertificate, State: domain.CredentialCurrent, By: "zhou@registrar.example", UpdatedAt: today, Fingerprint: strings.Repeat("9c41", 16)},
			{Kind: domain.CredentialPassword, State: domain.CredentialPending, CreatedAt: today}},
		Shares: []domain.SessionShare{{Node: "node-a-12-9f", Held: 4, Open: 4, Polls: true, Until: today.Add(20 * time.Second)}, {Node: "node-b-7-3c", Held: 3, Open: 1, Until: today.Add(28 * time.Second)}},
	}
}

func health(context.Context) []RegistryHealth {
	return []RegistryHealth{
		{Account: "verisim", Suffixes: []string{"com", "net"}, Up: true, Breaker: "closed", Sessions: 5, SessionCap: 8, InFlight: 1, Commands: 18234, P50: 38, P99: 95, Ours: 2945000, Theirs: 2945000, TheirsKnown: true, Currency: "CNY",
			Addr: "127.0.0.1:7001", Limit: 4, Waiting: 2, LowDeposit: 100000, CertUntil: today.AddDate(0, 0, 12), Node: "node-a-12-9f",
			Warnings: []ops.LoginWarning{{Type: "password", Level: "warning", Until: today.AddDate(0, 0, 9), Text: "Password expires soon"}, {Type: "custom", Name: "x", Level: "error", Value: "old"}},
			Buckets:  []RegistryBucket{{Class: "all", Rate: 20, Tokens: 18.4}, {Class: "transforms"}, {Class: "reads", Rate: 10, Tokens: 3}, {Class: "polls", Rate: 28.5, Tokens: 28}}},
		{Account: "cnsim", Suffixes: []string{"cn", "com.cn", "中国"}, Breaker: "open", RetryAt: today, Refused: true, Reason: "2200", SessionCap: 6, Commands: 920, P50: 62, P99: 140, LastError: "dial tcp 127.0.0.1:7002: connect: connection refused", LastErrorAt: today, Ours: 2974000, Currency: "CNY"},
		{Account: "gensim", Suffixes: []string{"top", "xyz", "club"}, Up: true, Breaker: "closed", Sessions: 2, SessionCap: 4, Commands: 11, P50: 118, P99: 2410, LastError: "2400 Command failed", LastErrorAt: today, Ours: 1000000, Theirs: 998500, TheirsKnown: true, Currency: "CNY"},
		{Account: "lab", Suffixes: []string{"lab"}, Breaker: "half-open", SessionCap: 2, Currency: "CNY"},
		{Account: "care", Suffixes: []string{"care"}, Up: true, Breaker: "closed", Paused: "registry.maintenance", Sessions: 1, SessionCap: 2, Currency: "CNY"},
		{Account: "owing", Suffixes: []string{"owing"}, Up: true, Breaker: "closed", Paused: "registry.deposit-empty", Sessions: 1, SessionCap: 2, Currency: "CNY"},
		{Account: "off", Suffixes: []string{"off"}, Breaker: "closed", SessionCap: 20, Currency: "CNY"},
	}
}

// take shows one shot in a language.
func (s shot) take(t testing.TB, lang, theme string) (*http.Response, string) {
	b := newBench(t, func(d *Deps) {
		if s.name != "desk-empty" {
			d.Registries = health
		}
		d.Looker = nowhere{}
		if s.name != "desk-transcripts-none" {
			d.Transcripts = func(context.Context) ops.TranscriptState {
				return ops.TranscriptState{Kept: 18234, Dropped: 12, Waiting: 3, Bytes: 5 << 20, Oldest: today.AddDate(0, 0, -7)}
			}
		}
		d.Endpoints = Endpoints{API: "http://127.0.0.1:8080", JSON: "http://127.0.0.1:8080/api/v1", OpenAPI: "http://127.0.0.1:8080/openapi.json",
			RDAP: "http://127.0.0.1:8083", WHOIS: "127.0.0.1:4343", DNS: "127.0.0.1:5300", World: "http://127.0.0.1:8090", Mailbox: "http://127.0.0.1:8091"}
	})
	v := b.visitor()
	if s.role != "" {
		v = b.as(t, s.role)
	}
	if s.set != nil {
		s.set(b.f)
	}
	v.cookies[langCookie] = preference(langCookie, lang, false)
	if theme != "" {
		v.cookies[themeCookie] = preference(themeCookie, theme, false)
	}
	if s.form != nil {
		return v.post(s.path, s.form)
	}
	return v.get(s.path)
}

var stray = regexp.MustCompile(`%!|\[[a-z]+\.[a-z.-]+\]|<no value>|ZgotmplZ`)

func TestGallery(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range shots() {
		if seen[s.name] {
			t.Fatalf("%s is there twice", s.name)
		}
		seen[s.name] = true
		for _, lang := range languages {
			t.Run(s.name+"/"+lang, func(t *testing.T) {
				res, body := s.take(t, lang, "dark")
				if res.StatusCode != s.status {
					t.Fatalf("status %d, want %d\n%s", res.StatusCode, s.status, clip(body, 600))
				}
				if m := stray.FindString(body); m != "" {
					i := strings.Index(body, m)
					t.Errorf("stray %q: …%s…", m, body[max(0, i-80):min(len(body), i+80)])
				}
				if lang == en {
					chineseLeft(t, body)
				}
				wellMade(t, lang, body)
			})
		}
	}
}

// spokenElsewhere is what a page says in the other language on purpose, and says so.
var spokenElsewhere = regexp.MustCompile(`<small class="dim" lang="zh-CN">[^<]*</small>`)

// chineseLeft finds Chinese text on English pages outside of people's data and the language switch.
func chineseLeft(t *testing.T, body string) {
	t.Helper()
	for _, ok := range []string{"杭州云河茶业有限公司", "林晓", "周岚", "云河茶", "中国", "中文", "浙江省", "杭州市", "龙井路 88 号", "官网部署", "云河", "我的域名", "请补一张户籍证明。", "林*"} {
		body = strings.ReplaceAll(body, ok, "")
	}
	body = spokenElsewhere.ReplaceAllString(body, "")
	for i, r := range body {
		if r >= 0x4e00 && r <= 0x9fff {
			t.Errorf("Chinese on the English page: …%s…", body[max(0, i-60):min(len(body), i+60)])
			return
		}
	}
}

// TestServeGallery serves every shot at /g/NAME?lang=…&theme=… on CONSOLE_GALLERY for as long as CONSOLE_GALLERY_FOR
// says, to be looked at.
func TestServeGallery(t *testing.T) {
	addr := os.Getenv("CONSOLE_GALLERY")
	if addr == "" {
		t.Skip("not performed: CONSOLE_GALLERY is not set")
	}
	keep, err := time.ParseDuration(os.Getenv("CONSOLE_GALLERY_FOR"))
	if err != nil {
		keep = 10 * time.Minute
	}
	byName := map[string]shot{}
	for _, s := range shots() {
		byName[s.name] = s
	}
	plain := newBench(t)
	mux := http.NewServeMux()
	mux.Handle("GET /static/", plain.h)
	if extra := os.Getenv("CONSOLE_GALLERY_FILES"); extra != "" { // an accessibility checker, say
		mux.Handle("GET /extra/", http.StripPrefix("/extra/", http.FileServer(http.Dir(extra))))
	}
	mux.HandleFunc("GET /g/{name}", func(w http.ResponseWriter, r *http.Request) {
		_, body := byName[r.PathValue("name")].take(t, r.FormValue("lang"), r.FormValue("theme"))
		w.Header().Set("Content-Security-Policy", policyHeader)
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if run := r.FormValue("run"); run != "" {
			body = strings.Replace(body, "</body>", `<script src="/extra/`+run+`" defer></script></body>`, 1)
		}
		fmt.Fprint(w, body)
	})
	srv := &http.Server{Addr: addr, Handler: mux, ReadHeaderTimeout: time.Second}
	stop := time.AfterFunc(keep, func() { _ = srv.Close() })
	defer stop.Stop()
	t.Log(srv.ListenAndServe())
}
