package realname

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"slices"
	"strconv"

	"github.com/openregistrar/openregistrar/internal/fault"
)

const uploadCheck = "bytes"

// Open looks at an uploaded file: its size, its format by content and by name (an empty name says nothing), its header
// against the limits of bytes.go, and decodes it. Findings carry upload.too-small, upload.too-large and upload.format;
// an animation is told (Inform), its first picture is judged. The picture is nil when it can't be decoded, or costs
// more than the limits; it may be there beside a refusal (a wrong extension, a size), so callers go by the findings.
func Open(raw []byte, fileName string) (*Picture, []Finding) {
	var found []Finding
	ext := extension(fileName)
	tell := func(code string, severity Severity, kv ...string) {
		f := Finding{Check: uploadCheck, Code: code, Severity: severity, Facts: map[string]string{}}
		for i := 0; i+1 < len(kv); i += 2 {
			f.Facts[kv[i]] = kv[i+1]
		}
		found = append(found, f)
	}
	n := strconv.Itoa(len(raw))
	switch {
	case len(raw) < MinUploadBytes:
		tell("upload.too-small", Refuse, "bytes", n, "min", strconv.Itoa(MinUploadBytes))
	case len(raw) > MaxUploadBytes:
		tell("upload.too-large", Refuse, "bytes", n, "max", strconv.Itoa(MaxUploadBytes))
	}
	if len(raw) > MaxConvertBytes {
		return nil, found
	}
	f, name := sniff(raw)
	if f == nil {
		tell("upload.format", Refuse, "extension", ext, "found", name)
		return nil, found
	}
	h, img, err := f.open(raw)
	if err != nil {
		tell("upload.format", Refuse, "extension", ext, "found", foundBy(err))
		return nil, found
	}
	switch {
	case ext != "" && !slices.Contains(f.extensions, ext):
		tell("upload.format", Refuse, "extension", ext, "found", name)
	case h.animated:
		tell("upload.format", Inform, "extension", ext, "found", foundAnimated)
	}
	return newPicture(f.name, len(raw), img, h), found
}

// open looks and decodes; the picture is upright.
func (f *format) open(raw []byte) (header, image.Image, error) {
	h, err := f.look(raw)
	if err != nil {
		return h, nil, err
	}
	img, err := f.decoded(raw, h)
	if err != nil {
		return h, nil, err
	}
	return h, upright(img, h.orientation), nil
}

func newPicture(format string, size int, img image.Image, h header) *Picture {
	return &Picture{
		Format: format, Bytes: size, Image: img, Frames: h.frames,
		Width: img.Bounds().Dx(), Height: img.Bounds().Dy(), seen: &lazyViews{},
	}
}

// Clean is the file to keep of an opened picture: the first picture alone, upright, without Exif, XMP, places,
// comments and thumbnails. A picture that lies upright in a JPEG, PNG, GIF or WebP keeps its coded data to the bit;
// others are written as PNG, or as JPEG where that would be larger than an upload may be.
func Clean(raw []byte, p *Picture) (out []byte, format string, err error) {
	f, _ := sniff(raw)
	if f == nil || p == nil {
		return nil, "", errDamaged
	}
	h, err := f.look(raw)
	if err != nil {
		return nil, "", err
	}
	if h.orientation == 1 && f.clean != nil {
		out, err := f.clean(raw)
		return out, f.name, err
	}
	if f.name == "jpeg" {
		out, err := encodeWithin(p.Image, 95)
		return out, "jpeg", err
	}
	var b bytes.Buffer
	e := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := e.Encode(&b, opaque(p.Image)); err != nil {
		return nil, "", err
	}
	if b.Len() <= MaxUploadBytes {
		return b.Bytes(), "png", nil
	}
	out, err = encodeWithin(p.Image, 95)
	return out, "jpeg", err
}

// Convert is the remedy that is offered for a wrong format, size or name: any picture that can be decoded, up to
// MaxConvertBytes, as an upright JPEG without metadata, of an upload's size. What it can't mend it refuses:
// upload.too-small (a small picture made large shows nothing more), upload.too-large (beyond MaxConvertBytes) and
// upload.format (no picture, damaged, too many pixels).
func Convert(raw []byte, fileName string) ([]byte, error) {
	if len(raw) < MinUploadBytes {
		return nil, fault.New(fault.Invalid, "upload.too-small",
			"bytes", strconv.Itoa(len(raw)), "min", strconv.Itoa(MinUploadBytes))
	}
	if len(raw) > MaxConvertBytes {
		return nil, fault.New(fault.Invalid, "upload.too-large",
			"bytes", strconv.Itoa(len(raw)), "max", strconv.Itoa(MaxConvertBytes))
	}
	f, name := sniff(raw)
	if f == nil {
		return nil, fault.New(fault.Invalid, "upload.format", "extension", extension(fileName), "found", name)
	}
	_, img, err := f.open(raw)
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "upload.format", "extension", extension(fileName), "found", foundBy(err))
	}
	out, err := encodeWithin(img, 92)
	if err != nil {
		return nil, err
	}
	for _, quality := range []int{97, 100} {
		if len(out) >= MinUploadBytes {
			return out, nil
		}
		if out, err = encodeWithin(img, quality); err != nil {
			return nil, err
		}
	}
	if len(out) < MinUploadBytes {
		return nil, fault.New(fault.Invalid, "upload.too-small",
			"bytes", strconv.Itoa(len(out)), "min", strconv.Itoa(MinUploadBytes))
	}
	return out, nil
}

// convertSide is the longest side that a converted picture keeps: finer than any text on a document.
const convertSide = 4000

// encodeWithin writes a JPEG of at most MaxUploadBytes: at the quality asked for, then lower, then smaller.
func encodeWithin(img image.Image, quality int) ([]byte, error) {
	picture := img
	if max(img.Bounds().Dx(), img.Bounds().Dy()) > convertSide {
		picture = shrink(img, convertSide)
	} else if !plain(img) {
		picture = opaque(img)
	}
	for range 8 {
		for _, q := range []int{quality, min(quality, 85), min(quality, 75)} {
			var b bytes.Buffer
			if err := jpeg.Encode(&b, picture, &jpeg.Options{Quality: q}); err != nil {
				return nil, fmt.Errorf("encode: %w", err)
			}
			if b.Len() <= MaxUploadBytes {
				return b.Bytes(), nil
			}
		}
		side := max(picture.Bounds().Dx(), picture.Bounds().Dy())
		picture = shrink(picture, side*3/4)
	}
	return nil, errors.New("picture does not fit")
}

// plain tells pictures that have no transparency.
func plain(img image.Image) bool {
	o, ok := img.(interface{ Opaque() bool })
	return ok && o.Opaque()
}
