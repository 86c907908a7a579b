package console

import (
	"net/http"
	"sort"
	"strings"

	"github.com/openregistrar/openregistrar/internal/fault"
)

type helpEntry struct {
	Code  string
	Title string
	What  string
}

type helpArea struct {
	Key     string // what stands before the dot of its codes
	Entries []helpEntry
}

type helpPage struct {
	Shell
	Query string
	Areas []helpArea
	Count int
}

func area(code string) string {
	a, _, _ := strings.Cut(code, ".")
	return a
}

func (v *visit) help() error {
	p := helpPage{Query: strings.TrimSpace(v.r.URL.Query().Get("q"))}
	want := strings.ToLower(p.Query)
	byArea := map[string]*helpArea{}
	var order []string
	for _, code := range catalogueCodes() {
		a := v.article(code)
		if want != "" && !strings.Contains(strings.ToLower(string(code)+" "+a.Title+" "+a.What), want) {
			continue
		}
		key := area(string(code))
		if byArea[key] == nil {
			byArea[key] = &helpArea{Key: key}
			order = append(order, key)
		}
		byArea[key].Entries = append(byArea[key].Entries, helpEntry{string(code), a.Title, a.What})
		p.Count++
	}
	for _, key := range order {
		p.Areas = append(p.Areas, *byArea[key])
	}
	p.Shell = v.shell(v.cat.say("help.title"), "help")
	return v.page(http.StatusOK, "help", p)
}

type articlePage struct {
	Shell
	Article article
	Near    []helpEntry
}

func (v *visit) helpArticle() error {
	code := fault.Code(v.r.PathValue("code"))
	if !inCatalogue(code) {
		return fault.New(fault.Missing, "page.not-found", "path", clip(v.r.URL.Path, 80))
	}
	p := articlePage{Article: v.article(code)}
	for _, c := range catalogueCodes() {
		if c != code && area(string(c)) == area(string(code)) {
			p.Near = append(p.Near, helpEntry{Code: string(c), Title: v.article(c).Title})
		}
	}
	sort.SliceStable(p.Near, func(i, j int) bool { return p.Near[i].Code < p.Near[j].Code })
	p.Near = p.Near[:min(len(p.Near), 8)]
	p.Shell = v.shell(p.Article.Title, "help")
	return v.page(http.StatusOK, "help-article", p)
}
