package realname

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"image"
	"math/rand/v2"
	"runtime"
	"runtime/metrics"
	"testing"
	"time"
)

// bombs are files made to cost much: a small file that says it is large, and decoys of nearly 5 MB.
func bombs(t testing.TB) map[string][]byte {
	const full = MaxUploadBytes - 100_000
	ihdr := func(w, h uint32, depth, kind byte) []byte {
		b := binary.BigEndian.AppendUint32(nil, w)
		b = binary.BigEndian.AppendUint32(b, h)
		return append(b, depth, kind, 0, 0, 0)
	}
	pngFile := func(chunks ...[]byte) []byte {
		return append([]byte(pngSignature), bytes.Join(append(chunks, pngChunk("IEND", nil)), nil)...)
	}
	// Zeros, deflated a thousandfold; a block that ends on a byte can stand any number of times.
	deflated := func(n int) []byte {
		var b bytes.Buffer
		z := zlib.NewWriter(&b)
		_, _ = z.Write(make([]byte, 1<<20))
		_ = z.Flush()
		return append(b.Bytes(), bytes.Repeat(b.Bytes()[2:], n>>20-1)...)
	}
	out := map[string][]byte{}
	out["png 30000x30000"] = pngFile(pngChunk("IHDR", ihdr(30000, 30000, 8, 6)), pngChunk("IDAT", deflated(1<<26)), pngChunk("teXt", make([]byte, 60000)))
	out["png within limits, 5 GB inflated"] = pngFile(pngChunk("IHDR", ihdr(7000, 7000, 8, 6)), pngChunk("IDAT", deflated(9<<29)))
	out["png of zip-like data"] = pngFile(pngChunk("IHDR", ihdr(7000, 7000, 8, 2)), pngChunk("IDAT", append([]byte("PK\x03\x04"), noise(full)...)))
	out["png of small chunks"] = pngFile(pngChunk("IHDR", ihdr(7000, 7000, 8, 2)), bytes.Repeat(pngChunk("IDAT", nil), full/12))
	out["tiff 30000x30000"] = tiffFile(30000, 30000, 5, nil)
	out["tiff, one strip of 5 GB"] = tiffFile(7000, 7000, 8, deflated(9<<29))
	out["tiff, huge strip within limits"] = tiffFile(3400, 3400, 8, deflated(9<<29))
	loop := tiffFile(40, 40, 1, make([]byte, 60000))
	binary.LittleEndian.PutUint32(loop[len(loop)-4:], binary.LittleEndian.Uint32(loop[4:]))
	out["tiff whose pages go round"] = loop
	gif := func(w, h uint16) []byte {
		b := []byte("GIF89a")
		b = binary.LittleEndian.AppendUint16(b, w)
		b = binary.LittleEndian.AppendUint16(b, h)
		return append(b, 0x80, 0, 0, 0, 0, 0, 255, 255, 255)
	}
	frame := []byte{gifPicture, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0}
	out["gif 30000x30000"] = append(append(gif(30000, 30000), frame...), gifTrailer)
	out["gif of very many pictures"] = append(append(gif(7000, 7000), bytes.Repeat(frame, full/len(frame))...), gifTrailer)
	webp := func(chunks ...[]byte) []byte {
		body := append([]byte("WEBP"), bytes.Join(chunks, nil)...)
		return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(body))), body...)
	}
	chunk := func(kind string, data []byte) []byte {
		b := binary.LittleEndian.AppendUint32([]byte(kind), uint32(len(data)))
		return append(append(b, data...), make([]byte, len(data)%2)...)
	}
	lossless := func(w, h uint32) []byte {
		return append(binary.LittleEndian.AppendUint32([]byte{0x2f}, w-1|(h-1)<<14), make([]byte, 60000)...)
	}
	out["webp 16383x16383"] = webp(chunk("VP8L", lossless(16383, 16383)))
	out["webp that says 16777216x127"] = webp(chunk("VP8X", []byte{0x10, 0, 0, 0, 255, 255, 255, 126, 0, 0}), chunk("ALPH", make([]byte, 70000)), chunk("VP8L", lossless(100, 100)))
	anim := chunk("ANMF", append(make([]byte, 16), chunk("VP8L", lossless(9, 9)[:40])...))
	out["webp of very many pictures"] = webp(chunk("VP8X", []byte{2, 0, 0, 0, 8, 0, 0, 8, 0, 0}), bytes.Repeat(anim, full/len(anim)))
	bm := func(w, h, compression uint32, bits uint16, data []byte) []byte {
		b := append([]byte("BM"), make([]byte, 8)...)
		b = binary.LittleEndian.AppendUint32(b, 54+1024)
		for _, v := range []uint32{40, w, h, 1 | uint32(bits)<<16, compression, 0, 0, 0, 256, 0} {
			b = binary.LittleEndian.AppendUint32(b, v)
		}
		return append(append(b, make([]byte, 1024)...), data...)
	}
	out["bmp 30000x30000"] = bm(30000, 30000, 0, 8, make([]byte, 60000))
	out["bmp 30000x30000, run lengths"] = bm(30000, 30000, 1, 8, make([]byte, 60000))
	out["bmp of run lengths"] = bm(7000, 7000, 1, 8, bytes.Repeat([]byte{1, 1, 0, 2, 0, 0}, full/6))
	jpg := asJPEG(t, image.NewYCbCr(image.Rect(0, 0, 64, 64), image.YCbCrSubsampleRatio420), 50)
	large := func(jpg []byte, side uint16) []byte {
		at := bytes.Index(jpg, []byte{0xff, 0xc0})
		b := append([]byte{}, jpg...)
		binary.BigEndian.PutUint16(b[at+5:], side)
		binary.BigEndian.PutUint16(b[at+7:], side)
		return b
	}
	out["jpeg 30000x30000"] = append(large(jpg, 30000), make([]byte, 60000)...)
	out["jpeg of noise"] = append(append(large(jpg, 7000)[:len(jpg)-2], bytes.ReplaceAll(noise(full), []byte{0xff}, []byte{1})...), 0xff, 0xd9)
	sos := bytes.Index(jpg, []byte{0xff, 0xda})
	scans := large(append(append([]byte{}, jpg[:sos]...), bytes.Repeat([]byte{0xff, 0xda, 0, 8, 1, 1, 0, 1, 1, 0, 0x7f, 0xff, 0}, full/13)...), 7000)
	scans[bytes.Index(scans, []byte{0xff, 0xc0})+1] = jpegProgressive
	out["jpeg of very many scans"] = append(scans, 0xff, 0xd9)
	return out
}

func noise(n int) []byte {
	r := rand.New(rand.NewPCG(3, 4))
	b := make([]byte, n)
	for i := 0; i+8 <= n; i += 8 {
		binary.LittleEndian.PutUint64(b[i:], r.Uint64())
	}
	return b
}

// tiffFile is a picture of one strip, RGB of 8 bits; the offset of the next directory stands last.
func tiffFile(w, h, compression uint32, strip []byte) []byte {
	if strip == nil {
		strip = make([]byte, 60000)
	}
	b := binary.LittleEndian.AppendUint32([]byte("II*\x00"), uint32(8+len(strip)+8))
	b = append(b, strip...)
	b = append(b, 8, 0, 8, 0, 8, 0, 0, 0)
	entries := [][4]uint32{
		{tiffWidth, 4, 1, w}, {tiffHeight, 4, 1, h}, {tiffBits, 3, 3, uint32(8 + len(strip))},
		{tiffCompression, 3, 1, compression}, {262, 3, 1, 2}, {tiffOffsets, 4, 1, 8}, {tiffSamples, 3, 1, 3},
		{tiffRows, 4, 1, h}, {tiffCounts, 4, 1, uint32(len(strip))},
	}
	b = binary.LittleEndian.AppendUint16(b, uint16(len(entries)))
	for _, e := range entries {
		b = binary.LittleEndian.AppendUint16(b, uint16(e[0]))
		b = binary.LittleEndian.AppendUint16(b, uint16(e[1]))
		b = binary.LittleEndian.AppendUint32(b, e[2])
		b = binary.LittleEndian.AppendUint32(b, e[3])
	}
	return append(b, 0, 0, 0, 0)
}

// allocated is what the process has asked of the heap since it began, garbage too.
func allocated() uint64 {
	s := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}

// What says that it is beyond the limits is refused before anything is asked of the memory for it; what stays within
// them costs no more than they allow. Time is held against a bound that only a runaway passes.
func TestBombs(t *testing.T) {
	const whole = 550 << 20 // see bytes.go
	slow := 60 * time.Second
	all := bombs(t)
	for name, raw := range all {
		t.Run(name, func(t *testing.T) {
			if len(raw) > MaxConvertBytes {
				t.Fatalf("%d bytes", len(raw))
			}
			runtime.GC()
			before, start := allocated(), time.Now()
			p, found := Open(raw, "")
			_, err := Convert(raw, "")
			cost, took := allocated()-before, time.Since(start)
			limit := uint64(2 * whole) // Open and Convert
			refused := false
			for _, f := range found {
				refused = refused || f.Facts["found"] == foundPixels
			}
			if refused {
				limit = 24 << 20 // header and file alone
				if p != nil || err == nil {
					t.Error("a picture beyond the limits was decoded")
				}
			}
			if cost > limit || took > slow {
				t.Errorf("%d MB in %v (limit %d MB, %v): %v", cost>>20, took, limit>>20, slow, found)
			}
			t.Logf("%d MB in %v, refused by its header: %v", cost>>20, took.Round(time.Millisecond), refused)
		})
	}
	for _, name := range []string{"png", "tiff", "gif", "bmp", "jpeg"} {
		_, found := Open(all[name+" 30000x30000"], "")
		if fmt.Sprint(codes(found, "upload.too-small")) != "[upload.format]" || found[len(found)-1].Facts["found"] != foundPixels {
			t.Errorf("%s of 900 megapixels: %v", name, found)
		}
	}
}

// FuzzUpload runs the whole path of an upload: whatever the bytes, no panic, and a picture that was cleaned or
// converted opens again, upright and alone.
func FuzzUpload(f *testing.F) {
	for _, name := range []string{
		"alpha.webp", "alpha32.bmp", "animated.gif", "animated.png", "animated.webp", "bits16.bmp", "cmyk.jpg",
		"jpegin.tif", "lossless.webp", "lossy.webp", "pages.tif", "pal.bmp", "pal8.bmp", "progressive.jpg", "rle8.bmp",
		"turned.jpg", "turned.png", "turned.tif", "turned.webp", "zip.tif", "phone.heic",
	} {
		f.Add(upload(f, name), name)
	}
	f.Fuzz(func(t *testing.T, raw []byte, name string) {
		for _, form := range formats {
			if form.is(raw) {
				// Large pictures within the limits are the bombs' business: they would only slow this down.
				if h, err := form.look(raw); err == nil && h.width*h.height > 1<<20 {
					return
				}
			}
		}
		p, _ := Open(raw, name)
		if p != nil {
			out, format, err := Clean(raw, p)
			if err != nil {
				t.Fatalf("opened, not cleaned: %v", err)
			}
			again, found := Open(out, "")
			if again == nil || again.Width != p.Width || again.Height != p.Height || again.Frames != 1 || again.Format != format {
				t.Fatalf("cleaned into something else: %v", found)
			}
		}
		// Padding takes small files past the limit of size, so that Convert looks at them.
		padded := append(bytes.Clone(raw), make([]byte, MinUploadBytes)...)
		if out, err := Convert(padded, name); err == nil {
			if again, found := Open(out, "a.jpg"); again == nil || len(found) != 0 {
				t.Fatalf("converted into %v", found)
			}
		}
	})
}
