package ocr

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/internal/realname"
)

func reader(t *testing.T) *Reader {
	t.Helper()
	r := New(Config{Timeout: 5 * time.Minute})
	if !r.Available() {
		t.Skip("not performed: tesseract with chi_sim and eng is not installed")
	}
	return r
}

func picture(t *testing.T, name string) image.Image {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	img, err := jpeg.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func quarter(img image.Image) *image.RGBA {
	b := img.Bounds()
	out := image.NewRGBA(image.Rect(0, 0, b.Dy(), b.Dx()))
	for y := range b.Dy() {
		for x := range b.Dx() {
			out.Set(b.Dy()-1-y, x, img.At(b.Min.X+x, b.Min.Y+y))
		}
	}
	return out
}

// text is everything that was read, in every reading.
func text(t *realname.Text) string {
	var b strings.Builder
	lines := slices.Concat(t.Lines, t.Also)
	for _, n := range t.Numbers {
		lines = append(lines, n.Line)
	}
	for _, l := range lines {
		for _, w := range l.Words {
			b.WriteString(w.Text)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// TestRead: a tilted card's text, its number and where they stand, whichever way the picture was taken.
func TestRead(t *testing.T) {
	r := reader(t)
	img := image.Image(picture(t, "card.jpg"))
	for _, turned := range []int{0, 90, 180, 270} {
		got, err := r.Read(context.Background(), img)
		if err != nil {
			t.Fatal(err)
		}
		if want := (360 - turned) % 360; got.Orientation != want {
			t.Errorf("turned by %d: to be turned by %d, want %d", turned, got.Orientation, want)
		}
		all := text(got)
		for _, want := range []string{"公民身份号码", "330197199001011281", "苏禾"} {
			if !strings.Contains(all, want) {
				t.Errorf("turned by %d: %q is missing in\n%s", turned, want, all)
			}
		}
		if got.Tilt > -1 || got.Tilt < -5 {
			t.Errorf("turned by %d: tilt %.2f, want about -3", turned, got.Tilt)
		}
		alone := false
		for _, n := range got.Numbers {
			if n.Kind == "digits" && len(n.Line.Words) > 0 && strings.HasSuffix(n.Line.Words[0].Text, "330197199001011281") && len(n.Line.Words[0].Chars) >= 18 {
				alone = true
			}
		}
		if !alone {
			t.Errorf("turned by %d: the number was not read alone: %v", turned, got.Numbers)
		}
		for _, l := range got.Lines {
			for _, w := range l.Words {
				if g := w.Region; g.X < -20 || g.Y < -20 || g.X+g.W > img.Bounds().Dx()+20 || g.Y+g.H > img.Bounds().Dy()+20 {
					t.Errorf("turned by %d: %q lies outside of the picture: %v", turned, w.Text, g)
				}
			}
		}
		img = quarter(img)
	}
}

func TestAbsent(t *testing.T) {
	r := New(Config{Program: filepath.Join(t.TempDir(), "tesseract")})
	if r.Available() {
		t.Error("a program that isn't there is available")
	}
	if _, err := r.Read(context.Background(), image.NewGray(image.Rect(0, 0, 100, 100))); !errors.Is(err, ErrAbsent) {
		t.Errorf("error %v, want ErrAbsent", err)
	}
}

// program writes a script that stands for tesseract.
func program(t *testing.T, body string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tesseract")
	script := "#!/bin/sh\ncase \"$1\" in --list-langs) printf 'List:\\nchi_sim\\neng\\n'; exit;; --version) echo tesseract 9.9; exit;; esac\n" + body
	if err := os.WriteFile(path, []byte(script), 0o755); err != nil { //nolint:gosec // a program has to be executable
		t.Fatal(err)
	}
	return path
}

func TestLanguageMissing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tesseract")
	if err := os.WriteFile(path, []byte("#!/bin/sh\nprintf 'List:\\neng\\n'\n"), 0o755); err != nil { //nolint:gosec // a program has to be executable
		t.Fatal(err)
	}
	if New(Config{Program: path}).Available() {
		t.Error("available without chi_sim")
	}
}

// TestBounded: a program that doesn't end is ended, and a picture that comes meanwhile waits no longer than its context.
func TestBounded(t *testing.T) {
	r := New(Config{Program: program(t, "exec sleep 60\n"), Timeout: 300 * time.Millisecond})
	img := image.NewGray(image.Rect(0, 0, 200, 100))
	start := time.Now()
	_, err := r.Read(context.Background(), img)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want the deadline's", err)
	}
	if d := time.Since(start); d > 10*time.Second {
		t.Errorf("it took %v", d)
	}
	r.slots <- struct{}{} // another picture is being read
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := r.Read(ctx, img); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the context's", err)
	}
}

// TestFailure: what the program says is not passed on.
func TestFailure(t *testing.T) {
	r := New(Config{Program: program(t, "echo 330197199001011281 >&2; exit 3\n")})
	_, err := r.Read(context.Background(), image.NewGray(image.Rect(0, 0, 200, 100)))
	if err == nil || strings.Contains(err.Error(), "3301") || !strings.Contains(err.Error(), "3") {
		t.Errorf("error %v", err)
	}
}

// TestRemembered: the same picture is not read twice, another is, and only the last ones are kept.
func TestRemembered(t *testing.T) {
	count := filepath.Join(t.TempDir(), "count")
	r := New(Config{Remember: 2, Program: program(t, "echo x >> "+count+"\ncat >/dev/null\necho '<html></html>'\n")})
	read := func(v uint8) int {
		t.Helper()
		img := image.NewGray(image.Rect(0, 0, 60, 40))
		img.SetGray(5, 5, color.Gray{v})
		before, _ := os.ReadFile(count)
		if _, err := r.Read(context.Background(), img); err != nil {
			t.Fatal(err)
		}
		after, _ := os.ReadFile(count)
		return len(after) - len(before)
	}
	if read(1) == 0 || read(2) == 0 {
		t.Error("a new picture was not read")
	}
	if read(1) != 0 {
		t.Error("the same picture was read twice")
	}
	if read(3) == 0 || read(2) == 0 {
		t.Error("more is remembered than was asked")
	}
}

func TestParseHOCR(t *testing.T) {
	lines, err := parseHOCR(strings.NewReader(`<?xml version="1.0"?><!DOCTYPE html><html><body><div class='ocr_page' title='image "stdin"; bbox 0 0 9 9'>
<span class='ocr_line' title="bbox 1 2 30 40; baseline 0 -5"><span class='ocrx_word' title='bbox 1 2 21 40; x_wconf 96'>
 <span class='ocrx_cinfo' title='x_bboxes 1 2 11 40; x_conf 99.5'>&lt;</span><span class='ocrx_cinfo' title='x_bboxes 11 2 21 40; x_conf 50'>名</span></span></span>
<span class='ocr_header' title="bbox 5 6 7 8"><span class='ocrx_word' title='bbox 5 6 7 8; x_wconf 10'>8</span></span></div></body></html>`))
	if err != nil {
		t.Fatal(err)
	}
	if len(lines) != 2 || lines[0].Words[0].Text != "<名" || lines[1].Words[0].Text != "8" {
		t.Fatalf("read %+v", lines)
	}
	w := lines[0].Words[0]
	if w.Confidence != 0.96 || w.Chars[1].Confidence != 0.5 || w.Chars[1].Region != (realname.Region{X: 11, Y: 2, W: 10, H: 38}) {
		t.Errorf("word %+v", w)
	}
}

// TestView: what a view shows is found again in the source.
func TestView(t *testing.T) {
	src := image.NewRGBA(image.Rect(0, 0, 400, 300))
	for i := range src.Pix {
		src.Pix[i] = 255
	}
	for y := 100; y < 112; y++ {
		for x := 300; x < 320; x++ {
			src.Set(x, y, color.Black)
		}
	}
	s := newSource(src)
	for _, angle := range []float64{0, 90, 180, 270, -12, 20} {
		for _, most := range []float64{0.5, 1, 2} {
			v := s.whole(angle, 1_000_000, 4000, most)
			p := s.render(v, plain)
			var x, y, n int
			for j := range p.Rect.Dy() {
				for i := range p.Rect.Dx() {
					if p.Pix[j*p.Stride+i] < 100 {
						x, y, n = x+i, y+j, n+1
					}
				}
			}
			if n == 0 {
				t.Fatalf("%v at %v: the mark is gone", angle, most)
			}
			if fx, fy := v.forth(310, 106); fx < float64(x)/float64(n)-2 || fx > float64(x)/float64(n)+2 || fy < float64(y)/float64(n)-2 || fy > float64(y)/float64(n)+2 {
				t.Errorf("%v at %v: the mark goes to %.1f, %.1f", angle, most, fx, fy)
			}
			bx, by := v.back(float64(x)/float64(n)+0.5, float64(y)/float64(n)+0.5)
			if bx < 308 || bx > 312 || by < 104 || by > 108 {
				t.Errorf("%v at %v: the mark is found at %.1f, %.1f, want 310, 106", angle, most, bx, by)
			}
		}
	}
}

// TestFramed: a card's own edges say how it lies.
func TestFramed(t *testing.T) {
	for _, angle := range []float64{-12, 0, 9} {
		img := image.NewRGBA(image.Rect(0, 0, 1500, 1000))
		card := view{cx: 750, cy: 500, angle: -angle, scale: 1, w: 1000, h: 640}
		for y := range 1000 {
			for x := range 1500 {
				v := color.RGBA{120, 90, 60, 255}
				if cx, cy := card.forth(float64(x), float64(y)); cx > 0 && cy > 0 && cx < 1000 && cy < 640 {
					v = color.RGBA{225, 230, 236, 255}
					if cx > 80 && cx < 500 && int(cy)%80 > 50 && int(cx)%20 < 12 {
						v = color.RGBA{20, 20, 20, 255}
					}
				}
				img.Set(x, y, v)
			}
		}
		views := newSource(img).framed(5_000_000)
		if len(views) < 2 {
			t.Fatalf("%v: no frame was found", angle)
		}
		v := views[0]
		if d := v.angle + angle; d < -1.5 || d > 1.5 || v.cx < 730 || v.cx > 770 || float64(v.w)/v.scale < 1000 || float64(v.w)/v.scale > 1250 {
			t.Errorf("%v: view %+v", angle, v)
		}
		if views[1].angle != v.angle+180 {
			t.Errorf("%v: then %v", angle, views[1].angle)
		}
	}
}

// TestCut: a reading whose time runs out between its passes says so, and keeps what it has.
func TestCut(t *testing.T) {
	first := filepath.Join(t.TempDir(), "first")
	r := New(Config{Timeout: 1500 * time.Millisecond, Program: program(t, `cat >/dev/null
if [ -e `+first+` ]; then exec sleep 60; fi
touch `+first+`
echo "<html><span class='ocr_line' title='bbox 1 1 300 40'>"
i=0
for c in 公 民 身 份 号 码 居 民 姓 名 性 别 民 族; do
  i=$((i+20))
  echo "<span class='ocrx_word' title='bbox $i 1 $((i+18)) 20; x_wconf 96'><span class='ocrx_cinfo' title='x_bboxes $i 1 $((i+18)) 20; x_conf 99'>$c</span></span>"
done
echo '</span></html>'
`)})
	got, err := r.Read(context.Background(), image.NewGray(image.Rect(0, 0, 400, 100)))
	if err != nil || !got.Cut || !strings.Contains(text(got), "公民身份号码") {
		t.Errorf("read %+v, error %v", got, err)
	}
}
