package epp

import "testing"

const (
	chgNS = `xmlns:changePoll="urn:ietf:params:xml:ns:changePoll-1.0"`
	// infoOf is the least of an info answer that the schema lets through.
	infoOf = `<resData><domain:infData ` + domNS + `><domain:name>brand.example</domain:name><domain:roid>BR-1</domain:roid><domain:status s="serverHold"/><domain:clID>opr</domain:clID></domain:infData></resData>`
)

func infoData() *DomainInfoData {
	return &DomainInfoData{Name: "brand.example", ROID: "BR-1", Statuses: Statuses(StatusServerHold), ClID: "opr"}
}

var changePollGoldens = []golden{
	{"change poll, URS lock", response(infoOf + `<extension><changePoll:changeData ` + chgNS + ` state="before">
      <changePoll:operation op="lock">custom</changePoll:operation><changePoll:date>2026-10-01T08:30:00Z</changePoll:date>
      <changePoll:svTRID>REG-77001</changePoll:svTRID><changePoll:who>Desk of disputes</changePoll:who>
      <changePoll:caseId type="urs">urs-2026-17</changePoll:caseId><changePoll:reason>URS lock</changePoll:reason></changePoll:changeData></extension>`),
		res(infoData(), &ChangePollData{State: ChangeBefore, Operation: ChangeCustom, Op: "lock", Date: at("2026-10-01T08:30:00Z"), SvTRID: "REG-77001",
			Who: "Desk of disputes", CaseID: &ChangeCase{Type: "urs", ID: "urs-2026-17"}, Reason: "URS lock"})},
	{"change poll, auto-delete", response(infoOf + `<extension><changePoll:changeData ` + chgNS + `>
      <changePoll:operation>autoDelete</changePoll:operation><changePoll:date>2026-10-01T08:30:00.25Z</changePoll:date>
      <changePoll:svTRID>REG-77002</changePoll:svTRID><changePoll:who>batch</changePoll:who>
      <changePoll:caseId type="custom" name="court">42/26</changePoll:caseId><changePoll:reason lang="zh-CN">已过期</changePoll:reason></changePoll:changeData></extension>`),
		res(infoData(), &ChangePollData{Operation: ChangeAutoDelete, Date: at("2026-10-01T08:30:00.25Z"), SvTRID: "REG-77002",
			Who: "batch", CaseID: &ChangeCase{Type: "custom", Name: "court", ID: "42/26"}, Reason: "已过期", Lang: "zh-CN"})},
	{"change poll, least", response(infoOf + `<extension><changePoll:changeData ` + chgNS + ` state="after">
      <changePoll:operation op="purge">delete</changePoll:operation><changePoll:date>2026-10-01T08:30:00Z</changePoll:date>
      <changePoll:svTRID>REG-77003</changePoll:svTRID><changePoll:who>opr</changePoll:who></changePoll:changeData></extension>`),
		res(infoData(), &ChangePollData{State: ChangeAfter, Operation: ChangeDelete, Op: "purge", Date: at("2026-10-01T08:30:00Z"), SvTRID: "REG-77003", Who: "opr"})},
}

func TestChangePollSpellings(t *testing.T) {
	doc := response(`<extension><q:changeData xmlns:q="urn:ietf:params:xml:ns:changePoll-1.0" xmlns:new="urn:new"><q:operation
 op=" x "><![CDATA[ update ]]></q:operation><q:date>2026-10-01 08:30:00</q:date><new:thing/><q:who>  CSR </q:who><q:later/></q:changeData>
 <q:changeData xmlns:q="urn:ietf:params:xml:ns:changePoll-1.0"><q:date>2026-10-01T08:30:00Z</q:date></q:changeData></extension>`)
	m, err := NewCodec(allExt...).Decode([]byte(doc))
	if err != nil {
		t.Fatal(err)
	}
	c, ok := Find[*ChangePollData](m.Response.Extensions)
	if !ok || c.Operation != ChangeUpdate || c.Op != "x" || c.Who != "CSR" || !c.Date.Equal(at("2026-10-01T08:30:00Z")) || c.Before() {
		t.Errorf("change %+v", c)
	}
	if raw, ok := Find[*Raw](m.Response.Extensions); !ok || raw.Err == nil {
		t.Errorf("a change without an operation is not kept raw: %+v", raw)
	}
}
