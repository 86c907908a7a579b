package realname

import (
	"bytes"
	"errors"
	"path"
	"strings"
)

// The limits of an upload. Nothing is decoded before its header has been held against them, so that a file costs no
// more than its limits allow: decoderBytes while it is being decoded, and one upright copy of four bytes a pixel where
// it lies on its side; at most 550 MiB together, and seconds. A file that can be mended may be larger than one that is
// taken, see MaxConvertBytes.
const (
	MinUploadBytes  = 55 * 1024
	MaxUploadBytes  = 5 * 1024 * 1024
	MaxConvertBytes = 32 * 1024 * 1024 // of a file that Convert looks at
	MaxPixels       = 50_000_000       // width times height: a phone's 48 megapixels
	maxSide         = 30_000           // pixels of one side
	decoderBytes    = 320 << 20        // that a decoder may ask for, by what its header says
	maxPasses       = 64               // over a picture: scans of a progressive JPEG, of which each visits every block
	maxPages        = 64               // of a TIFF, of which the first is judged
)

// What a file was found to be, where it is none of the formats taken.
const (
	foundUnknown  = "unknown"         // no picture that we know
	foundDamaged  = "damaged"         // cut short, or not decodable
	foundPixels   = "too-many-pixels" // beyond the limits above
	foundVariant  = "unsupported"     // a format taken, in a form that we can't decode
	foundAnimated = "animated"        // told, not refused: its first picture is judged
)

// header is what a file says of itself, read without decoding.
type header struct {
	width, height int  // as stored
	frames        int  // pictures or pages; thumbnails aren't counted
	orientation   int  // EXIF, 1 to 8
	animated      bool // its pictures are shown one after another
	cost          int64
}

// errVariant is of a file whose format is taken, in a form that no decoder here knows.
var errVariant = errors.New("picture in an unsupported form")

var (
	errDamaged = errors.New("picture is damaged or cut short")
	errPixels  = errors.New("picture has too many pixels")
)

// format is how files of one kind are told, looked at, decoded and cleaned.
type format struct {
	name       string
	extensions []string // first: what we call files of it
	is         func(raw []byte) bool
	inspect    func(raw []byte) (header, error)
	decode     decoder
	// clean is the file without anything but its first picture; nil: no such file can be made, it is encoded anew.
	clean func(raw []byte) ([]byte, error)
}

var formats = []format{
	{"jpeg", []string{"jpg", "jpeg"}, prefix("\xff\xd8\xff"), inspectJPEG, decodeJPEG, cleanJPEG},
	{"png", []string{"png"}, prefix("\x89PNG\r\n\x1a\n"), inspectPNG, decodePNG, cleanPNG},
	{"gif", []string{"gif"}, isGIF, inspectGIF, decodeGIF, cleanGIF},
	{"webp", []string{"webp"}, isWebP, inspectWebP, decodeWebP, cleanWebP},
	{"tiff", []string{"tiff", "tif"}, isTIFF, inspectTIFF, decodeTIFF, nil},
	{"bmp", []string{"bmp"}, isBMP, inspectBMP, decodeBMP, nil},
}

// others are what people hand in by mistake, told so that the answer can name it.
var others = []struct {
	name string
	is   func(raw []byte) bool
}{
	{"pdf", prefix("%PDF")},
	{"heic", brand("heic", "heix", "hevc", "mif1", "msf1", "heim", "heis")},
	{"avif", brand("avif", "avis")},
	{"svg", prefix("<svg", "<?xml")},
	{"zip", prefix("PK\x03\x04")},
	{"ole", prefix("\xd0\xcf\x11\xe0")},
	{"ico", prefix("\x00\x00\x01\x00")},
	{"psd", prefix("8BPS")},
	{"jp2", prefix("\x00\x00\x00\x0cjP  ", "\xff\x4f\xff\x51")},
	{"jxl", prefix("\xff\x0a", "\x00\x00\x00\x0cJXL ")},
}

func prefix(starts ...string) func([]byte) bool {
	return func(raw []byte) bool {
		for _, s := range starts {
			if bytes.HasPrefix(raw, []byte(s)) {
				return true
			}
		}
		return false
	}
}

// brand tells files of the ISO base media format (ISO/IEC 14496-12) by their major brand.
func brand(brands ...string) func([]byte) bool {
	return func(raw []byte) bool {
		if len(raw) < 12 || string(raw[4:8]) != "ftyp" {
			return false
		}
		for _, b := range brands {
			if string(raw[8:12]) == b {
				return true
			}
		}
		return false
	}
}

func isGIF(raw []byte) bool { return prefix("GIF87a", "GIF89a")(raw) }

func isWebP(raw []byte) bool {
	return len(raw) >= 12 && string(raw[:4]) == "RIFF" && string(raw[8:12]) == "WEBP"
}

func isTIFF(raw []byte) bool { return prefix("II*\x00", "MM\x00*")(raw) }

// isBMP asks for more than two letters, which much else begins with too.
func isBMP(raw []byte) bool {
	return len(raw) >= 26 && string(raw[:2]) == "BM" && raw[15] == 0 && raw[16] == 0 && raw[17] == 0
}

// sniff tells a file's format by its content; nil, and what it is instead, when it is none that is taken.
func sniff(raw []byte) (*format, string) {
	for i := range formats {
		if formats[i].is(raw) {
			return &formats[i], formats[i].name
		}
	}
	for _, o := range others {
		if o.is(raw) {
			return nil, o.name
		}
	}
	return nil, foundUnknown
}

// extension is a file name's, in small letters without its dot; empty when it has none.
func extension(fileName string) string {
	return strings.TrimPrefix(strings.ToLower(path.Ext(strings.ReplaceAll(fileName, `\`, "/"))), ".")
}

// look reads a file's header and holds it against the limits.
func (f *format) look(raw []byte) (header, error) {
	h, err := f.inspect(raw)
	if err != nil {
		return h, err
	}
	if h.width <= 0 || h.height <= 0 {
		return h, errDamaged
	}
	return h, h.bounded()
}

// bounded refuses what would cost more than the limits allow. Sides are looked at first, so that no product overflows.
func (h header) bounded() error {
	if h.width > maxSide || h.height > maxSide || h.width*h.height > MaxPixels || h.cost > decoderBytes {
		return errPixels
	}
	return nil
}

// foundBy is how the catalogue calls what went wrong with a file.
func foundBy(err error) string {
	switch {
	case errors.Is(err, errPixels):
		return foundPixels
	case errors.Is(err, errVariant):
		return foundVariant
	}
	return foundDamaged
}
