package realname

import (
	"fmt"
	"strconv"
	"strings"
)

// Figures for a number that is only partly to be read.
const (
	legiblePart = 0.7 // of the other words must be read surely, so that it is the number that is at fault
	fewUnsure   = 2   // so many characters may be the reader's own slips
)

// missing judges a page on which the number was not surely read: incomplete where the rest of the document can be read
// and the number can't, not judged where it may be the reader.
func missing(p *page, doc Document, n numbers, typed string, reads []run) Result {
	share, han := p.legible()
	_, weight := best(p.scores())
	if p.text.Cut || share < legiblePart || han < 12 || weight < recognised {
		return unread(unsure)
	}
	part := longest(reads, typed)
	if part == nil {
		if !n.expected(p, doc) {
			return unread("the number was not found")
		}
		return incomplete(p, n, 1, 0, nil) // nothing of it: from its first character on
	}
	known := common(typed, part.text)
	if len(typed)-known <= fewUnsure && part.weakest() > weakChar {
		return unread(unsure)
	}
	if len(part.text) >= len(typed) && known < len(typed)/2 && part.at.sure() > sureChar {
		return unread("the number could not be told from others")
	}
	if at, conf := broken(typed, *part); at > 0 {
		return incomplete(p, n, at, conf, part.at.region())
	}
	return unread(unsure)
}

// expected tells whether a number ought to be there: its label is, or the type always bears one.
func (n numbers) expected(p *page, doc Document) bool {
	return len(n.labels) > 0 && p.labels(n.labels...) != nil || doc.Type == "SFZ" || doc.Credit
}

func incomplete(p *page, n numbers, at int, conf float64, region *Region) Result {
	out := Finding{Code: "verify.number-incomplete-in-photo", Severity: Refuse, Position: at, Region: region,
		Facts: map[string]string{"position": strconv.Itoa(at), "confidence": fmt.Sprintf("%.2f", conf)}}
	if region == nil && len(n.labels) > 0 {
		for _, l := range p.labels(n.labels...) {
			out.Region = l.at.region()
		}
	}
	return Result{Findings: []Finding{out}}
}

// longest is the reading that has most of the typed number.
func longest(reads []run, typed string) *run {
	var out *run
	most := 3
	for i, r := range reads {
		if k := common(typed, r.text); k > most {
			out, most = &reads[i], k
		}
	}
	return out
}

// broken finds the first character of the typed number that the reading doesn't show or shows weakly.
func broken(typed string, r run) (at int, conf float64) {
	for i := range r.at {
		if r.at[i].conf < weakChar && i < len(typed) {
			return i + 1, r.at[i].conf
		}
	}
	k := 0
	for k < len(typed) && k < len(r.text) && typed[k] == r.text[k] {
		k++
	}
	if k == 0 && strings.HasSuffix(typed, r.text) {
		return 1, 0
	}
	if k < len(typed) {
		return k + 1, 0
	}
	return 0, 0
}
