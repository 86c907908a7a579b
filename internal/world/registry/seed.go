package registry

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/idna"
)

// Registrars that every registry knows besides the product.
const (
	rivalID = "rival"
	elderID = "elder"
)

// Words that seeded names are made of. Single words and pairs of them; none
// is a brand.
var (
	seedFirst = strings.Fields(`blue quiet north river silver bright green golden little wild happy smart
		fresh clear early open royal sunny urban stone maple cedar amber ivory coral misty rapid gentle
		lucky honest noble prime swift calm plain brave young grand solid warm`)
	seedSecond = strings.Fields(`lantern harbor bakery garden studio market kitchen travel bridge library
		orchard academy dental motors textile valley coffee design clinic gallery forest printing courier
		pottery guitar furniture stationery vineyard ferry beacon foundry workshop school music island`)
	seedSingle = strings.Fields(`search mail weather travel garden music books hotel health science school
		games photos recipes jobs maps sports fashion movies finance insurance loans lawyer dentist flowers
		wine coffee pizza chess yoga fitness running cycling hiking fishing camping knitting pottery poetry`)
	seedPinyin = strings.Fields(`chaye shudian luyou meishi jiaoyu yiyuan fangchan qiche huahui yinshi
		jiaju wenhua keji wuliu zhuangshi nongye chuangyi sheying yinyue tiyu`)
	seedHanzi = strings.Fields(`茶叶 书店 旅游 美食 教育 医院 房产 汽车 花卉 饮食 家具 文化 科技 物流 装饰 农业 创意
		摄影 音乐 体育 书法 陶瓷 丝绸 园林 中医 养生 招聘 租房 婚礼 宠物 天气 地图 电影 新闻 咖啡 钓鱼 登山 骑行 瑜伽 围棋`)
	seedPeople = []PostalInfo{
		{Type: "int", Name: "Wei Chen", Org: "Quiet Harbor Trading", Street: []string{"18 Linden Road"}, City: "Hangzhou", SP: "Zhejiang", PC: "310000", CC: "CN"},
		{Type: "int", Name: "Fang Liu", Street: []string{"5 Willow Lane, Room 302"}, City: "Chengdu", SP: "Sichuan", PC: "610000", CC: "CN"},
		{Type: "int", Name: "Ana Moreira", Org: "Orchard Lda.", Street: []string{"Rua das Flores 12"}, City: "Porto", PC: "4050-262", CC: "PT"},
		{Type: "int", Name: "Jonas Weber", Street: []string{"Lindenweg 3"}, City: "Kassel", PC: "34117", CC: "DE"},
		{Type: "int", Name: "Mei Tanaka", Org: "Beacon Works", Street: []string{"2-4-1 Sakae"}, City: "Nagoya", PC: "460-0008", CC: "JP"},
		{Type: "int", Name: "Ruth Okafor", Street: []string{"44 Market Street"}, City: "Bristol", PC: "BS1 2AN", CC: "GB"},
	}
)

var seedHosts = []string{"ns1.openhost.net", "ns2.openhost.net"}

func hostingAddrs(opts Options) map[string][]netip.Addr {
	out := map[string][]netip.Addr{}
	for _, h := range seedHosts {
		out[h] = opts.HostingNS[h]
		if len(out[h]) == 0 {
			out[h] = []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1})}
		}
	}
	return out
}

// hostingServers delegates to the seeded hosts as far as they exist.
func (c *core) hostingServers() []NameServer {
	var out []NameServer
	for _, h := range seedHosts {
		if c.p.HostAttr || c.hosts[h] != nil {
			out = append(out, NameServer{Host: h})
		}
	}
	return out
}

// anyContact returns a contact of the registrar, made if it has none.
func (c *core) anyContact(clID string, now time.Time) string {
	id := strings.ToUpper(clID)
	id = id[:min(len(id), 8)] + "-0001"
	if x := c.contacts[id]; x != nil && x.Sponsor == clID {
		return id
	}
	c.seedContact(clID, id, 0, now)
	return id
}

func (c *core) seedContact(clID, id string, i int, now time.Time) {
	p := seedPeople[i%len(seedPeople)]
	mail := strings.ToLower(strings.ReplaceAll(p.Name, " ", ".")) + "@example.net"
	c.putContact(&Contact{ID: id, ROID: c.nextROID("C"), Sponsor: clID, Creator: clID, Created: now,
		Postal: []PostalInfo{p}, Voice: fmt.Sprintf("+86.1380000%04d", i), Email: mail})
}

// seed registers other people's names: the same ones in every world, with
// dates relative to now.
func (c *core) seed(hosting map[string][]netip.Addr, now time.Time) {
	past := now.AddDate(-12, 0, 0)
	holders := []string{elderID, elderID, rivalID}
	people := map[string][]string{}
	if c.p.Contacts {
		for _, clID := range []string{elderID, rivalID} {
			for i := range len(seedPeople) {
				id := fmt.Sprintf("%s-%04d", strings.ToUpper(clID), i+1)
				c.seedContact(clID, id, i, past)
				people[clID] = append(people[clID], id)
			}
		}
	}
	put := func(name, clID string, rnd *rand.Rand) *Domain {
		created := now.AddDate(0, 0, -(400 + rnd.IntN(4000))).Add(-time.Duration(rnd.IntN(86400)) * time.Second)
		d := &Domain{Name: name, ROID: c.nextROID("D"), Sponsor: clID, Creator: clID, Created: created}
		years := 1
		for !addYears(created, years).After(now.Add(day)) {
			years++
		}
		d.Expires = addYears(created, min(years+rnd.IntN(3), years+2))
		d.Updated, d.Updater = created.AddDate(0, 2, 0), clID
		if ids := people[clID]; len(ids) > 0 {
			d.Registrant = ids[rnd.IntN(len(ids))]
			for _, role := range c.p.Roles {
				d.Contacts = append(d.Contacts, ContactRef{role, d.Registrant})
			}
		}
		d.NS = c.hostingServers()
		if rnd.IntN(3) > 0 {
			d.Statuses = []string{"clientTransferProhibited"}
		}
		c.putDomain(d)
		return d
	}
	if !c.p.HostAttr {
		if c.isZone("net") {
			// Its name servers are below it, so it exists before it is delegated.
			d := put("openhost.net", elderID, rand.New(rand.NewPCG(1, 1)))
			d.Statuses = []string{"clientDeleteProhibited", "clientTransferProhibited"}
			d.Expires = now.AddDate(6, 0, 0)
		}
		for _, h := range seedHosts {
			x := &Host{Name: h, ROID: c.nextROID("H"), Sponsor: elderID, Creator: elderID, Created: past}
			if _, inside := c.superordinate(h); inside {
				x.Addrs = hosting[h]
			}
			c.putHost(x)
		}
		if d := c.domains["openhost.net"]; d != nil {
			n := d.clone()
			n.NS = c.hostingServers()
			c.putDomain(n)
		}
	}
	if c.isZone("com") {
		d := put("example.com", elderID, rand.New(rand.NewPCG(2, 2))).clone()
		d.Expires = now.AddDate(5, 0, 0)
		c.putDomain(d)
	}
	for _, z := range c.p.Zones {
		h := fnv.New64a()
		h.Write([]byte(z.Name))
		rnd := rand.New(rand.NewPCG(h.Sum64(), 7))
		for i, label := range seedLabels(z.Name, c.p.SeedNamesByZone, rnd) {
			name := label + "." + z.Name
			if c.domains[name] != nil || c.checkDomain(name, true) != "" {
				continue
			}
			d := put(name, holders[rnd.IntN(len(holders))], rnd).clone()
			switch i { // a few in unusual states
			case 3:
				d.Statuses = []string{"serverHold"}
			case 5:
				d.Statuses = []string{"clientHold"}
			case 7:
				d.NS = nil
			case 11:
				d.Stage, d.StageUntil, d.Deleted = rgpRedemption, now.Add(c.p.Redemption-9*day), now.Add(-9*day)
			case 13:
				if c.p.PendingDelete > 0 {
					d.Stage, d.StageUntil, d.Deleted = rgpDelete, now.Add(2*day), now.Add(-c.p.Redemption-3*day)
				}
			case 17:
				d.Statuses = []string{"serverDeleteProhibited", "serverTransferProhibited", "serverUpdateProhibited"}
			default:
				continue
			}
			c.putDomain(d)
		}
	}
}

// seedLabels makes n labels for a zone, the single words first.
func seedLabels(zone string, n int, rnd *rand.Rand) []string {
	out := slices.Clone(seedSingle)
	if zone == "cn" || zone == "com.cn" {
		out = append(out, seedPinyin...)
	}
	if zone == "cn" || zone == "xn--fiqs8s" {
		var han []string
		for _, w := range seedHanzi {
			if a, err := idna.Registration.ToASCII(w); err == nil {
				han = append(han, a)
			}
		}
		if zone == "cn" {
			out = append(out, han...)
		} else {
			out = append(han, out[:10]...)
			n = min(n, 90)
		}
	}
	seen := map[string]bool{}
	for len(out) < n {
		l := seedFirst[rnd.IntN(len(seedFirst))] + seedSecond[rnd.IntN(len(seedSecond))]
		if !seen[l] {
			seen[l] = true
			out = append(out, l)
		}
	}
	return out
}
