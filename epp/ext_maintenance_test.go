package epp

import (
	"errors"
	"testing"
)

const mntNS = `xmlns:maint="urn:ietf:params:xml:ns:epp:maintenance-1.0"`

var maintenanceGoldens = []golden{
	{"maintenance list", command(`<info><maint:info ` + mntNS + `><maint:list/></maint:info></info>`), act(&MaintenanceInfo{})},
	{"maintenance info", command(`<info><maint:info ` + mntNS + `><maint:id>mnt-0007</maint:id></maint:info></info>`), act(&MaintenanceInfo{ID: "mnt-0007"})},
	{"maintenance list answer", response(`<resData><maint:infData ` + mntNS + `><maint:list>
      <maint:listItem><maint:id name="New disks">mnt-0007</maint:id><maint:start>2026-12-30T02:00:00Z</maint:start><maint:end>2026-12-30T05:00:00Z</maint:end><maint:crDate>2026-11-08T22:10:00Z</maint:crDate></maint:listItem>
      <maint:listItem><maint:id>mnt-0008</maint:id><maint:start>2027-01-15T04:30:00Z</maint:start><maint:end>2027-01-15T05:30:00Z</maint:end><maint:crDate>2026-11-08T22:11:00Z</maint:crDate><maint:upDate>2026-11-17T15:00:00Z</maint:upDate></maint:listItem></maint:list></maint:infData></resData>`),
		res(&MaintenanceInfoData{List: []MaintenanceListItem{
			{MaintenanceID: MaintenanceID{ID: "mnt-0007", Name: "New disks"}, Start: at("2026-12-30T02:00:00Z"), End: at("2026-12-30T05:00:00Z"), CrDate: at("2026-11-08T22:10:00Z")},
			{MaintenanceID: MaintenanceID{ID: "mnt-0008"}, Start: at("2027-01-15T04:30:00Z"), End: at("2027-01-15T05:30:00Z"), CrDate: at("2026-11-08T22:11:00Z"), UpDate: at("2026-11-17T15:00:00Z")}}})},
	{"maintenance empty list", response(`<resData><maint:infData ` + mntNS + `><maint:list/></maint:infData></resData>`), res(&MaintenanceInfoData{})},
	{"maintenance poll", response(`<msgQ count="1" id="12"><qDate>2026-11-08T22:10:00Z</qDate><msg>Maintenance ahead</msg></msgQ>
      <resData><maint:infData ` + mntNS + `><maint:item><maint:id name="换机" lang="zh-CN">mnt-0007</maint:id>
      <maint:type lang="fr">matériel</maint:type><maint:pollType>create</maint:pollType>
      <maint:systems><maint:system><maint:name>EPP</maint:name><maint:host>epp.nic.example</maint:host><maint:impact>full</maint:impact></maint:system>
        <maint:system><maint:name>WHOIS</maint:name><maint:impact>none</maint:impact></maint:system></maint:systems>
      <maint:environment type="custom" name="canary"/><maint:start>2026-12-30T02:00:00Z</maint:start><maint:end>2026-12-30T05:00:00Z</maint:end>
      <maint:reason>planned</maint:reason><maint:detail>https://nic.example/maintenance/7</maint:detail>
      <maint:description>Disks are replaced.</maint:description><maint:description lang="fr" type="html">&lt;p&gt;Les disques&lt;/p&gt;</maint:description>
      <maint:tlds><maint:tld>example</maint:tld><maint:tld>xn--fiqs8s</maint:tld></maint:tlds>
      <maint:intervention><maint:connection>true</maint:connection><maint:implementation>false</maint:implementation></maint:intervention>
      <maint:crDate>2026-11-08T22:10:00Z</maint:crDate><maint:upDate>2026-11-09T22:10:00Z</maint:upDate></maint:item></maint:infData></resData>`),
		&Message{Response: &Response{Results: []Result{{Code: CodeOK, Msg: "Command completed successfully"}}, ClTRID: "OPR-54321", SvTRID: "SRV-00001",
			MsgQ: &MsgQ{Count: 1, ID: "12", QDate: at("2026-11-08T22:10:00Z"), Msg: "Maintenance ahead"},
			ResData: []Value{&MaintenanceInfoData{Item: &MaintenanceItem{MaintenanceID: MaintenanceID{ID: "mnt-0007", Name: "换机", Lang: "zh-CN"},
				Types: []MaintenanceText{{Text: "matériel", Lang: "fr"}}, PollType: MaintenanceCreated,
				Systems:     []MaintenanceSystem{{Name: "EPP", Host: "epp.nic.example", Impact: ImpactFull}, {Name: "WHOIS", Impact: ImpactNone}},
				Environment: "custom", EnvironmentName: "canary", Start: at("2026-12-30T02:00:00Z"), End: at("2026-12-30T05:00:00Z"),
				Reason: "planned", Detail: "https://nic.example/maintenance/7",
				Descriptions: []MaintenanceText{{Text: "Disks are replaced."}, {Text: "<p>Les disques</p>", Lang: "fr", HTML: true}},
				TLDs:         []string{"example", "xn--fiqs8s"}, Intervention: &MaintenanceIntervention{Connection: true},
				CrDate: at("2026-11-08T22:10:00Z"), UpDate: at("2026-11-09T22:10:00Z")}}}}}},
	{"maintenance, least", response(`<resData><maint:infData ` + mntNS + `><maint:item><maint:id>e1</maint:id>
      <maint:systems><maint:system><maint:name>EPP</maint:name><maint:impact>partial</maint:impact></maint:system></maint:systems>
      <maint:environment type="production"/><maint:start>2026-12-30T02:00:00Z</maint:start><maint:end>2026-12-30T05:00:00Z</maint:end>
      <maint:reason>emergency</maint:reason><maint:crDate>2026-12-30T01:10:00Z</maint:crDate></maint:item></maint:infData></resData>`),
		res(&MaintenanceInfoData{Item: &MaintenanceItem{MaintenanceID: MaintenanceID{ID: "e1"}, Systems: []MaintenanceSystem{{Name: "EPP", Impact: ImpactPartial}},
			Environment: "production", Start: at("2026-12-30T02:00:00Z"), End: at("2026-12-30T05:00:00Z"), Reason: "emergency", CrDate: at("2026-12-30T01:10:00Z")}})},
}

func TestMaintenanceErrors(t *testing.T) {
	codec := NewCodec(allExt...)
	for name, c := range map[string]struct {
		doc  string
		code Code
	}{
		"neither":       {command(`<info><maint:info ` + mntNS + `/></info>`), CodeMissingParameter},
		"both":          {command(`<info><maint:info ` + mntNS + `><maint:list/><maint:id>a</maint:id></maint:info></info>`), CodeSyntaxError},
		"empty id":      {command(`<info><maint:info ` + mntNS + `><maint:id> </maint:id></maint:info></info>`), CodeMissingParameter},
		"unknown":       {command(`<info><maint:info ` + mntNS + `><maint:all/></maint:info></info>`), CodeSyntaxError},
		"other command": {command(`<create><maint:create ` + mntNS + `/></create>`), CodeUnimplementedCommand},
	} {
		_, err := codec.Decode([]byte(c.doc))
		var de *DecodeError
		if !errors.As(err, &de) || de.Code != c.code {
			t.Errorf("%s: %v, want code %d", name, err, c.code)
		}
	}
}

func TestMaintenanceSpellings(t *testing.T) {
	doc := response(`<resData><x:infData xmlns:x="urn:ietf:params:xml:ns:epp:maintenance-1.0" xmlns:n="urn:new"><x:item><n:y/><x:id><![CDATA[m<1]]></x:id><x:later/><x:start>2026-12-30 02:00:00</x:start><x:description>two
 <n:b>lines</n:b></x:description><x:tlds><x:tld> a </x:tld></x:tlds></x:item></x:infData>
 <x:infData xmlns:x="urn:ietf:params:xml:ns:epp:maintenance-1.0"><x:item><x:start>soon</x:start></x:item></x:infData></resData>`)
	m, err := NewCodec(allExt...).Decode([]byte(doc))
	if err != nil {
		t.Fatal(err)
	}
	v, ok := Find[*MaintenanceInfoData](m.Response.ResData)
	if !ok || v.Item.ID != "m<1" || !v.Item.Start.Equal(at("2026-12-30T02:00:00Z")) || v.Item.Descriptions[0].Text != "two\n lines" || v.Item.TLDs[0] != "a" {
		t.Errorf("item %+v", v)
	}
	if raw, ok := Find[*Raw](m.Response.ResData); !ok || raw.Err == nil {
		t.Errorf("an item without id is not kept raw: %+v", raw)
	}
}
