package papers

import (
	_ "embed"
	"fmt"
	"image"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

//go:embed fonts/sans.otf
var sansFile []byte

//go:embed fonts/serif.otf
var serifFile []byte

// Fonts are what a document is printed in: one for its own words, one for what was filled in.
type Fonts struct{ Sans, Serif *opentype.Font }

// embedded are the fonts that are always there.
var embedded = sync.OnceValues(func() (Fonts, error) {
	sans, err := opentype.Parse(sansFile)
	if err != nil {
		return Fonts{}, fmt.Errorf("the sans: %w", err)
	}
	serif, err := opentype.Parse(serifFile)
	if err != nil {
		return Fonts{}, fmt.Errorf("the serif: %w", err)
	}
	return Fonts{Sans: sans, Serif: serif}, nil
})

// ParseFonts reads a font file of the reader's system: a font or the numbered one of a collection.
func ParseFonts(raw []byte, number int) (*opentype.Font, error) {
	c, err := opentype.ParseCollection(raw)
	if err != nil {
		return nil, err
	}
	return c.Font(number)
}

// typeface is a font at sizes, with what it has no glyph for.
type typeface struct {
	font   *opentype.Font
	faces  map[int]font.Face // by size in 1/64 pixel
	buf    sfnt.Buffer
	absent []rune
}

func newTypeface(f *opentype.Font) *typeface { return &typeface{font: f, faces: map[int]font.Face{}} }

func (t *typeface) at(px float64) font.Face {
	key := int(px * 64)
	if f := t.faces[key]; f != nil {
		return f
	}
	f, err := opentype.NewFace(t.font, &opentype.FaceOptions{Size: px, DPI: 72})
	if err != nil {
		panic(err) // NewFace only fails on options that it doesn't know
	}
	t.faces[key] = f
	return f
}

func (t *typeface) check(s string) {
	for _, r := range s {
		if i, err := t.font.GlyphIndex(&t.buf, r); err != nil || i == 0 {
			t.absent = append(t.absent, r)
		}
	}
}

// width of a text in pixels.
func (t *typeface) width(s string, px, spacing float64) float64 {
	w := float64(font.MeasureString(t.at(px), s)) / 64
	return w + spacing*float64(len([]rune(s)))
}

// draw puts a text with its baseline at y.
func (t *typeface) draw(dst *image.RGBA, src image.Image, x, y, px, spacing float64, s string) {
	t.check(s)
	face := t.at(px)
	d := font.Drawer{Dst: dst, Src: src, Face: face}
	for _, r := range s {
		d.Dot = fixed.Point26_6{X: fixed.Int26_6(x * 64), Y: fixed.Int26_6(y * 64)}
		d.DrawString(string(r))
		a, _ := face.GlyphAdvance(r)
		x += float64(a)/64 + spacing
	}
}
