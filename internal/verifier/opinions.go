package verifier

import (
	"net/url"
	"regexp"
	"strings"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/ops"
)

// opinion is an authority's view as it wrote it.
type opinion struct {
	word   string            // its result
	params map[string]string // its facts
	text   string            // for people
}

// row says what a result means: the fault code, for a person and for an organisation, and which of the authority's facts
// is which of ours.
type row struct {
	person, organisation string
	facts                map[string]string // ours to theirs
	field                string            // what differs, where the authority does not say
	text                 string            // our fact that the authority's text for people is
}

// meanings are the results of both authorities: the first writes N001 …, the second words. What is in neither is
// unfit material, with the authority's text.
var meanings = func() map[string]row {
	rows := []struct {
		words [2]string
		row
	}{
		{[2]string{"N001", "CERT_NO_NOT_FOUND"}, row{person: "verify.person-record-mismatch", organisation: "verify.org-record-mismatch", field: "number", text: "answer"}},
		{[2]string{"N002", "NAME_NOT_CONSISTENT"}, row{person: "verify.person-record-mismatch", organisation: "verify.org-record-mismatch", field: "name", text: "answer"}},
		{[2]string{"N003", "HUKOU_MIGRATING"}, row{person: "verify.household-moving", text: "answer"}},
		{[2]string{"N004", "SPECIAL_OCCUPATION"}, row{person: "verify.special-occupation", text: "answer"}},
		{[2]string{"N005", "NOT_YET_LISTED"}, row{person: "verify.document-too-new", facts: map[string]string{"issued": "issued", "until": "until"}}},
		{[2]string{"N006", "CERT_EXPIRED"}, row{person: "document.expired", facts: map[string]string{"valid_until": "until"}}},
		{[2]string{"N007", "MATERIAL_UNQUALIFIED"}, row{person: "verify.material-unqualified", facts: map[string]string{"answer": "answer"}, text: "answer"}},
		{[2]string{"N008", "REGION_NOT_SERVED"}, row{person: "verify.region-unsupported", facts: map[string]string{"region": "region"}}},
		{[2]string{"N009", "ORG_RECORD_DIFFERS"}, row{person: "verify.org-record-mismatch", facts: map[string]string{"field": "field"}, field: "name", text: "answer"}},
		{[2]string{"N010", "IDENTITY_UNCLEAR"}, row{person: "registrant.identity-unclear"}},
		{[2]string{"N011", "IN_PROCEEDINGS"}, row{person: "registrant.in-proceedings", facts: map[string]string{"case": "case", "since": "since"}}},
		{[2]string{"N012", "IMAGE_UNREADABLE"}, row{person: "verify.material-unqualified", text: "answer"}},
		{[2]string{"N013", "ON_OFFENDER_LIST"}, row{person: "registrant.blacklisted", facts: map[string]string{"entry": "entry"}}},
		{[2]string{"N014", "REGISTRY_RESTRICTED"}, row{person: "registrant.registry-restricted", facts: map[string]string{"registry": "registry", "reason": "reason"}}},
		{[2]string{"N015", "CERT_TYPE_SUPERSEDED"}, row{person: "verify.material-unqualified", text: "answer"}},
		{[2]string{"N020", "NAME_RESTRICTED"}, row{person: "verification.name-refused", text: "answer"}},
		{[2]string{"N021", "NAME_FORBIDDEN"}, row{person: "verification.name-refused", text: "answer"}},
		{[2]string{"N022", "SUBJECT_CODE_INVALID"}, row{person: "verification.name-refused", text: "answer"}},
	}
	out := map[string]row{}
	for _, r := range rows {
		for _, w := range r.words {
			out[w] = r.row
		}
	}
	return out
}()

// verdict says what an opinion means for the material that it is about.
func (o opinion) verdict(m ops.Material) domain.Verdict {
	r, known := meanings[o.word]
	if !known {
		r = row{person: "verify.material-unqualified", text: "answer"}
	}
	code := r.person
	if m.Kind == domain.Organisation && r.organisation != "" {
		code = r.organisation
	}
	facts := map[string]string{}
	for ours, theirs := range r.facts {
		if v := o.params[theirs]; v != "" {
			facts[ours] = v
		}
	}
	if r.field != "" && facts["field"] == "" {
		facts["field"] = r.field
		if v := o.params["field"]; v != "" {
			facts["field"] = v
		}
	}
	if r.text != "" && facts[r.text] == "" {
		facts[r.text] = o.said()
	}
	return domain.Verdict{Code: code, Facts: facts}
}

// said is what the authority says to people; its bare result where it says nothing.
func (o opinion) said() string {
	if o.text != "" {
		return o.text
	}
	return o.word
}

// written is an opinion as the first authority writes it: N005[issued=2026-11-20;until=2026-12-04] and words.
var written = regexp.MustCompile(`^\s*([A-Z]\d{3,4})(?:\[([^\]]*)\])?\s*(.*)$`)

func readOpinion(msg string) opinion {
	found := written.FindStringSubmatch(msg)
	if found == nil {
		return opinion{text: strings.TrimSpace(msg)}
	}
	o := opinion{word: found[1], text: strings.TrimSpace(found[3]), params: map[string]string{}}
	for pair := range strings.SplitSeq(found[2], ";") {
		k, v, ok := strings.Cut(pair, "=")
		if !ok {
			continue
		}
		if plain, err := url.PathUnescape(v); err == nil {
			v = plain
		}
		o.params[strings.TrimSpace(k)] = v
	}
	return o
}
