package epp

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// DefaultMaxFrame is the bound on a frame's total length, header included,
// where none is set: 1 MiB. RFC 5734 section 4 leaves it to local policy.
const DefaultMaxFrame = 1 << 20

const frameHeader = 4

// ErrFrameLength reports a length field that cannot be: less than five, the
// header and one byte.
var ErrFrameLength = errors.New("epp: frame length field is less than 5")

// FrameTooLargeError reports a frame whose announced length is above the
// bound. Nothing after the header has been read.
type FrameTooLargeError struct{ Length, Max uint32 }

func (e *FrameTooLargeError) Error() string {
	return fmt.Sprintf("epp: frame of %d bytes is above the bound of %d", e.Length, e.Max)
}

// ReadFrame reads one data unit of RFC 5734 section 4 and returns its payload
// without the header. max bounds the total length; 0 or less means
// DefaultMaxFrame. The error is io.EOF only when the stream ended cleanly
// before the first header byte, io.ErrUnexpectedEOF when it ended within the
// frame. Memory is taken as data arrives, so that a length that lies costs
// nothing.
func ReadFrame(r io.Reader, max int) ([]byte, error) { return readFrame(r, max, nil) }

// readFrame is ReadFrame into a buffer that may be too small or nil.
func readFrame(r io.Reader, max int, buf []byte) ([]byte, error) {
	if max <= 0 {
		max = DefaultMaxFrame
	}
	if cap(buf) < frameHeader {
		buf = make([]byte, frameHeader, 512)
	}
	if _, err := io.ReadFull(r, buf[:frameHeader]); err != nil {
		return nil, err
	}
	n := binary.BigEndian.Uint32(buf[:frameHeader])
	if n <= frameHeader {
		return nil, ErrFrameLength
	}
	if uint64(n) > uint64(max) {
		return nil, &FrameTooLargeError{Length: n, Max: uint32(max)}
	}
	rest := int(n) - frameHeader
	const step = 64 << 10
	buf = buf[:0]
	if cap(buf) < min(rest, step) {
		buf = make([]byte, 0, min(rest, step))
	}
	for len(buf) < rest {
		want := min(rest-len(buf), step)
		if cap(buf)-len(buf) < want {
			grown := make([]byte, len(buf), min(rest, 2*cap(buf)+want))
			copy(grown, buf)
			buf = grown
		}
		part := buf[len(buf) : len(buf)+want]
		if _, err := io.ReadFull(r, part); err != nil {
			if err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return nil, err
		}
		buf = buf[:len(buf)+want]
	}
	return buf, nil
}

// AppendFrame appends a frame, header and payload, to dst.
func AppendFrame(dst, payload []byte) []byte {
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(payload)+frameHeader))
	return append(dst, payload...)
}

// WriteFrame writes a frame in a single Write.
func WriteFrame(w io.Writer, payload []byte) error {
	_, err := w.Write(AppendFrame(make([]byte, 0, len(payload)+frameHeader), payload))
	return err
}
