package e2e

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

// act is one thing that owners do; it is called with a client of a node that may be dead.
type act struct {
	name   string
	weight int
	do     func(s *storm, c client, o *owner, chance *rand.Rand) (*problem, error)
}

var acts = []act{
	{"register", 10, register},
	{"contest", 3, contest},
	{"name servers", 6, nameServers},
	{"renew", 5, renew},
	{"lock", 5, lock},
	{"sign", 3, sign},
	{"code", 2, code},
	{"give up", 2, giveUp},
}

// suffixesUsed are over all registries whose names need no verified registrant first.
var suffixesUsed = []string{"com", "net", "top", "xyz", "club"}

// work is one owner's hand after another, until the storm is over.
func (s *storm) work(chance *rand.Rand) {
	total := 0
	for _, a := range acts {
		total += a.weight
	}
	for {
		select {
		case <-s.done:
			return
		default:
		}
		o := s.owners[chance.IntN(len(s.owners))]
		c := client{t: s.t, base: s.nodes[chance.IntN(len(s.nodes))].api(), key: o.key}
		if chance.IntN(4) == 0 {
			s.look(c, o, chance)
		}
		k := chance.IntN(total)
		i := slices.IndexFunc(acts, func(a act) bool { k -= a.weight; return k < 0 })
		prob, err := acts[i].do(s, c, o, chance)
		how := "done"
		switch {
		case err != nil:
			how = "no answer"
			time.Sleep(30 * time.Millisecond)
		case prob != nil && prob.Status == http.StatusTooManyRequests:
			how = "slowed down"
			time.Sleep(60 * time.Millisecond)
		case prob != nil && prob.Status >= 500:
			how = "failed"
			if prob.Code == "internal" {
				s.t.Errorf("%s: %+v", acts[i].name, prob)
			}
		case prob != nil:
			how = "refused " + prob.Code
		}
		s.count(acts[i].name + " " + how)
		time.Sleep(time.Duration(chance.IntN(150)) * time.Millisecond)
	}
}

func (s *storm) count(what string) {
	n, _ := s.calls.LoadOrStore(what, new(atomic.Int64))
	n.(*atomic.Int64).Add(1)
}

// look takes up which names the account has by now.
func (s *storm) look(c client, o *owner, chance *rand.Rand) {
	o.mu.Lock()
	from := chance.IntN(1 + max(0, o.seen-100))
	o.mu.Unlock()
	var list struct {
		TotalCount int
		DomainSet  []struct{ DomainName string }
	}
	if prob, err := c.try(http.MethodPost, "/api/v1/DescribeDomainNameList", map[string]any{"Limit": 100, "Offset": from}, &list); err != nil || prob != nil {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.seen, o.names = list.TotalCount, o.names[:0]
	for _, d := range list.DomainSet {
		o.names = append(o.names, d.DomainName)
	}
}

// some picks up to n of the account's names, 2 at the least.
func (o *owner) some(chance *rand.Rand, n int) []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	names := slices.Clone(o.names)
	chance.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	return names[:min(len(names), 2+chance.IntN(n))]
}

func post(c client, action string, in any) (*problem, error) {
	return c.try(http.MethodPost, "/api/v1/"+action, in, nil)
}

func register(s *storm, c client, o *owner, chance *rand.Rand) (*problem, error) {
	names := make([]string, 1+chance.IntN(12))
	for i := range names {
		names[i] = fmt.Sprintf("s%x.%s", chance.Uint64()>>20, suffixesUsed[chance.IntN(len(suffixesUsed))])
	}
	if chance.IntN(4) == 0 && names[0][len(names[0])-3:] == "com" { // the rival is quicker
		if s.worldTry(http.MethodPost, "/api/registries/verisim/names", map[string]any{"name": names[0], "clid": "rival", "years": 1}, nil) == nil {
			s.rival.Add(1)
		}
	}
	return post(c, "CreateDomainBatch", map[string]any{"TemplateId": o.template, "Period": 1, "PayMode": 1, "Domains": names})
}

// contest orders names that the other owners order too.
func contest(_ *storm, c client, o *owner, chance *rand.Rand) (*problem, error) {
	names := make([]string, 5)
	from := chance.IntN(200)
	for i := range names {
		names[i] = fmt.Sprintf("wanted%d.%s", from+i, suffixesUsed[(from+i)%len(suffixesUsed)])
	}
	return post(c, "CreateDomainBatch", map[string]any{"TemplateId": o.template, "Period": 1, "PayMode": 1, "Domains": names})
}

func nameServers(_ *storm, c client, o *owner, chance *rand.Rand) (*problem, error) {
	names := o.some(chance, 6)
	if len(names) == 0 {
		return nil, nil
	}
	host := fmt.Sprintf("host%d.example", chance.IntN(30))
	return post(c, "ModifyDomainDNSBatch", map[string]any{"Domains": names, "Dns": []string{"ns1." + host, "ns2." + host}})
}

func renew(_ *storm, c client, o *owner, chance *rand.Rand) (*problem, error) {
	names := o.some(chance, 4)
	if len(names) == 0 {
		return nil, nil
	}
	return post(c, "RenewDomainBatch", map[string]any{"Domains": names, "Period": 1, "PayMode": 1})
}

func lock(_ *storm, c client, o *owner, chance *rand.Rand) (*problem, error) {
	names := o.some(chance, 4)
	if len(names) == 0 {
		return nil, nil
	}
	which := []string{"TransferProhibitionBatch", "UpdateProhibitionBatch"}[chance.IntN(2)]
	return post(c, which, map[string]any{"Domains": names, "Status": chance.IntN(3) == 0})
}

// one picks a name for what is done to one at a time.
func (o *owner) one(chance *rand.Rand) (string, bool) {
	names := o.some(chance, 1)
	if len(names) == 0 {
		return "", false
	}
	return names[0], true
}

func sign(_ *storm, c client, o *owner, chance *rand.Rand) (*problem, error) {
	name, ok := o.one(chance)
	if !ok {
		return nil, nil
	}
	var records []map[string]any
	for range chance.IntN(3) {
		records = append(records, map[string]any{"key_tag": chance.IntN(65536), "algorithm": 13, "digest_type": 2,
			"digest": strings.Repeat(fmt.Sprintf("%08X", chance.Uint32()), 8)})
	}
	return c.try(http.MethodPost, "/api/v1/dnssec/changes", map[string]any{"name": name, "records": records}, nil)
}

func code(_ *storm, c client, o *owner, chance *rand.Rand) (*problem, error) {
	name, ok := o.one(chance)
	if !ok {
		return nil, nil
	}
	path := []string{"/api/v1/auth-codes", "/api/v1/auth-codes/clear"}[chance.IntN(2)]
	return c.try(http.MethodPost, path, map[string]any{"name": name}, nil)
}

func giveUp(_ *storm, c client, o *owner, chance *rand.Rand) (*problem, error) {
	name, ok := o.one(chance)
	if !ok {
		return nil, nil
	}
	return c.try(http.MethodPost, "/api/v1/deletions", map[string]any{"name": name, "confirm": name}, nil)
}
