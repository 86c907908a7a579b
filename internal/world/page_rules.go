package world

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/idna"

	"github.com/openregistrar/openregistrar/internal/world/control"
	"github.com/openregistrar/openregistrar/internal/world/registry"
)

// word is a choice of a form with its words in both languages.
type word struct{ Value, ZH, EN string }

var verifyWords = []word{
	{registry.VerifyOff, "不要求", "not asked for"},
	{registry.VerifyLenient, "要求，到期不管", "asked for, nothing follows"},
	{registry.VerifyAfter, "5 天内补，到期暂停解析", "within 5 days, then held"},
	{registry.VerifyBefore, "注册时就要", "with the create"},
	{registry.VerifyContact, "注册时联系人要有证件", "identity of the contact"},
}

var auditChoices = []word{{"", "不审", "none"}, {"hold", "不过就暂停解析", "hold"}, {"delete", "不过就删除退费", "delete, fee back"}}

var launchChoices = []word{{"", "一般注册", "general"}, {"open", "开放期", "open"}, {"claims", "商标告知期", "claims"}}

var labelKinds = []word{
	{registry.LabelReserved, "保留（值：原因）", "reserved (value: reason)"},
	{registry.LabelPremium, "溢价（值：价格等级）", "premium (value: price class)"},
	{registry.LabelToken, "凭分配码注册（值：分配码）", "allocation token (value: the token)"},
	{registry.LabelClaim, "商标告知（值：告知键）", "trademark claim (value: claim key)"},
	{registry.LabelAudit, "命名审核词（值：原因）", "naming word (value: reason)"},
}

var verdictWords = []word{{"ok", "通过", "pass"}, {"hold", "不过，暂停解析", "fail: hold"}, {"delete", "不过，删除退费", "fail: delete, fee back"}}

var stateWords = []word{
	{"pendingCompliance", "等核验码", "waiting for codes"},
	{"nonCompliant", "逾期未核验（暂停解析）", "overdue (held)"},
	{"compliant", "已核验", "verified"},
	{"notApplicable", "不适用", "not applicable"},
}

var impactWords = []word{{registry.ImpactPartial, "只能查，不能改", "read only"}, {registry.ImpactFull, "停止服务", "no service"}, {registry.ImpactNone, "没有影响", "no impact"}}

var pendingWords = []word{{"create", "注册", "create"}, {"renew", "续费", "renew"}, {"update", "变更", "update"}}

type zoneRow struct{ Name, Shown, Verify, Audit, Launch string }

type rulesData struct {
	ID, Name, Suffixes, Currency string

	Now         time.Time
	Rules       control.Rules
	Zones       []zoneRow
	Labels      []labelRow
	Queue       []control.Message
	Queued      int
	Verify      []word
	Audit       []word
	Launch      []word
	Kinds       []word
	Verdicts    []word
	States      []word
	Impacts     []word
	Ops         []word
	Registrars  []registry.Registrar
	Tomorrow    string
	TomorrowEnd string
}

// labelRow is an entry that was made by hand, which can be lifted.
type labelRow struct{ Kind, Key, Value string }

func (s *site) rulesPage(rw http.ResponseWriter, r *http.Request) {
	reg, info, err := s.registryByID(r.PathValue("id"))
	if err != nil {
		s.fail(rw, r, control.NotFound(""))
		return
	}
	f := s.frame(rw, r, info.ID, "规则、裁定与维护", "Rules, verdicts and maintenance")
	now := s.clock.Now()
	d := rulesData{ID: info.ID, Name: info.Name, Suffixes: tlds(info.TLDs), Currency: info.Currency, Now: now, Rules: control.RulesOf(reg),
		Verify: verifyWords, Audit: auditChoices, Launch: launchChoices, Kinds: labelKinds, Verdicts: verdictWords,
		States: stateWords, Impacts: impactWords, Ops: pendingWords, Registrars: reg.Registrars(),
		Tomorrow: now.Add(24 * time.Hour).Format("2006-01-02T15:04"), TomorrowEnd: now.Add(26 * time.Hour).Format("2006-01-02T15:04")}
	for _, z := range slices.Sorted(maps.Keys(d.Rules.Verification)) {
		d.Zones = append(d.Zones, zoneRow{z, tlds([]string{z}), d.Rules.Verification[z], d.Rules.Audit[z], d.Rules.Launch[z]})
	}
	set := reg.Settings()
	for _, l := range []struct {
		kind string
		m    map[string]string
	}{{registry.LabelReserved, set.Reserved}, {registry.LabelPremium, set.Premium}, {registry.LabelClaim, set.Claims}, {registry.LabelAudit, set.AuditWords}} {
		for _, k := range slices.Sorted(maps.Keys(l.m)) {
			d.Labels = append(d.Labels, labelRow{l.kind, k, l.m[k]})
		}
	}
	for _, k := range slices.Sorted(maps.Keys(set.Tokens)) {
		d.Labels = append(d.Labels, labelRow{registry.LabelToken, k, d.Rules.Tokens[k]}) // "set", never the token
	}
	d.Queue, d.Queued = control.Queue(reg, ourClID)
	d.Queue = d.Queue[:min(len(d.Queue), 10)]
	f.Data = d
	s.show(rw, http.StatusOK, "rules", f)
}

// Shown writes a key as people read it.
func (l labelRow) Shown() string {
	if u, err := idna.ToUnicode(l.Key); err == nil {
		return u
	}
	return l.Key
}

// rulesForms mounts what the page's forms do; each goes back to its section.
func (s *site) rulesForms(do func(string, func(*http.Request) (string, error))) {
	form := func(path, anchor string, f func(reg *registry.Registry, get func(string) string) error) {
		do("/registries/{id}/"+path, func(r *http.Request) (string, error) {
			reg, info, err := s.registryByID(r.PathValue("id"))
			if err != nil {
				return "", err
			}
			get := func(k string) string { return strings.TrimSpace(r.PostForm.Get(k)) }
			if err := control.Refusal(f(reg, get)); err != nil {
				return "", err
			}
			return "/registries/" + info.ID + "/rules#" + anchor, nil
		})
	}
	form("zones", "zones", func(reg *registry.Registry, get func(string) string) error {
		verify, audit, launch := get("verification"), get("audit"), get("launch")
		return control.SetZone(reg, get("zone"), &verify, &audit, &launch)
	})
	form("prices", "prices", func(reg *registry.Registry, get func(string) string) error {
		var p registry.Price
		for key, to := range map[string]*int64{"create": &p.Create, "renew": &p.Renew, "transfer": &p.Transfer, "restore": &p.Restore} {
			n, err := amount(get(key))
			if err != nil {
				return err
			}
			*to = n
		}
		return reg.SetPrice(get("key"), p)
	})
	form("labels", "labels", func(reg *registry.Registry, get func(string) string) error {
		return control.SetLabel(reg, get("kind"), get("key"), get("value"))
	})
	form("pending", "pending", func(reg *registry.Registry, get func(string) string) error {
		rule, err := control.Pending{Op: get("op"), Match: get("match"), After: get("after"), Deny: get("deny") == "true"}.Rule()
		if err != nil {
			return err
		}
		return reg.SetPending(append(reg.Settings().Pending, rule))
	})
	form("pending/remove", "pending", func(reg *registry.Registry, get func(string) string) error {
		rules := slices.DeleteFunc(reg.Settings().Pending, func(p registry.PendingRule) bool { return p.Op == get("op") && p.Match == get("match") })
		return reg.SetPending(rules)
	})
	form("answer", "names", func(reg *registry.Registry, get func(string) string) error {
		return named(get("name"), func(name string) error { return reg.Answer(name, get("yes") == "true", get("reason")) })
	})
	form("verdict", "names", func(reg *registry.Registry, get func(string) string) error {
		return named(get("name"), func(name string) error { return reg.NamingVerdict(name, get("verdict"), get("reason")) })
	})
	form("verification", "names", func(reg *registry.Registry, get func(string) string) error {
		return named(get("name"), func(name string) error { return reg.SetVerified(name, get("state")) })
	})
	form("move", "names", func(reg *registry.Registry, get func(string) string) error {
		return named(get("name"), func(name string) error {
			if get("clid") == "" {
				return reg.Vanish(name, get("reason"), registry.Case{}, get("quiet") == "true")
			}
			return reg.Move(name, get("clid"), get("reason"), registry.Case{}, get("quiet") == "true")
		})
	})
	form("maintenance", "maintenance", func(reg *registry.Registry, get func(string) string) error {
		m := registry.Maintenance{ID: get("mid"), Name: get("title"), Impact: get("impact"), Reason: get("reason"), Description: get("description")}
		for key, to := range map[string]*time.Time{"start": &m.Start, "end": &m.End} {
			at, err := time.Parse("2006-01-02T15:04", get(key))
			if err != nil {
				return control.BadRequest(`times are written as 2026-11-23T08:30, in UTC`)
			}
			*to = at
		}
		_, err := reg.PutMaintenance(m)
		return err
	})
	form("maintenance/drop", "maintenance", func(reg *registry.Registry, get func(string) string) error {
		return reg.DropMaintenance(get("mid"))
	})
}

// named takes a name as people type it.
func named(raw string, f func(name string) error) error {
	a, err := control.ASCIIName(raw)
	if err != nil {
		return err
	}
	return f(a)
}
