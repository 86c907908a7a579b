package epp

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
)

func TestFrames(t *testing.T) {
	big := bytes.Repeat([]byte("x"), 300_000)
	var stream []byte
	for _, p := range [][]byte{[]byte("a"), big, []byte("end")} {
		stream = AppendFrame(stream, p)
	}
	for name, r := range map[string]io.Reader{"whole": bytes.NewReader(stream), "byte by byte": iotest.OneByteReader(bytes.NewReader(stream)), "data with EOF": iotest.DataErrReader(bytes.NewReader(stream))} {
		for _, want := range [][]byte{[]byte("a"), big, []byte("end")} {
			got, err := ReadFrame(r, 0)
			if err != nil || !bytes.Equal(got, want) {
				t.Fatalf("%s: %d bytes, %v", name, len(got), err)
			}
		}
		if _, err := ReadFrame(r, 0); err != io.EOF {
			t.Errorf("%s: after the last frame: %v", name, err)
		}
	}
	var w bytes.Buffer
	if err := WriteFrame(&w, []byte("a")); err != nil || w.String() != "\x00\x00\x00\x05a" {
		t.Errorf("WriteFrame wrote %q, %v", w.String(), err)
	}
}

func TestFrameErrors(t *testing.T) {
	for _, c := range []struct {
		in   string
		max  int
		want error
	}{
		{"", 0, io.EOF},
		{"\x00\x00", 0, io.ErrUnexpectedEOF},
		{"\x00\x00\x00\x00", 0, ErrFrameLength},
		{"\x00\x00\x00\x04", 0, ErrFrameLength},
		{"\x00\x00\x00\x05", 0, io.ErrUnexpectedEOF},
		{"\x00\x00\x00\x0aabc", 0, io.ErrUnexpectedEOF},
	} {
		if _, err := ReadFrame(strings.NewReader(c.in), c.max); err != c.want {
			t.Errorf("%q: %v, want %v", c.in, err, c.want)
		}
	}
	var big *FrameTooLargeError
	for _, in := range []string{"\xff\xff\xff\xff", "\x00\x10\x00\x01"} {
		if _, err := ReadFrame(strings.NewReader(in), 0); !errors.As(err, &big) {
			t.Errorf("%q: %v", in, err)
		}
	}
	if _, err := ReadFrame(strings.NewReader("\x00\x00\x00\x0babcdefg"), 10); !errors.As(err, &big) || big.Length != 11 || big.Max != 10 {
		t.Errorf("own bound: %v", err)
	}
	if p, err := ReadFrame(strings.NewReader("\x00\x00\x00\x0aabcdef"), 10); err != nil || string(p) != "abcdef" {
		t.Errorf("at the bound: %q, %v", p, err)
	}
}

// A length that lies must not take memory for what never comes.
func TestFrameMemory(t *testing.T) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := ReadFrame(strings.NewReader("\x3f\xff\xff\xff<"), 1<<30); err != io.ErrUnexpectedEOF {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20 {
		t.Errorf("%d bytes taken for a frame of which one byte came", n)
	}
}
