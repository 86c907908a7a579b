package drill

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"image/jpeg"

	"golang.org/x/image/bmp"

	"github.com/openregistrar/openregistrar/internal/world/papers"
)

var uploadDrills = []Drill{
	{Code: "upload.too-small", Run: tooSmall, Clean: uploaded},
	{Code: "upload.too-large", Run: tooLarge, Clean: uploaded},
	{Code: "upload.format", Run: wrongFormat, Clean: uploaded},
}

// uploads is the subject of cases of refused uploads.
const uploads = "upload"

// uploaded is a picture as it should be.
func uploaded(ctx context.Context, s *Scene) error {
	raw, err := picture(papers.IDCard(thePerson), good)
	if err != nil {
		return err
	}
	d, err := s.upload(ctx, "document.jpg", raw)
	if err != nil {
		return err
	}
	for _, f := range d.Findings {
		if f.Severity != "inform" {
			return fmt.Errorf("of a good picture: %+v", f)
		}
	}
	return s.none(ctx, "")
}

// refusedUpload uploads what can't be taken, and reads the case.
func (s *Scene) refusedUpload(ctx context.Context, name string, raw []byte, code string, facts ...string) error {
	_, err := s.upload(ctx, name, raw)
	if _, err := refusedAs(err, code); err != nil {
		return err
	}
	c, err := s.only(ctx, uploads, code)
	if err != nil {
		return err
	}
	for _, f := range facts {
		if c.Facts[f] == "" {
			return fmt.Errorf("the evidence has no %s: %v", f, c.Facts)
		}
	}
	s.explain(c)
	return nil
}

// convert takes the product's offer to make a picture fit, and uploads the result.
func (s *Scene) convert(ctx context.Context, name string, raw []byte) error {
	var out struct {
		Content  string `json:"content"`
		FileName string `json:"file_name"`
	}
	if err := s.api(ctx, "POST", "documents/convert", map[string]string{"file_name": name, "content": base64.StdEncoding.EncodeToString(raw)}, &out); err != nil {
		return err
	}
	mended, err := base64.StdEncoding.DecodeString(out.Content)
	if err != nil {
		return err
	}
	if _, err := s.upload(ctx, out.FileName, mended); err != nil {
		return err
	}
	s.note("mend: converted by the product, %d bytes as %s, and uploaded", len(mended), out.FileName)
	return s.none(ctx, "")
}

// tooSmall: a picture that a messenger squeezed.
func tooSmall(ctx context.Context, s *Scene) error {
	raw, err := picture(papers.IDCard(thePerson), good)
	if err != nil {
		return err
	}
	img, err := jpeg.Decode(bytes.NewReader(raw))
	if err != nil {
		return err
	}
	var small bytes.Buffer
	for quality := 40; quality > 0 && (small.Len() == 0 || small.Len() >= 55*1024); quality -= 6 {
		small.Reset()
		if err := jpeg.Encode(&small, img, &jpeg.Options{Quality: quality}); err != nil {
			return err
		}
	}
	s.note("break: a picture of %d bytes is uploaded", small.Len())
	if err := s.refusedUpload(ctx, "document.jpg", small.Bytes(), "upload.too-small", "bytes", "min"); err != nil {
		return err
	}
	// Enlarging doesn't help: the offer to convert must not pretend that it does.
	err = s.api(ctx, "POST", "documents/convert", map[string]string{"file_name": "document.jpg", "content": base64.StdEncoding.EncodeToString(small.Bytes())}, nil)
	if _, err := refusedAs(err, "upload.too-small"); err != nil {
		return errors.Join(errors.New("converting it"), err)
	}
	if _, err := s.upload(ctx, "document.jpg", raw); err != nil {
		return err
	}
	s.note("mend: the original, %d bytes, uploaded", len(raw))
	return s.none(ctx, "")
}

// tooLarge: the same picture without compression.
func tooLarge(ctx context.Context, s *Scene) error {
	raw, err := picture(papers.Licence(theCompany), good) // large enough: 5 MB are 1.7 million pixels
	if err != nil {
		return err
	}
	img, err := jpeg.Decode(bytes.NewReader(raw))
	if err != nil {
		return err
	}
	var large bytes.Buffer
	if err := bmp.Encode(&large, img); err != nil {
		return err
	}
	if large.Len() <= 5<<20 {
		return fmt.Errorf("the drill's own picture has %d bytes only", large.Len())
	}
	s.note("break: a bitmap of %d bytes is uploaded", large.Len())
	if err := s.refusedUpload(ctx, "document.bmp", large.Bytes(), "upload.too-large", "bytes", "max"); err != nil {
		return err
	}
	return s.convert(ctx, "document.bmp", large.Bytes())
}

// wrongFormat: a file that was only renamed.
func wrongFormat(ctx context.Context, s *Scene) error {
	raw, err := picture(papers.IDCard(thePerson), good)
	if err != nil {
		return err
	}
	s.note("break: a jpeg is uploaded as document.png")
	if err := s.refusedUpload(ctx, "document.png", raw, "upload.format", "extension", "found"); err != nil {
		return err
	}
	return s.convert(ctx, "document.png", raw)
}
