package realname

import (
	"slices"
)

// region: suffix and authority take registrants and documents of the region.
var region = Check{
	ID: "region", Codes: []string{"verify.region-unsupported", "verify.type-not-taken"}, Source: "suffix policy; the manual", Citation: "article D16", Run: judgeRegion,
}

func judgeRegion(in *Input) (out Result) {
	f := in.Form
	home := f.Country
	doc, known := DocumentOf(f.Type)
	if home == "" {
		home = doc.Region
	}
	if home == "" {
		out.NotPerformed = "no region"
		return out
	}
	if home != "-" && len(in.Terms.Regions) > 0 && !slices.Contains(in.Terms.Regions, home) {
		out.Findings = append(out.Findings, Finding{Code: "verify.region-unsupported", Severity: Refuse, Field: "CountryCN", Facts: pairs("region", shownRegion(home, f))})
		return out
	}
	for _, s := range f.Suffixes {
		switch {
		case len(s.Regions) > 0 && !slices.Contains(s.Regions, home):
			out.Findings = append(out.Findings, Finding{Code: "verify.region-unsupported", Severity: Refuse, Field: "CountryCN",
				Facts: pairs("region", shownRegion(home, f), "suffix", s.Name)})
		case len(s.Types) > 0 && known && f.Role != Contact && !slices.Contains(s.Types, f.Type):
			out.Findings = append(out.Findings, Finding{Code: "verify.type-not-taken", Severity: Refuse, Field: "CertificateType",
				Facts: pairs("type", f.Type, "suffix", s.Name)})
		}
	}
	return out
}

func shownRegion(home string, f Form) string {
	if home == "-" {
		return f.Type
	}
	return home
}
