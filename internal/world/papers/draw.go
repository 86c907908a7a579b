package papers

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
)

// Scene is how a picture came about.
type Scene string

// Scenes.
const (
	Photo  Scene = "photo"  // by hand, on a table
	Scan   Scene = "scan"   // on a flatbed: straight, on white
	Sheet  Scene = "sheet"  // on a flatbed, small on a whole page
	Filled Scene = "filled" // cropped: the document is the frame
)

// Scenes lists them all.
func Scenes() []Scene { return []Scene{Photo, Scan, Sheet, Filled} }

// Fault is something wrong with a picture.
type Fault string

// Faults that Draw makes on demand.
const (
	Grey       Fault = "grey"        // no colour
	BlackWhite Fault = "black-white" // two tones only
	Blurred    Fault = "blurred"     // out of focus
	Shaken     Fault = "shaken"      // moved while the shutter was open
	Dark       Fault = "dark"
	Bright     Fault = "bright"
	Glare      Fault = "glare" // a lamp's reflection over the text
	Cut        Fault = "cut"   // a side outside the frame
	CutCorner  Fault = "cut-corner"
	Covered    Fault = "covered"   // something lies over a part
	Blotted    Fault = "blotted"   // a part painted over
	Smeared    Fault = "smeared"   // the number wiped out in part
	Watermark  Fault = "watermark" // words over the whole picture
	Small      Fault = "small"     // too few pixels to be read
)

// Faults lists them all.
func Faults() []Fault {
	return []Fault{Grey, BlackWhite, Blurred, Shaken, Dark, Bright, Glare, Cut, CutCorner, Covered, Blotted, Smeared, Watermark, Small}
}

// Options is how a document is pictured. The zero value is a good photograph. The same document with the same options
// gives the same bytes.
type Options struct {
	Seed   uint64 // of everything that the other fields leave open
	Scene  Scene  // Photo when empty
	Faults []Fault
	Turn   int    // quarter turns clockwise that the document lies turned by
	Fonts  *Fonts // nil: the embedded ones
	PNG    bool   // else JPEG
}

// Limits of the product's uploads that pictures of good scenes keep.
const (
	minBytes = 55 * 1024
	maxBytes = 5 * 1024 * 1024
)

// Draw pictures a document.
func Draw(d Document, o Options) ([]byte, error) {
	img, rng, err := scene(d, o)
	if err != nil {
		return nil, err
	}
	return encode(img, o, rng)
}

func scene(d Document, o Options) (*image.RGBA, *rand.Rand, error) {
	rng := rand.New(rand.NewPCG(o.Seed, 0x9e3779b97f4a7c15)) //nolint:gosec // pictures, not secrets
	fonts := o.Fonts
	if fonts == nil {
		f, err := embedded()
		if err != nil {
			return nil, nil, err
		}
		fonts = &f
	}
	w, _ := d.size()
	// Drawn finer than it will be seen.
	c, err := d.flat(2400/w, *fonts, rng)
	if err != nil {
		return nil, nil, err
	}
	s := shot{rng: rng, faults: map[Fault]bool{}, scene: o.Scene, turn: (o.Turn%4 + 4) % 4}
	for _, f := range o.Faults {
		s.faults[f] = true
	}
	if s.scene == "" {
		s.scene = Photo
	}
	return s.take(c), rng, nil
}

// size of a document in millimetres.
func (d Document) size() (w, h float64) {
	switch d.Type {
	case "SFZ", "GAJZZ", "TWJZZ", "TXZ", "TWSFZ", "GWSFZ":
		return 85.6, 54
	case "HZ":
		return 125, 88
	case "ORG":
		return 210, 148
	case "NOTE":
		return 148, 105
	}
	return 297, 210
}

// encode writes a file of a size that the product takes, where the picture allows.
func encode(img *image.RGBA, o Options, rng *rand.Rand) ([]byte, error) {
	var out bytes.Buffer
	if o.PNG {
		err := png.Encode(&out, img)
		return out.Bytes(), err
	}
	for _, quality := range []int{78 + rng.IntN(17), 97, 100} {
		out.Reset()
		if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: quality}); err != nil {
			return nil, err
		}
		if out.Len() >= minBytes {
			break
		}
	}
	if out.Len() > maxBytes {
		out.Reset()
		if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: 70}); err != nil {
			return nil, err
		}
		if out.Len() > maxBytes {
			return nil, fmt.Errorf("papers: a picture of %d bytes", out.Len())
		}
	}
	return out.Bytes(), nil
}
