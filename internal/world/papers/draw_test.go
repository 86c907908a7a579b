package papers

import (
	"bytes"
	"image"
	"image/jpeg"
	"strings"
	"testing"
)

// samples is a document of every type.
func samples() map[string]Document {
	out := map[string]Document{"SFZ": IDCard(People()[0]), "SFZ back": IDCardBack(People()[21]), "HZ": Passport(People()[2]),
		"note": Note(), "YYZZ old": OldLicence(Organisations()[0]), "TYDMZ": CreditCertificate(Organisations()[1]), "ORG": OrgCertificate(Organisations()[2])}
	for _, o := range Organisations() {
		out[o.Type] = Licence(o)
	}
	for _, v := range Visitors() {
		if v.Type == "HZ" {
			out["HZ foreign"] = Permit(v)
		} else {
			out[v.Type] = Permit(v)
		}
	}
	return out
}

// TestFonts: the embedded fonts have every character that the population's papers need.
func TestFonts(t *testing.T) {
	f, err := embedded()
	if err != nil {
		t.Fatal(err)
	}
	docs := samples()
	for _, typ := range Types() {
		if _, ok := docs[typ]; !ok {
			t.Errorf("no document of type %s is drawn", typ)
		}
	}
	sans, serif := newTypeface(f.Sans), newTypeface(f.Serif)
	for _, p := range People() {
		sans.check(p.Name + p.Nation + p.Address() + p.Issuer + p.Latin)
	}
	for _, o := range Organisations() {
		serif.check(o.Name + o.Kind + o.Capital + o.Scope + o.Address() + o.Registrar + People()[o.Representative].Name)
		sans.check(o.Name + o.Kind + o.Capital + o.Scope + o.Address() + o.Registrar)
	}
	if absent := string(sans.absent) + string(serif.absent); absent != "" {
		t.Errorf("no glyphs for %q: run scripts/papers_font.py", absent)
	}
	p := People()[0]
	p.Name = "\u9f49" // written so, since the fonts are cut to the characters of these files
	if _, err := Draw(IDCard(p), Options{}); err == nil || !strings.Contains(err.Error(), p.Name) {
		t.Errorf("a name without glyphs: %v", err)
	}
}

// TestDraw: every type is in some scene, and the two common ones in all, a picture that the product's limits of size take; the same again is the same.
func TestDraw(t *testing.T) {
	for name, d := range samples() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			scenes := []Scene{Scenes()[len(name)%4]}
			if name == "SFZ" || name == "YYZZ" {
				scenes = Scenes()
			}
			for i, s := range scenes {
				raw, err := Draw(d, Options{Seed: uint64(i), Scene: s})
				if err != nil {
					t.Fatal(err)
				}
				if len(raw) < minBytes || len(raw) > maxBytes {
					t.Errorf("%s: %d bytes", s, len(raw))
				}
				img, err := jpeg.Decode(bytes.NewReader(raw))
				if err != nil {
					t.Fatal(err)
				}
				if img.Bounds().Dx() < 1200 || flatness(img) {
					t.Errorf("%s: %v, or one colour", s, img.Bounds())
				}
			}
		})
	}
	one, err := Draw(IDCard(People()[1]), Options{Seed: 7})
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := Draw(IDCard(People()[1]), Options{Seed: 7}); !bytes.Equal(one, again) {
		t.Error("another picture with the same options")
	}
	if other, _ := Draw(IDCard(People()[1]), Options{Seed: 8}); bytes.Equal(one, other) {
		t.Error("the same picture with another seed")
	}
	if _, err := Draw(Document{Type: "NONE"}, Options{}); err == nil {
		t.Error("a type that can't be drawn was drawn")
	}
}

func flatness(img image.Image) bool {
	b := img.Bounds()
	r0, g0, b0, _ := img.At(b.Min.X, b.Min.Y).RGBA()
	for y := b.Min.Y; y < b.Max.Y; y += 17 {
		for x := b.Min.X; x < b.Max.X; x += 17 {
			if r, g, bl, _ := img.At(x, y).RGBA(); max(r, r0)-min(r, r0)+max(g, g0)-min(g, g0)+max(bl, b0)-min(bl, b0) > 0x6000 {
				return false
			}
		}
	}
	return true
}

// TestFaults: each fault changes the picture that is the same without it.
func TestFaults(t *testing.T) {
	clean, err := Draw(IDCard(People()[3]), Options{Seed: 11})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range Faults() {
		t.Run(string(f), func(t *testing.T) {
			t.Parallel()
			raw, err := Draw(IDCard(People()[3]), Options{Seed: 11, Faults: []Fault{f}})
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Equal(raw, clean) {
				t.Error("nothing is wrong with it")
			}
			img, err := jpeg.Decode(bytes.NewReader(raw))
			if err != nil {
				t.Fatal(err)
			}
			if grey := spread(img) < 12; grey != (f == BlackWhite || f == Grey) {
				t.Errorf("colours spread %.1f", spread(img))
			}
			if small := img.Bounds().Dx() < 500; small != (f == Small) {
				t.Errorf("it is %v", img.Bounds())
			}
		})
	}
}

// spread is the largest distance between a pixel's channels, of those looked at.
func spread(img image.Image) float64 {
	widest := 0.0
	b := img.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y += 5 {
		for x := b.Min.X; x < b.Max.X; x += 5 {
			r, g, bl, _ := img.At(x, y).RGBA()
			widest = max(widest, float64(max(r, g, bl)-min(r, g, bl))/257)
		}
	}
	return widest
}
