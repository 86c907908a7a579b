package verifier

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/world/pki"
)

// Limits of what is handed in.
const (
	MaxDocuments     = 6
	MaxDocumentBytes = 5 << 20 // of one document
	maxName          = 300     // bytes
	maxNumber        = 64
)

var fileTypes = []string{"jpg", "jpeg", "png", "tiff", "tif", "bmp", "gif", "webp", "pdf"}

// picture is a document as it comes, in base64.
type picture struct{ fileType, content string }

// open checks a document and gives its content.
func (p picture) open() (d Document, raw []byte, err error) {
	if raw, err = base64.StdEncoding.DecodeString(p.content); err != nil {
		return d, nil, bad("a document is in base64")
	}
	d = Document{Type: strings.ToLower(p.fileType), SHA: sha256Hex(raw), Bytes: len(raw)}
	switch {
	case !slices.Contains(fileTypes, d.Type):
		return d, nil, bad("documents are %s", strings.Join(fileTypes, ", "))
	case len(raw) == 0 || len(raw) > MaxDocumentBytes:
		return d, nil, bad("a document has at most %d MB", MaxDocumentBytes>>20)
	}
	return d, raw, nil
}

// check tells what is wrong with an input.
func (in *Input) check() error {
	if len(in.Name) > maxName || len(in.Number) > maxNumber {
		return bad("a name has at most %d bytes, a number %d", maxName, maxNumber)
	}
	return nil
}

// handOver takes an input in. Its pictures are files for as long as somebody
// has to look at them.
func (a *Authority) handOver(h handover, pictures []picture) (c *Case, lost bool, err error) {
	if err := h.input.check(); err != nil {
		return nil, false, err
	}
	if len(pictures) > MaxDocuments {
		return nil, false, bad("at most %d documents", MaxDocuments)
	}
	for _, p := range pictures {
		d, raw, err := p.open()
		if err != nil {
			return nil, false, err
		}
		h.input.Documents = append(h.input.Documents, d)
		a.expect(d.SHA, 1)
		defer a.expect(d.SHA, -1)
		if err := pki.WriteFile(a.document(d.SHA), raw); err != nil {
			return nil, false, err
		}
	}
	err = a.do(func(s *state, now time.Time) (rec record, err error) {
		c, lost, rec, err = s.take(h, now, a.sign)
		return rec, err
	})
	if err == nil && c.Callback.open() {
		a.beginCallbacks(a.now())
	}
	return c, lost, err
}

func (a *Authority) document(sha string) string { return filepath.Join(a.dir, "documents", sha) }

// expect counts the hand-overs under way that bring a document. With the last
// of them it goes, unless a pending verification has it.
func (a *Authority) expect(sha string, by int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.coming[sha] += by; a.coming[sha] > 0 {
		return
	}
	delete(a.coming, sha)
	if !a.st.wanted()[sha] {
		_ = os.Remove(a.document(sha)) // what stays behind is swept with the next opinion
	}
}

// wanted are the documents of pending verifications.
func (s *state) wanted() map[string]bool {
	out := map[string]bool{}
	for _, c := range s.pending {
		for _, d := range c.Input.Documents {
			out[d.SHA] = true
		}
	}
	return out
}

// sweepDocuments removes the pictures that nobody has to look at any more.
func (a *Authority) sweepDocuments() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	entries, err := os.ReadDir(filepath.Join(a.dir, "documents"))
	if err != nil {
		return err
	}
	wanted := a.st.wanted()
	for _, e := range entries {
		// Others write through files of names with a dot.
		if sha := e.Name(); !wanted[sha] && a.coming[sha] == 0 && !strings.HasPrefix(sha, ".") {
			if err := os.Remove(a.document(sha)); err != nil {
				return err
			}
		}
	}
	return nil
}

// pictures of a case, in base64; none once it has been decided.
func (a *Authority) pictures(c *Case) (out []picture, err error) {
	if c.State != StatePending {
		return nil, nil
	}
	for _, d := range c.Input.Documents {
		raw, err := os.ReadFile(a.document(d.SHA))
		if err != nil {
			return nil, err
		}
		out = append(out, picture{d.Type, base64.StdEncoding.EncodeToString(raw)})
	}
	return out, nil
}
