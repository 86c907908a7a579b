package conformance

import (
	"crypto/rand"
	"slices"
	"strings"
	"testing"

	"github.com/openregistrar/openregistrar/epp"
)

func TestEPP07(t *testing.T) { perform(t, "epp-07") }
func TestEPP08(t *testing.T) { perform(t, "epp-08") }
func TestEPP09(t *testing.T) { perform(t, "epp-09") }
func TestEPP10(t *testing.T) { perform(t, "epp-10") }

// card is a contact's values, written as the schema wants them or not.
type card struct {
	id, typ, name, org    string
	street                []string
	city, sp, pc, cc      string
	voice, voiceX, fax    string
	faxX, email, password string
}

func newCard() card {
	return card{id: "RST-" + rand.Text()[:10], typ: "int", name: "Mara Lindqvist", org: "Quiet Harbor Trading",
		street: []string{"18 Linden Road"}, city: "Hangzhou", sp: "Zhejiang", pc: "310000", cc: "CN",
		voice: "+86.57180001234", voiceX: "56", fax: "+86.57180001235", faxX: "7", email: "mara.lindqvist@example.net", password: strong()}
}

func phone(tag, number, ext string) string {
	if ext != "" {
		return `<` + tag + ` x="` + escape(ext) + `">` + escape(number) + `</` + tag + `>`
	}
	return `<` + tag + `>` + escape(number) + `</` + tag + `>`
}

func (c card) postal() string {
	var b strings.Builder
	b.WriteString(`<postalInfo type="` + escape(c.typ) + `"><name>` + escape(c.name) + `</name><org>` + escape(c.org) + `</org><addr>`)
	for _, s := range c.street {
		b.WriteString(`<street>` + escape(s) + `</street>`)
	}
	b.WriteString(`<city>` + escape(c.city) + `</city><sp>` + escape(c.sp) + `</sp><pc>` + escape(c.pc) + `</pc><cc>` + escape(c.cc) + `</cc></addr></postalInfo>`)
	return b.String()
}

func (c card) create() string {
	return `<create xmlns="` + epp.NSContact + `"><id>` + escape(c.id) + `</id>` + c.postal() + phone("voice", c.voice, c.voiceX) +
		phone("fax", c.fax, c.faxX) + `<email>` + escape(c.email) + `</email><authInfo><pw>` + escape(c.password) + `</pw></authInfo></create>`
}

func (c card) update() string {
	return `<update xmlns="` + epp.NSContact + `"><id>` + escape(c.id) + `</id><chg>` + c.postal() + phone("voice", c.voice, c.voiceX) +
		phone("fax", c.fax, c.faxX) + `<email>` + escape(c.email) + `</email></chg></update>`
}

var (
	long     = strings.Repeat("x", 256) // postalLineType and its siblings end at 255
	badMails = []string{"nobody", "@example.net", "nobody@", "a@b@example.net", "two words@example.net", "dot..dot@example.net", ".lead@example.net", "nobody@exa mple.net", "nobody@-example.net"}
	badCCs   = []string{"XX", "QQ", "ZZ", "CHN", "C", "cn", "12"}
	badLines = []string{"12345", "+86", "+86.", "+8657.123", "+.123", "+86.123456789012345", "86.571800", "+86-571-800", "+86.abc"}
)

// wrong is a value that must not be taken.
type wrong struct {
	code, what string
	mod        func(*card)
}

// wrongValues by the last part of their identifiers; the prefix names the command.
func wrongValues(prefix string) []wrong {
	var out []wrong
	add := func(code, what string, mod func(*card)) {
		out = append(out, wrong{prefix + code, what, mod})
	}
	for _, v := range []string{"foo", "", "INT"} {
		add("INVALID_POSTALINFO_TYPE", "type "+v, func(c *card) { c.typ = v })
	}
	for _, v := range badCCs {
		add("INVALID_CC", v, func(c *card) { c.cc = v })
	}
	for _, v := range badMails {
		add("INVALID_EMAIL", v, func(c *card) { c.email = v })
	}
	for _, v := range badLines {
		add("INVALID_VOICE", v, func(c *card) { c.voice = v })
		add("INVALID_FAX", v, func(c *card) { c.fax = v })
	}
	add("INVALID_ORG", "256 characters", func(c *card) { c.org = long })
	add("INVALID_ORG", "not ASCII in an int address", func(c *card) { c.org = "静港贸易" })
	add("INVALID_STREET", "256 characters", func(c *card) { c.street = []string{long} })
	add("INVALID_STREET", "four lines", func(c *card) { c.street = []string{"1", "2", "3", "4"} })
	add("INVALID_CITY", "256 characters", func(c *card) { c.city = long })
	add("INVALID_CITY", "not ASCII in an int address", func(c *card) { c.city = "杭州" })
	add("EMPTY_NAME", "an empty name", func(c *card) { c.name = "" })
	add("EMPTY_CITY", "an empty city", func(c *card) { c.city = "" })
	add("EMPTY_CC", "an empty country", func(c *card) { c.cc = "" })
	return out
}

func epp07(r *run) {
	const prefix = "EPP_CONTACT_CREATE_SERVER_ACCEPTS_"
	s := r.login(r.st.thick())
	list := wrongValues(prefix)
	for _, id := range badIDs {
		list = append(list, wrong{prefix + "INVALID_ID", id, func(c *card) { c.id = id }})
	}
	list = append(list,
		wrong{prefix + "EMPTY_EMAIL", "an empty e-mail", func(c *card) { c.email = "" }},
		wrong{prefix + "INVALID_NAME", "256 characters", func(c *card) { c.name = long }},
		wrong{prefix + "INVALID_NAME", "not ASCII in an int address", func(c *card) { c.name = "林小满" }})
	// The schema takes an empty number; a registry that requires one does not.
	if slices.Contains(r.st.list("epp.requiredContactElements"), "voice") {
		list = append(list, wrong{prefix + "EMPTY_VOICE", "an empty voice where one is required", func(c *card) { c.voice, c.voiceX = "", "" }})
	}
	if slices.Contains(r.st.list("epp.requiredContactElements"), "fax") {
		list = append(list, wrong{prefix + "EMPTY_FAX", "an empty fax where one is required", func(c *card) { c.fax, c.faxX = "", "" }})
	}
	// The same form with nothing wrong goes: what is refused below is refused for its value.
	if resp := s.raw(epp.VerbCreate, "", newCard().create()); !resp.IsSuccess() {
		r.Fatalf("a contact with nothing wrong was refused: %v", resp.Err())
	}
	for _, w := range list {
		c := newCard()
		w.mod(&c)
		s.refused(w.code, s.raw(epp.VerbCreate, "", c.create()), w.what)
		if !slices.Contains(badIDs, c.id) {
			if _, resp := s.contactInfo(c.id); resp.Code() != 2303 {
				r.check(w.code, false, "%s: the contact exists: %d", w.what, resp.Code())
			}
		}
	}
	const info = "EPP_CONTACT_CREATE_INFO_RESPONSE_"
	full := contact("RST-" + rand.Text()[:10])
	resp := s.do(full)
	if !resp.IsSuccess() {
		r.Fatalf("a valid contact was refused: %v", resp.Err())
	}
	d, resp := s.contactInfo(full.ID)
	r.must(info+"NOT_1000", resp.Code() == 1000 && d != nil, "%v", resp.Err())
	s.comparePostal(info, d, full.Postal)
	r.check(info+"MISSING_OR_INCORRECT_ID", d.ID == full.ID, "%q", d.ID)
	s.comparePhones(info, d, full.Voice, full.Fax, full.Email)
}

// comparePostal holds stored addresses against given ones.
func (s *session) comparePostal(info string, d *epp.ContactInfoData, want []epp.PostalInfo) {
	s.Helper()
	for _, w := range want {
		i := slices.IndexFunc(d.Postal, func(p epp.PostalInfo) bool { return p.Type == w.Type })
		s.check(info+"MISSING_OR_INCORRECT_POSTALINFO_TYPE", i >= 0, "no %s address: %+v", w.Type, d.Postal)
		if i < 0 {
			continue
		}
		p := d.Postal[i]
		s.check(info+"MISSING_OR_INCORRECT_NAME", p.Name == w.Name, "%q, want %q", p.Name, w.Name)
		s.check(info+"MISSING_OR_INCORRECT_ORG", p.Org == w.Org, "%q, want %q", p.Org, w.Org)
		s.check(info+"MISSING_OR_INCORRECT_STREET", slices.Equal(p.Addr.Street, w.Addr.Street), "%q, want %q", p.Addr.Street, w.Addr.Street)
		s.check(info+"MISSING_OR_INCORRECT_CITY", p.Addr.City == w.Addr.City, "%q, want %q", p.Addr.City, w.Addr.City)
		s.check(info+"MISSING_OR_INCORRECT_SP", p.Addr.SP == w.Addr.SP, "%q, want %q", p.Addr.SP, w.Addr.SP)
		s.check(info+"MISSING_OR_INCORRECT_PC", p.Addr.PC == w.Addr.PC, "%q, want %q", p.Addr.PC, w.Addr.PC)
		s.check(info+"MISSING_OR_INCORRECT_CC", p.Addr.CC == w.Addr.CC, "%q, want %q", p.Addr.CC, w.Addr.CC)
	}
}

func (s *session) comparePhones(info string, d *epp.ContactInfoData, voice, fax epp.Phone, email string) {
	s.Helper()
	s.check(info+"MISSING_OR_INCORRECT_VOICE", d.Voice.Number == voice.Number, "%q, want %q", d.Voice.Number, voice.Number)
	s.check(info+"MISSING_OR_INCORRECT_VOICE_EXT", d.Voice.Ext == voice.Ext, "%q, want %q", d.Voice.Ext, voice.Ext)
	s.check(info+"MISSING_OR_INCORRECT_FAX", d.Fax.Number == fax.Number, "%q, want %q", d.Fax.Number, fax.Number)
	s.check(info+"MISSING_OR_INCORRECT_FAX_EXT", d.Fax.Ext == fax.Ext, "%q, want %q", d.Fax.Ext, fax.Ext)
	s.check(info+"MISSING_OR_INCORRECT_EMAIL", d.Email == email, "%q, want %q", d.Email, email)
}

func epp08(r *run) {
	owner := r.st.thick()
	s, other := r.login(owner), r.login(3-owner)
	for range 2 {
		id := s.newContact()
		other.refused("EPP_CONTACT_INFO_RESPONSE_NOT_REJECTED", other.do(&epp.ContactInfo{ID: id}), "info of another registrar's contact")
		before, _ := s.contactInfo(id)
		other.refused("EPP_CONTACT_UPDATE_RESPONSE_NOT_REJECTED", other.do(&epp.ContactUpdate{ID: id, Chg: &epp.ContactChange{Email: "stolen@example.net"}}), "update of another registrar's contact")
		after, _ := s.contactInfo(id)
		r.check("EPP_CONTACT_UPDATE_RESPONSE_NOT_REJECTED", before != nil && after != nil && after.Email == before.Email && after.UpID == before.UpID, "it changed: %+v", after)
	}
}

func epp09(r *run) {
	const prefix, info = "EPP_CONTACT_UPDATE_SERVER_ACCEPTS_", "EPP_CONTACT_UPDATE_INFO_RESPONSE_"
	s := r.login(r.st.thick())
	id := s.newContact()
	list := wrongValues(prefix)
	list = append(list,
		wrong{prefix + "INVALID_SP", "256 characters", func(c *card) { c.sp = long }},
		wrong{prefix + "INVALID_PC", "17 characters", func(c *card) { c.pc = strings.Repeat("1", 17) }},
		wrong{"EPP_UNEXPECTED_COMMAND_SUCCESS", "another identifier's contact", func(c *card) { c.id = "RST-" + rand.Text()[:10] }})
	right := newCard()
	right.id = id
	s.accepted("EPP_UNEXPECTED_COMMAND_FAILURE", s.raw(epp.VerbUpdate, "", right.update()), "an update with nothing wrong")
	before, _ := s.contactInfo(id)
	for _, w := range list {
		c := newCard()
		c.id = id
		w.mod(&c)
		s.refused(w.code, s.raw(epp.VerbUpdate, "", c.update()), w.what)
	}
	if after, _ := s.contactInfo(id); before == nil || after == nil || !after.UpDate.Equal(before.UpDate) {
		r.check("EPP_UNEXPECTED_COMMAND_SUCCESS", false, "a refused update changed the contact: %+v", after)
	}
	// Each element in turn, then all of them.
	str := func(s string) *string { return &s }
	addr := epp.PostalAddr{Street: []string{"7 Willow Lane", "Room 3"}, City: "Chengdu", SP: "Sichuan", PC: "610000", CC: "CN"}
	local := epp.PostalAddr{Street: []string{"柳巷 7 号"}, City: "成都", SP: "四川", PC: "610000", CC: "CN"}
	for what, chg := range map[string]*epp.ContactChange{
		"name of both":   {Postal: []epp.PostalChange{{Type: "int", Name: str("Ines Marek")}, {Type: "loc", Name: str("何以宁")}}},
		"org of both":    {Postal: []epp.PostalChange{{Type: "int", Org: str("Beacon Works")}, {Type: "loc", Org: str("灯塔工坊")}}},
		"address of int": {Postal: []epp.PostalChange{{Type: "int", Addr: &addr}}},
		"address of loc": {Postal: []epp.PostalChange{{Type: "loc", Addr: &local}}},
		"voice":          {Voice: &epp.Phone{Number: "+86.2880004321", Ext: "12"}},
		"fax":            {Fax: &epp.Phone{Number: "+86.2880004322", Ext: "34"}},
		"email":          {Email: "ines.marek@example.net"},
	} {
		s.accepted("EPP_UNEXPECTED_COMMAND_FAILURE", s.do(&epp.ContactUpdate{ID: id, Chg: chg}), what)
	}
	d, resp := s.contactInfo(id)
	r.must(info+"NOT_1000", resp.Code() == 1000 && d != nil, "%v", resp.Err())
	r.check(info+"MISSING_OR_INCORRECT_ID", d.ID == id, "%q", d.ID)
	s.comparePostal(info, d, []epp.PostalInfo{{Type: "int", Name: "Ines Marek", Org: "Beacon Works", Addr: addr}, {Type: "loc", Name: "何以宁", Org: "灯塔工坊", Addr: local}})
	s.comparePhones(info, d, epp.Phone{Number: "+86.2880004321", Ext: "12"}, epp.Phone{Number: "+86.2880004322", Ext: "34"}, "ines.marek@example.net")
	// Statuses.
	for _, bad := range []string{"foo", "serverDeleteProhibited", "linked", "pendingDelete", "clientHold"} {
		resp := s.raw(epp.VerbUpdate, "", `<update xmlns="`+epp.NSContact+`"><id>`+id+`</id><add><status s="`+bad+`"/></add></update>`)
		s.refused(prefix+"INVALID_STATUS_CODE", resp, bad)
	}
	for _, st := range []string{"clientDeleteProhibited", "clientTransferProhibited", "clientUpdateProhibited"} {
		s.accepted("EPP_UNEXPECTED_COMMAND_FAILURE", s.do(&epp.ContactUpdate{ID: id, Add: epp.Statuses(st)}), "adding "+st)
		d, _ := s.contactInfo(id)
		r.check(info+"MISSING_OR_INCORRECT_STATUS", d != nil && d.HasStatus(st) && !d.HasStatus("ok"), "%s: %+v", st, d)
		if st == "clientUpdateProhibited" {
			s.refused("EPP_UNEXPECTED_COMMAND_SUCCESS", s.do(&epp.ContactUpdate{ID: id, Chg: &epp.ContactChange{Email: "other@example.net"}}), "an update that clientUpdateProhibited forbids")
		}
		s.accepted("EPP_UNEXPECTED_COMMAND_FAILURE", s.do(&epp.ContactUpdate{ID: id, Rem: epp.Statuses(st)}), "removing "+st)
		d, _ = s.contactInfo(id)
		r.check(info+"MISSING_OR_INCORRECT_STATUS", d != nil && !d.HasStatus(st) && d.HasStatus("ok"), "%s: %+v", st, d)
	}
}

func epp10(r *run) {
	s := r.login(r.st.thick())
	for range 2 {
		id := s.newContact()
		resp := s.do(&epp.ContactDelete{ID: id})
		r.check("EPP_CONTACT_DELETE_RESPONSE_NOT_1000_OR_1001", resp.Code() == 1000 || resp.Code() == 1001, "%d", resp.Code())
		if resp.Code() == 1000 {
			_, resp := s.contactInfo(id)
			r.check("EPP_CONTACT_DELETE_OBJECT_STILL_EXISTS", resp.Code() == 2303, "%d", resp.Code())
		}
	}
}
