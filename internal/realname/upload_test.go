package realname

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"

	"github.com/openregistrar/openregistrar/internal/fault"
)

// grain is a picture that no encoder makes small.
func grain(w, h int) *image.RGBA {
	r := rand.New(rand.NewPCG(1, 2))
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := 0; i < len(img.Pix); i += 4 {
		v := uint8(120 + r.IntN(80))
		img.Pix[i], img.Pix[i+1], img.Pix[i+2], img.Pix[i+3] = v, uint8(int(v)-r.IntN(20)), v/2, 255
	}
	return img
}

func asJPEG(t testing.TB, img image.Image, quality int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asPNG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func upload(t testing.TB, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", "upload", name))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// codes are the findings' codes but that of size, which the small fixtures all have.
func codes(found []Finding, without string) []string {
	var out []string
	for _, f := range found {
		if f.Code != without {
			out = append(out, f.Code)
		}
	}
	return out
}

// corners says which of the fixture's colours stands where, upper left, upper right, lower left, lower right.
func corners(img image.Image) string {
	b, out := img.Bounds(), ""
	for _, p := range []image.Point{{5, 5}, {b.Dx() - 6, 5}, {5, b.Dy() - 6}, {b.Dx() - 6, b.Dy() - 6}} {
		c := color.RGBAModel.Convert(img.At(b.Min.X+p.X, b.Min.Y+p.Y)).(color.RGBA)
		switch {
		case c.R > 150 && c.G > 150 && c.B > 150:
			out += "w"
		case c.R > 150:
			out += "r"
		case c.G > 150:
			out += "g"
		case c.B > 150:
			out += "b"
		default:
			out += "?"
		}
	}
	return out
}

// Every format in its usual and less usual forms is opened, cleaned and stays the same picture.
func TestFormats(t *testing.T) {
	for _, c := range []struct {
		file, format, kept string
		corners            string
		frames             int
	}{
		{"lossy.webp", "webp", "webp", "rgbw", 1},
		{"lossless.webp", "webp", "webp", "rgbw", 1},
		{"alpha.webp", "webp", "webp", "rgbw", 1},
		{"turned.webp", "webp", "png", "brwg", 1},
		{"animated.webp", "webp", "webp", "rgbw", 3},
		{"turned.png", "png", "png", "brwg", 1},
		{"animated.png", "png", "png", "rgbw", 3},
		{"turned.jpg", "jpeg", "jpeg", "brwg", 1},
		{"cmyk.jpg", "jpeg", "jpeg", "rgbw", 1},
		{"progressive.jpg", "jpeg", "jpeg", "rgbw", 1},
		{"turned.tif", "tiff", "png", "brwg", 1},
		{"pages.tif", "tiff", "png", "rgbw", 3},
		{"zip.tif", "tiff", "png", "rgbw", 1},
		{"animated.gif", "gif", "gif", "rgbw", 3},
		{"pal8.bmp", "bmp", "png", "rgbw", 1},
		{"pal.bmp", "bmp", "png", "rgbw", 1},
		{"true24.bmp", "bmp", "png", "rgbw", 1},
		{"rle8.bmp", "bmp", "png", "rgbw", 1},
		{"bits16.bmp", "bmp", "png", "rgbw", 1},
		{"alpha32.bmp", "bmp", "png", "rgbw", 1},
	} {
		t.Run(c.file, func(t *testing.T) {
			raw := upload(t, c.file)
			p, found := Open(raw, c.file)
			if p == nil {
				t.Fatalf("not opened: %v", found)
			}
			if p.Format != c.format || p.Frames != c.frames || corners(p.Image) != c.corners {
				t.Errorf("format %s, frames %d, corners %s; want %s, %d, %s", p.Format, p.Frames, corners(p.Image), c.format, c.frames, c.corners)
			}
			if p.Width != p.Image.Bounds().Dx() || p.Bytes != len(raw) {
				t.Errorf("width %d, bytes %d", p.Width, p.Bytes)
			}
			for _, f := range found {
				animated := c.frames > 1 && c.format != "tiff" && f.Severity == Inform && f.Facts["found"] == foundAnimated
				if f.Code != "upload.too-small" && !animated {
					t.Errorf("finding %+v", f)
				}
			}
			out, format, err := Clean(raw, p)
			if err != nil || format != c.kept {
				t.Fatalf("clean: %s, %v", format, err)
			}
			again, found := Open(out, "")
			if again == nil || corners(again.Image) != c.corners || again.Frames != 1 {
				t.Fatalf("cleaned picture differs: %v", found)
			}
			for _, word := range []string{"Exif", "EXIF", "eXIf", "a comment", "somewhere", "XMP", "NETSCAPE"} {
				if bytes.Contains(out, []byte(word)) {
					t.Errorf("%q is left in the cleaned file", word)
				}
			}
		})
	}
}

// A picture without orientation keeps its coded data to the bit.
func TestCleanLossless(t *testing.T) {
	img := grain(300, 200)
	plain := asJPEG(t, img, 90)
	app := []byte{0xff, 0xe1, 0, 12, 'E', 'x', 'i', 'f', 0, 0, 1, 2, 3, 4}
	tagged := append(append(append([]byte{}, plain[:2]...), app...), plain[2:]...)
	tagged = append(tagged, "trailing data, as of a motion photo"...)
	p, _ := Open(tagged, "a.jpg")
	out, _, err := Clean(tagged, p)
	if err != nil || !bytes.Equal(out, plain) {
		t.Errorf("jpeg: %v, %d bytes, want %d", err, len(out), len(plain))
	}
	raw := asPNG(t, img)
	text := pngChunk("tEXt", []byte("Comment\x00somewhere"))
	tagged = append(append(append([]byte{}, raw[:33]...), text...), raw[33:]...)
	p, _ = Open(tagged, "a.png")
	out, _, err = Clean(tagged, p)
	if err != nil || !bytes.Equal(out, raw) {
		t.Errorf("png: %v, %d bytes, want %d", err, len(out), len(raw))
	}
}

func pngChunk(kind string, data []byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	out = append(append(out, kind...), data...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
}

// All eight orientations, against what each means: where the stored upper left corner comes to stand, and that the
// picture is mirrored or not.
func TestUpright(t *testing.T) {
	img := image.NewRGBA(image.Rect(0, 0, 40, 20))
	for y := range 20 {
		for x := range 40 {
			c := [4]color.RGBA{{220, 0, 0, 255}, {0, 220, 0, 255}, {0, 0, 220, 255}, {255, 255, 255, 255}}[x/20+2*(y/10)]
			img.SetRGBA(x, y, c)
		}
	}
	for o, want := range map[int]string{1: "rgbw", 2: "grwb", 3: "wbgr", 4: "bwrg", 5: "rbgw", 6: "brwg", 7: "wgbr", 8: "gwrb"} {
		if got := corners(upright(img, o)); got != want {
			t.Errorf("orientation %d: %s, want %s", o, got, want)
		}
	}
}

func TestUploadSizes(t *testing.T) {
	img := grain(260, 260)
	base := asJPEG(t, img, 95)
	pad := func(n int) []byte { return append(append([]byte{}, base...), make([]byte, n-len(base))...) }
	for _, c := range []struct {
		bytes int
		code  string
		fact  string
	}{
		{MinUploadBytes - 1, "upload.too-small", "min"},
		{MinUploadBytes, "", ""},
		{MaxUploadBytes, "", ""},
		{MaxUploadBytes + 1, "upload.too-large", "max"},
	} {
		p, found := Open(pad(c.bytes), "photo.JPG")
		if p == nil {
			t.Fatalf("%d bytes: not decoded", c.bytes)
		}
		switch {
		case c.code == "" && len(found) != 0:
			t.Errorf("%d bytes: %+v", c.bytes, found)
		case c.code != "" && (len(found) != 1 || found[0].Code != c.code || found[0].Facts["bytes"] == "" || found[0].Facts[c.fact] == ""):
			t.Errorf("%d bytes: %+v, want %s", c.bytes, found, c.code)
		}
	}
	if p, found := Open(make([]byte, MaxConvertBytes+1), "a.jpg"); p != nil || len(found) != 1 {
		t.Errorf("beyond all limits: %v %v", p, found)
	}
}

// Renamed, foreign, damaged and cut files.
func TestUploadFormat(t *testing.T) {
	img := grain(300, 220)
	jpg, pic := asJPEG(t, img, 95), asPNG(t, img)
	var tif, bm bytes.Buffer
	if err := tiff.Encode(&tif, img, &tiff.Options{Compression: tiff.Deflate}); err != nil {
		t.Fatal(err)
	}
	if err := bmp.Encode(&bm, img); err != nil {
		t.Fatal(err)
	}
	half := func(b []byte) []byte { return b[:len(b)*3/4] }
	for _, c := range []struct {
		name  string
		raw   []byte
		file  string
		found string // empty: accepted
		open  bool
	}{
		{"jpeg", jpg, "a.jpeg", "", true},
		{"no extension", jpg, "photo", "", true},
		{"no name", jpg, "", "", true},
		{"path of Windows", jpg, `C:\pictures\a.b\id.JPG`, "", true},
		{"renamed", pic, "a.jpg", "png", true},
		{"renamed to none of ours", jpg, "a.jfif", "jpeg", true},
		{"tif", tif.Bytes(), "a.TIF", "", true},
		{"bmp", bm.Bytes(), "a.bmp", "", true},
		{"phone's own", append(upload(t, "phone.heic"), make([]byte, 60000)...), "a.heic", "heic", false},
		{"phone's own, renamed", append(upload(t, "phone.heic"), make([]byte, 60000)...), "a.jpg", "heic", false},
		{"pdf", append([]byte("%PDF-1.7\n"), make([]byte, 60000)...), "a.pdf", "pdf", false},
		{"words", bytes.Repeat([]byte("words "), 20000), "a.jpg", "unknown", false},
		{"jpeg within tiff", append(upload(t, "jpegin.tif"), make([]byte, 60000)...), "a.tif", "unsupported", false},
		{"cut jpeg", half(jpg), "a.jpg", "damaged", false},
		{"jpeg without its last byte", jpg[:len(jpg)-1], "a.jpg", "damaged", false},
		{"cut png", half(pic), "a.png", "damaged", false},
		{"png without its last chunk", pic[:len(pic)-12], "a.png", "damaged", false},
		{"cut tiff", half(tif.Bytes()), "a.tif", "damaged", false},
		{"cut bmp", half(bm.Bytes()), "a.bmp", "damaged", false},
	} {
		p, found := Open(c.raw, c.file)
		got := codes(found, "upload.too-small")
		if (p != nil) != c.open {
			t.Errorf("%s: opened %v", c.name, p != nil)
		}
		if c.found == "" {
			if len(got) != 0 {
				t.Errorf("%s: %+v", c.name, found)
			}
			continue
		}
		if len(got) != 1 || got[0] != "upload.format" || found[len(found)-1].Facts["found"] != c.found || found[len(found)-1].Severity != Refuse {
			t.Errorf("%s: %+v, want found %s", c.name, found, c.found)
		}
	}
	for _, name := range []string{"lossy.webp", "animated.gif", "animated.webp", "rle8.bmp"} {
		raw := upload(t, name)
		if p, found := Open(raw[:len(raw)-3], name); p != nil {
			t.Errorf("%s cut by three bytes is opened: %v", name, found)
		}
	}
}

// Convert mends name, format, size and animation, and refuses what it can't.
func TestConvert(t *testing.T) {
	huge := asPNG(t, grain(1800, 1400)) // over 5 MB
	if len(huge) <= MaxUploadBytes {
		t.Fatalf("%d bytes are not too large", len(huge))
	}
	gentle := image.NewRGBA(image.Rect(0, 0, 1200, 800))
	for i := range gentle.Pix {
		gentle.Pix[i] = 255 - uint8(i/4%1200/40)
	}
	var bm bytes.Buffer
	if err := bmp.Encode(&bm, gentle); err != nil {
		t.Fatal(err)
	}
	for name, raw := range map[string][]byte{"too large": huge, "renamed": asPNG(t, grain(300, 300))} {
		out, err := Convert(raw, "a.jpg")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		p, found := Open(out, "a.jpg")
		if p == nil || len(found) != 0 || p.Format != "jpeg" {
			t.Errorf("%s: converted into %v %v", name, p, found)
		}
	}
	for name, c := range map[string]struct {
		raw  []byte
		code fault.Code
	}{
		"too small":      {upload(t, "turned.jpg"), "upload.too-small"},
		"nothing in it":  {bm.Bytes(), "upload.too-small"},
		"no picture":     {bytes.Repeat([]byte("words "), 20000), "upload.format"},
		"cut":            {huge[:len(huge)/2], "upload.format"},
		"beyond measure": {make([]byte, MaxConvertBytes+1), "upload.too-large"},
	} {
		if out, err := Convert(c.raw, "a.jpg"); !fault.Is(err, c.code) {
			t.Errorf("%s: %d bytes, %v; want %s", name, len(out), err, c.code)
		}
	}
	turned := append(upload(t, "turned.jpg"), make([]byte, MinUploadBytes)...)
	if out, err := Convert(turned, ""); err == nil {
		img, _ := jpeg.Decode(bytes.NewReader(out))
		if corners(img) != "brwg" {
			t.Errorf("converted picture is not upright: %s", corners(img))
		}
	} else if !fault.Is(err, "upload.too-small") {
		t.Error(err)
	}
}
