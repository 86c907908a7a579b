package api

import (
	"maps"
	"strings"

	"github.com/openregistrar/openregistrar/internal/diagnose"
	"github.com/openregistrar/openregistrar/internal/fault"
)

// bracketed writes a fault on one line, for a field that holds only text. It ends with the code in brackets, so that
// programs can tell which fault it is where the product has one code for several.
func bracketed(lang string, code fault.Code, f fault.Facts) string {
	w := diagnose.Text(lang, code, f)
	parts := []string{w.What}
	if len(w.Remedy) > 0 {
		between := "；"
		if lang == "en" {
			between = "; "
		}
		parts = append(parts, strings.Join(w.Remedy, between))
	}
	return strings.Join(append(parts, "["+string(code)+"]"), " ")
}

// referenced adds the request's id to our own failures: it is all that the caller can quote.
func referenced(f *fault.Error, c caller) fault.Facts {
	if f.Kind != fault.Internal {
		return f.Facts
	}
	out := fault.Facts{"ref": c.requestID}
	maps.Copy(out, f.Facts)
	return out
}
