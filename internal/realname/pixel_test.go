package realname_test

import (
	"slices"
	"testing"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/realname"
	"github.com/openregistrar/openregistrar/internal/world/papers"
)

// pixels runs the checks of pixels alone on a drawn document.
func pixels(t *testing.T, d papers.Document, o papers.Options) (refused []string, found []realname.Finding) {
	t.Helper()
	raw, err := papers.Draw(d, o)
	if err != nil {
		t.Fatal(err)
	}
	p, found := realname.Open(raw, "")
	if p == nil {
		t.Fatalf("not opened: %v", found)
	}
	found = nil
	in := &realname.Input{Picture: p, Form: realname.Form{Type: d.Type, Kind: domain.Individual, Role: realname.Owner}}
	for _, c := range realname.Checks() {
		if c.Needs != realname.NeedsPicture {
			continue
		}
		for _, f := range c.Run(in).Findings {
			found = append(found, f)
			if f.Severity == realname.Refuse && !slices.Contains(refused, f.Code) {
				refused = append(refused, f.Code)
			}
		}
	}
	return refused, found
}

// Each fault of a picture is found as what it is, and good pictures of every scene raise nothing.
func TestPixels(t *testing.T) {
	card, licence := papers.IDCard(papers.People()[3]), papers.Licence(papers.Organisations()[2])
	for _, c := range []struct {
		name  string
		doc   papers.Document
		scene papers.Scene
		fault papers.Fault
		want  string
	}{
		{"card", card, papers.Photo, "", ""},
		{"card, scanned", card, papers.Scan, "", ""},
		{"card, cropped", card, papers.Filled, "", ""},
		{"licence", licence, papers.Photo, "", ""},
		{"licence on a page", licence, papers.Sheet, "", ""},
		{"licence, cropped", licence, papers.Filled, "", ""},
		{"grey card", card, papers.Photo, papers.Grey, "document.not-colour"},
		{"grey licence", licence, papers.Scan, papers.Grey, "document.not-colour"},
		{"blurred", card, papers.Photo, papers.Blurred, "document.unclear"},
		{"dark", licence, papers.Photo, papers.Dark, "document.unclear"},
		{"washed out", licence, papers.Photo, papers.Bright, "document.unclear"},
		{"lamp", card, papers.Photo, papers.Glare, "document.unclear"},
		{"few pixels", licence, papers.Photo, papers.Small, "document.unclear"},
		{"shaken", licence, papers.Photo, papers.Shaken, "document.unclear"},
		{"covered", licence, papers.Photo, papers.Covered, "document.covered"},
		{"painted over", card, papers.Photo, papers.Blotted, "document.covered"},
		{"number wiped", card, papers.Filled, papers.Smeared, "document.covered"},
		{"words over it", licence, papers.Scan, papers.Watermark, "document.watermark"},
		{"side gone", card, papers.Photo, papers.Cut, "document.incomplete"},
		{"corner gone", licence, papers.Photo, papers.CutCorner, "document.incomplete"},
	} {
		refused, found := pixels(t, c.doc, papers.Options{Seed: 41, Scene: c.scene, Faults: faults(c.fault)})
		var want []string
		if c.want != "" {
			want = []string{c.want}
		}
		if !slices.Equal(refused, want) {
			t.Errorf("%s: refused for %v, want %v: %+v", c.name, refused, want, found)
		}
	}
}

func faults(f papers.Fault) []papers.Fault {
	if f == "" {
		return nil
	}
	return []papers.Fault{f}
}

// TestNothingLiesThere: neither the shadow of a card's own side nor the dark coat of its portrait covers anything.
func TestNothingLiesThere(t *testing.T) {
	for name, c := range map[string]struct {
		person int
		seed   uint64
		again  bool // converted first
	}{"shadow": {12, 1, true}, "coat": {3, 11, false}} {
		raw, err := papers.Draw(papers.IDCard(papers.People()[c.person]), papers.Options{Seed: c.seed})
		if err == nil && c.again {
			raw, err = realname.Convert(raw, "card.png")
		}
		if err != nil {
			t.Fatal(err)
		}
		p, _ := realname.Open(raw, "card.jpg")
		for _, f := range realname.Examine(&realname.Input{Form: realname.Form{Type: "SFZ"}, Picture: p}).Findings {
			t.Errorf("%s: %s %s %v", name, f.Severity, f.Code, f.Facts)
		}
	}
}
