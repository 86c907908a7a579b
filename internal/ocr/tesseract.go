package ocr

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"image"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/realname"
)

// command prepares the program: one thread, an empty environment but for what it needs, killed with the context.
func (r *Reader) command(ctx context.Context, path string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env = []string{"OMP_THREAD_LIMIT=1", "LC_ALL=C", "PATH=" + os.Getenv("PATH")}
	if dir := os.Getenv("TESSDATA_PREFIX"); dir != "" {
		cmd.Env = append(cmd.Env, "TESSDATA_PREFIX="+dir)
	}
	cmd.WaitDelay = time.Second
	return cmd
}

// mode is how a pass reads.
type mode struct {
	langs string
	psm   int    // the program's page segmentation mode
	only  string // characters that can occur; empty: all
}

// most of a result's bytes; a page full of the smallest print stays below.
const maxOutput = 16 << 20

// recognise runs one pass over a grey picture.
func (r *Reader) recognise(ctx context.Context, p *image.Gray, m mode) ([]realname.Line, error) {
	args := []string{"stdin", "stdout", "-l", m.langs, "--psm", strconv.Itoa(m.psm), "--dpi", "300", "-c", "hocr_char_boxes=1"}
	if m.only != "" {
		args = append(args, "-c", "tessedit_char_whitelist="+m.only)
	}
	args = append(args, "-c", "tessedit_create_hocr=1")
	cmd := r.command(ctx, r.path, args...)
	var in, out bytes.Buffer
	fmt.Fprintf(&in, "P5\n%d %d\n255\n", p.Rect.Dx(), p.Rect.Dy())
	for y := range p.Rect.Dy() {
		in.Write(p.Pix[y*p.Stride : y*p.Stride+p.Rect.Dx()])
	}
	cmd.Stdin, cmd.Stdout = &in, &limited{w: &out, left: maxOutput}
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			return nil, fmt.Errorf("ocr: the program ended with %d", exit.ExitCode())
		}
		return nil, errors.New("ocr: the program could not be run")
	}
	return parseHOCR(&out)
}

type limited struct {
	w    io.Writer
	left int
}

func (l *limited) Write(p []byte) (int, error) {
	if len(p) > l.left {
		return 0, errors.New("ocr: more output than a page has")
	}
	l.left -= len(p)
	return l.w.Write(p)
}

// parseHOCR reads lines, words and characters of tesseract's hOCR.
func parseHOCR(in io.Reader) ([]realname.Line, error) {
	d := xml.NewDecoder(in)
	d.Strict, d.Entity, d.AutoClose = false, xml.HTMLEntity, xml.HTMLAutoClose
	var lines []realname.Line
	var word *realname.Word
	var char *realname.Char
	var stack []string
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			return lines, nil
		}
		if err != nil {
			return nil, fmt.Errorf("ocr: unreadable result: %w", err)
		}
		switch t := tok.(type) {
		case xml.StartElement:
			class, title := attr(t, "class"), attr(t, "title")
			stack = append(stack, class)
			switch class {
			case "ocr_line", "ocr_header", "ocr_caption", "ocr_textfloat":
				lines = append(lines, realname.Line{})
			case "ocrx_word":
				if len(lines) > 0 {
					word = &realname.Word{Region: box(title, "bbox"), Confidence: figure(title, "x_wconf") / 100}
				}
			case "ocrx_cinfo":
				if word != nil {
					char = &realname.Char{Region: box(title, "x_bboxes"), Confidence: figure(title, "x_conf") / 100}
				}
			}
		case xml.EndElement:
			if len(stack) == 0 {
				continue
			}
			class := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			switch {
			case class == "ocrx_cinfo" && char != nil:
				if char.Text = strings.TrimSpace(char.Text); char.Text != "" {
					word.Chars = append(word.Chars, *char)
					word.Text += char.Text
				}
				char = nil
			case class == "ocrx_word" && word != nil:
				if word.Text = strings.TrimSpace(word.Text); word.Text != "" {
					last := &lines[len(lines)-1]
					last.Words = append(last.Words, *word)
				}
				word = nil
			}
		case xml.CharData:
			switch {
			case char != nil:
				char.Text += string(t)
			case word != nil && len(word.Chars) == 0:
				word.Text += strings.TrimSpace(string(t))
			}
		}
	}
}

func attr(t xml.StartElement, name string) string {
	for _, a := range t.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// property finds the values of one of a title's properties.
func property(title, name string) []string {
	for p := range strings.SplitSeq(title, ";") {
		if f := strings.Fields(p); len(f) > 1 && f[0] == name {
			return f[1:]
		}
	}
	return nil
}

func figure(title, name string) float64 {
	if v := property(title, name); len(v) > 0 {
		f, _ := strconv.ParseFloat(v[0], 64)
		return f
	}
	return 0
}

func box(title, name string) realname.Region {
	v := property(title, name)
	if len(v) != 4 {
		return realname.Region{}
	}
	var n [4]int
	for i := range n {
		n[i], _ = strconv.Atoi(v[i])
	}
	return realname.Region{X: n[0], Y: n[1], W: n[2] - n[0], H: n[3] - n[1]}
}
