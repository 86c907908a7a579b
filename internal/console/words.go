package console

import (
	"github.com/openregistrar/openregistrar/internal/diagnose"
	"github.com/openregistrar/openregistrar/internal/fault"
)

// wordsFor tells a fault in the catalogue's words. The few codes that only pages know (a form that can't be read) have
// theirs in the texts, under code.*.
func wordsFor(cat catalogue, lang string, code fault.Code, facts fault.Facts) notice {
	n := notice{Code: string(code), Facts: facts}
	if _, ok := diagnose.Lookup(code); !ok {
		if title, ok := cat["code."+string(code)+".title"]; ok {
			n.Title, n.What = title, cat["code."+string(code)+".what"]
			return n
		}
	} else {
		n.Help = true
	}
	w := diagnose.Text(lang, code, facts)
	n.Title, n.What, n.Remedy = w.Title, w.What, w.Remedy
	return n
}

// article is the help centre's page for a code.
type article struct {
	notice
	Severity diagnose.Severity
	Evidence []string // facts that are shown wherever the code is named
}

func (v *visit) article(code fault.Code) article {
	e, _ := diagnose.Lookup(code)
	return article{notice: v.words(code, nil), Severity: e.Severity, Evidence: e.Evidence}
}

func catalogueCodes() []fault.Code { return diagnose.Codes() }

func inCatalogue(code fault.Code) bool {
	_, ok := diagnose.Lookup(code)
	return ok
}
