package console

import (
	"github.com/openregistrar/openregistrar/internal/diagnose"
	"github.com/openregistrar/openregistrar/internal/fault"
)

// wordsFor tells a fault in the catalogue's words.
func wordsFor(lang string, code fault.Code, facts fault.Facts) notice {
	_, known := diagnose.Lookup(code)
	w := diagnose.Text(lang, code, facts)
	return notice{Code: string(code), Facts: facts, Help: known, Title: w.Title, What: w.What, Remedy: w.Remedy}
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
