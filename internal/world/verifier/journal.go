package verifier

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"github.com/openregistrar/openregistrar/internal/world/pki"
)

// compactAbove is the size of a journal, in bytes, above which it is written
// anew at the next start.
const compactAbove = 1 << 20

// journal is the file in which every change is on disk before anybody is told
// of it. A line is the CRC-32 of the JSON, a blank, the JSON.
type journal struct {
	f   *os.File
	err error // sticky: after a failed write nothing is answered any more
}

func line(r *record) ([]byte, error) {
	raw, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	return fmt.Appendf(nil, "%08x %s\n", crc32.ChecksumIEEE(raw), raw), nil
}

func parseLine(b []byte, r *record) error {
	n := len(b)
	if n < 11 || b[n-1] != '\n' || b[8] != ' ' {
		return errors.New("torn line")
	}
	sum, err := strconv.ParseUint(string(b[:8]), 16, 32)
	if err != nil || uint32(sum) != crc32.ChecksumIEEE(b[9:n-1]) {
		return errors.New("checksum does not match")
	}
	return json.Unmarshal(b[9:n-1], r)
}

// openJournal reads the journal into s. A torn last line was never answered: it
// is cut off.
func openJournal(dir string, s *state) (*journal, error) {
	path := filepath.Join(dir, "journal")
	size, err := replay(path, s)
	if err != nil {
		return nil, err
	}
	if size > compactAbove {
		raw, err := line(s.whole())
		if err != nil {
			return nil, err
		}
		if err := pki.WriteFile(path, raw); err != nil {
			return nil, err
		}
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	return &journal{f: f}, nil
}

func replay(path string, s *state) (size int64, err error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	defer f.Close()
	rd := bufio.NewReaderSize(f, 1<<20)
	for {
		b, rerr := rd.ReadBytes('\n')
		if rerr != nil && rerr != io.EOF {
			return 0, rerr
		}
		if len(b) == 0 {
			return size, nil
		}
		var r record
		if perr := parseLine(bytes.Clone(b), &r); perr != nil {
			if _, e := rd.ReadByte(); e == nil {
				return 0, fmt.Errorf("verifier: journal at byte %d: %w", size, perr)
			}
			return size, errors.Join(f.Truncate(size), f.Sync())
		}
		s.apply(&r)
		size += int64(len(b))
	}
}

func (j *journal) append(r *record) error {
	if j.err != nil {
		return j.err
	}
	b, err := line(r)
	if err != nil {
		return err
	}
	if _, err = j.f.Write(b); err == nil {
		err = j.f.Sync()
	}
	if err != nil {
		j.err = fmt.Errorf("verifier: journal: %w", err)
	}
	return j.err
}

func (j *journal) close() error {
	if j.err == nil {
		j.err = os.ErrClosed
	}
	return j.f.Close()
}
