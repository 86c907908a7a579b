package world

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/openregistrar/openregistrar/internal/world/control"
	"github.com/openregistrar/openregistrar/internal/world/papers"
)

// paperWord says a value of a form on the page of papers.
type paperWord struct{ Value, ZH, EN string }

// paperKinds are the documents that can be drawn.
var paperKinds = []paperWord{
	{"card", "居民身份证，人像面", "Identity card, side with portrait"},
	{"back", "居民身份证，国徽面", "Identity card, side with emblem"},
	{"passport", "护照", "Passport"},
	{"licence", "营业执照", "Business licence"},
	{"certificate", "统一社会信用代码证书", "Credit code certificate"},
	{"permit", "通行证、居住证、永居证", "Travel and residence permits"},
}

var paperScenes = []paperWord{
	{string(papers.Photo), "手机拍的", "photographed"}, {string(papers.Scan), "扫描的", "scanned"},
	{string(papers.Sheet), "扫在一整页纸上", "scanned on a whole page"}, {string(papers.Filled), "裁到边", "cropped to its edges"},
}

var paperFaults = []paperWord{
	{"", "没有毛病", "nothing wrong"}, {string(papers.Grey), "灰度", "grey"}, {string(papers.BlackWhite), "黑白", "black and white"},
	{string(papers.Blurred), "虚焦", "out of focus"}, {string(papers.Shaken), "手抖", "shaken"}, {string(papers.Dark), "太暗", "too dark"},
	{string(papers.Bright), "太亮", "too bright"}, {string(papers.Glare), "反光", "glare"}, {string(papers.Cut), "缺一边", "a side cut off"},
	{string(papers.CutCorner), "缺一角", "a corner cut off"}, {string(papers.Covered), "有遮挡", "covered"}, {string(papers.Blotted), "涂掉一块", "blotted out"},
	{string(papers.Smeared), "号码抹花", "number smeared"}, {string(papers.Watermark), "有水印", "watermark"}, {string(papers.Small), "像素太少", "too few pixels"},
}

// holderRow is somebody whose paper can be drawn.
type holderRow struct {
	Index int
	Name  string
}

type papersData struct {
	Kind    string
	Kinds   []paperWord
	Scenes  []paperWord
	Faults  []paperWord
	Holders []holderRow
	Who     int
	Scene   string
	Fault   string
	Picture string // address of the drawn picture
	Facts   []paperFact
}

// paperFact is a thing that an owner types into a registrar's form.
type paperFact struct{ ZH, EN, Value string }

// paperOf finds the paper of a kind, and what is printed on it that a registrar asks for.
func paperOf(kind string, i int) (papers.Document, []paperFact, bool) {
	people, orgs, visitors := papers.People(), papers.Organisations(), papers.Visitors()
	date := func(d interface{ Format(string) string }, zero bool) string {
		if zero {
			return "长期 / long-term"
		}
		return d.Format("2006-01-02")
	}
	switch kind {
	case "card", "back", "passport":
		if i < 0 || i >= len(people) {
			return papers.Document{}, nil, false
		}
		p := people[i]
		facts := []paperFact{{"姓名", "Name", p.Name}, {"拼音", "Latin name", p.Latin}, {"身份证号码", "Number", p.Number},
			{"有效期至", "Valid until", date(p.ValidUntil, p.ValidUntil.IsZero())}, {"省份", "Province", p.Place.ProvinceCN}, {"城市", "City", p.Place.CityCN},
			{"街道地址", "Street, in Chinese", p.Place.CountyCN + p.Street}, {"街道地址（英文）", "Street, in Latin letters", p.StreetEN + ", " + p.Place.County}, {"邮政编码", "Postal code", p.Place.Post}}
		switch kind {
		case "back":
			return papers.IDCardBack(p), facts, true
		case "passport":
			facts[2].Value = p.Passport
			return papers.Passport(p), facts, true
		}
		return papers.IDCard(p), facts, true
	case "licence", "certificate":
		if i < 0 || i >= len(orgs) {
			return papers.Document{}, nil, false
		}
		o := orgs[i]
		facts := []paperFact{{"名称", "Name", o.Name}, {"英文名称", "Latin name", o.Latin}, {"统一社会信用代码", "Credit code", o.Code},
			{"法定代表人", "Representative", people[o.Representative].Name + " · " + people[o.Representative].Latin + " · " + people[o.Representative].Number},
			{"省份", "Province", o.Place.ProvinceCN}, {"城市", "City", o.Place.CityCN}, {"街道地址", "Street, in Chinese", o.Place.CountyCN + o.Street},
			{"街道地址（英文）", "Street, in Latin letters", o.StreetEN + ", " + o.Place.County}, {"邮政编码", "Postal code", o.Place.Post}}
		if kind == "certificate" {
			return papers.CreditCertificate(o), facts, true
		}
		return papers.Licence(o), facts, true
	case "permit":
		if i < 0 || i >= len(visitors) {
			return papers.Document{}, nil, false
		}
		v := visitors[i]
		return papers.Permit(v), []paperFact{{"类型", "Type", v.Type}, {"姓名", "Name", v.Name}, {"英文姓名", "Latin name", v.Latin}, {"号码", "Number", v.Number},
			{"有效期至", "Valid until", date(v.ValidUntil, v.ValidUntil.IsZero())}, {"地区", "Region", v.Region}}, true
	}
	return papers.Document{}, nil, false
}

func holdersOf(kind string) (out []holderRow) {
	switch kind {
	case "licence", "certificate":
		for i, o := range papers.Organisations() {
			if kind == "certificate" || o.Type == "YYZZ" {
				out = append(out, holderRow{Index: i, Name: o.Name})
			}
		}
	case "permit":
		for i, v := range papers.Visitors() {
			out = append(out, holderRow{Index: i, Name: v.Name + " · " + v.Type})
		}
	default:
		for i, p := range papers.People() {
			out = append(out, holderRow{Index: i, Name: p.Name})
		}
	}
	return out
}

// papersPage shows whose papers there are, and one of them as a picture to take along.
func (s *site) papersPage(rw http.ResponseWriter, r *http.Request) {
	f := s.frame(rw, r, "papers", "样张证件", "Sample documents")
	q := r.URL.Query()
	d := papersData{Kind: q.Get("kind"), Kinds: paperKinds, Scenes: paperScenes, Faults: paperFaults, Scene: q.Get("scene"), Fault: q.Get("fault")}
	if !slices.ContainsFunc(paperKinds, func(w paperWord) bool { return w.Value == d.Kind }) {
		d.Kind = paperKinds[0].Value
	}
	d.Holders = holdersOf(d.Kind)
	d.Who, _ = strconv.Atoi(q.Get("who"))
	if !slices.ContainsFunc(d.Holders, func(h holderRow) bool { return h.Index == d.Who }) {
		d.Who = d.Holders[0].Index
	}
	_, d.Facts, _ = paperOf(d.Kind, d.Who)
	d.Picture = "/papers/picture?" + url.Values{"kind": {d.Kind}, "who": {strconv.Itoa(d.Who)}, "scene": {d.Scene}, "fault": {d.Fault}}.Encode()
	f.Data = d
	s.show(rw, http.StatusOK, "papers", f)
}

// paperPicture draws a paper: the same address gives the same picture.
func (s *site) paperPicture(rw http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	who, err := strconv.Atoi(q.Get("who"))
	doc, _, ok := paperOf(q.Get("kind"), who)
	scene, fault := q.Get("scene"), q.Get("fault")
	known := func(list []paperWord, v string) bool {
		return v == "" || slices.ContainsFunc(list, func(w paperWord) bool { return w.Value == v })
	}
	if err != nil || !ok || !known(paperScenes, scene) || !known(paperFaults, fault) {
		s.fail(rw, r, control.NotFound("no such paper"))
		return
	}
	seed, _ := strconv.ParseUint(q.Get("seed"), 10, 63) // empty: the first picture
	o := papers.Options{Seed: seed + 1, Scene: papers.Scene(scene)}
	if fault != "" {
		o.Faults = []papers.Fault{papers.Fault(fault)}
	}
	s.drawing.Lock() // a picture takes much memory for a moment
	defer s.drawing.Unlock()
	raw, err := papers.Draw(doc, o)
	if err != nil {
		s.fail(rw, r, err)
		return
	}
	h := rw.Header()
	h.Set("Content-Type", "image/jpeg")
	h.Set("Content-Disposition", `inline; filename="`+strings.Trim(q.Get("kind")+"-"+strconv.Itoa(who)+"-"+fault, "-")+`.jpg"`)
	h.Set("Cache-Control", "max-age=3600")
	_, _ = rw.Write(raw)
}
