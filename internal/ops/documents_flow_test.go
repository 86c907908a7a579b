package ops_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/jpeg"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/realname"
	"github.com/openregistrar/openregistrar/internal/world/papers"
)

// reader is a program that reads pictures.
type reader struct {
	absent bool
	text   *realname.Text
	err    error
	seen   []image.Rectangle
}

func (r *reader) Available() bool { return !r.absent }

func (r *reader) Read(_ context.Context, img image.Image) (*realname.Text, error) {
	r.seen = append(r.seen, img.Bounds())
	return r.text, r.err
}

func (h *house) upload() ops.DocumentView {
	h.Helper()
	_, card := papers.Sample()
	d, err := h.UploadDocument(h.Context(), h.scope, "card.jpg", card)
	h.ok(err)
	return d
}

func (h *house) refused(err error, code fault.Code) *fault.Error {
	h.Helper()
	f := fault.Of(err)
	if f == nil || f.Code != code {
		h.Fatalf("got %v, want %s", err, code)
	}
	return f
}

// about are the open cases of a subject.
func (h *house) about(subject string) string {
	h.Helper()
	cases, err := h.db.Cases(h.Context(), ops.CaseFilter{Account: h.scope.Account, Subject: subject, Open: true})
	h.ok(err)
	var out []string
	for _, c := range cases {
		out = append(out, c.Code)
	}
	return strings.Join(out, " ")
}

// logged are the kinds of events about a subject, newest first.
func (h *house) logged(subject string) []domain.Event {
	h.Helper()
	list, err := h.db.Log(h.Context(), h.scope.Account, subject, 0, 50)
	h.ok(err)
	return list
}

// small is a whole picture of a few kilobytes.
func small(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewRGBA(image.Rect(0, 0, 400, 300)), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestUploads(t *testing.T) {
	engines(t, func(h *house) {
		_, card := papers.Sample()
		for _, c := range []struct {
			name    string
			content []byte
			code    fault.Code
			fact    string
		}{
			{"card.jpg", small(t), "upload.too-small", "bytes"},
			{"card.jpg", append(bytes.Clone(card), make([]byte, 5<<20)...), "upload.too-large", "max"},
			{"card.png", card, "upload.format", "extension"},
			{"card.jpg", bytes.Repeat([]byte("no picture "), 6000), "upload.format", "found"},
		} {
			_, err := h.UploadDocument(h.Context(), h.scope, c.name, c.content)
			if f := h.refused(err, c.code); f.Facts[c.fact] == "" {
				h.Errorf("%s: %v", c.code, f)
			}
			if got := h.about("upload"); got != string(c.code) {
				h.Errorf("%s: the open cases are %q", c.code, got)
			}
		}
		d := h.upload()
		if got := h.about("upload"); got != "" {
			h.Errorf("after a good upload there is still %q", got)
		}
		if d.Format != "jpeg" || d.Width < 1000 || d.Reading != domain.ReadingAbsent || len(d.Measures) == 0 || d.FileName != "card.jpg" {
			h.Errorf("%+v", d)
		}
		for _, f := range d.Findings {
			if f.Severity != realname.Inform {
				h.Errorf("a good card is found fault with: %+v", f)
			}
		}
		if _, err := h.UploadDocument(h.Context(), h.scope, `C:\secret\..\a<b>.jpg`, card); err != nil {
			h.Fatal(err)
		}
		list, err := h.Documents(h.Context(), h.scope)
		if err != nil || len(list) != 2 || list[1].FileName != "ab.jpg" {
			h.Errorf("%+v %v", list, err)
		}

		// Whose it is, and who looked.
		other, _ := h.owner("other@example.com")
		_, err = h.Document(h.Context(), other, d.ID)
		h.refused(err, "document.not-found")
		_, err = h.DocumentPicture(h.Context(), other, d.ID, "curiosity")
		h.refused(err, "document.not-found")
		before, err := h.db.AccountByID(h.Context(), h.scope.Account)
		h.ok(err)
		p, err := h.DocumentPicture(h.Context(), h.scope, d.ID, "page")
		if err != nil || p.Format != "jpeg" || !bytes.Equal(p.Content, card) {
			h.Errorf("%s %d %v", p.Format, len(p.Content), err)
		}
		desk := domain.Scope{Account: other.Account, Operator: true, Actor: "desk@example.com", IP: "192.0.2.9", Via: "console"}
		if _, err = h.DocumentPicture(h.Context(), desk, d.ID, "review"); err != nil {
			h.Fatal(err)
		}
		looks := h.logged(d.ID.Public())
		if len(looks) != 3 || looks[0].Kind != "document.viewed" || looks[0].Actor != "desk@example.com" || looks[0].IP != "192.0.2.9" || looks[0].Facts["purpose"] != "review" ||
			looks[0].Facts["operator"] != "yes" || looks[1].Facts["purpose"] != "page" || looks[1].Facts["operator"] != "" || looks[2].Kind != "document.uploaded" {
			h.Errorf("%+v", looks)
		}
		after, err := h.db.AccountByID(h.Context(), h.scope.Account)
		if err != nil || after.ViewVersion != before.ViewVersion {
			h.Errorf("looking at a picture makes pages stale: %v", err)
		}

		// Addresses of pictures: for whom they were made, as long as they hold.
		query := h.DocumentLink(h.scope, d.ID)
		_, rest, _ := strings.Cut(query, "expires=")
		expires, signature, _ := strings.Cut(rest, "&sig=")
		if _, err := h.LinkedPicture(h.Context(), h.scope, d.ID, expires, signature, "page"); err != nil {
			h.Error(err)
		}
		for what, try := range map[string]func() error{
			"another's account": func() error {
				_, err := h.LinkedPicture(h.Context(), other, d.ID, expires, signature, "page")
				return err
			},
			"the desk with an owner's address": func() error {
				_, err := h.LinkedPicture(h.Context(), desk, d.ID, expires, signature, "page")
				return err
			},
			"another picture": func() error {
				_, err := h.LinkedPicture(h.Context(), h.scope, list[1].ID, expires, signature, "page")
				return err
			},
			"a later end": func() error {
				_, err := h.LinkedPicture(h.Context(), h.scope, d.ID, expires+"0", signature, "page")
				return err
			},
		} {
			if err := try(); !fault.Is(err, "document.not-found") {
				h.Errorf("%s: %v", what, err)
			}
		}
		h.moved.Add(int64(5 * time.Minute))
		_, err = h.LinkedPicture(h.Context(), h.scope, d.ID, expires, signature, "page")
		h.refused(err, "document.link-expired")
		// The bound of a day.
		h.Policy().House.DocumentsPerDay = 3
		_, err = h.UploadDocument(h.Context(), h.scope, "", card)
		h.ok(err)
		_, err = h.UploadDocument(h.Context(), h.scope, "", card)
		h.refused(err, "document.too-many")
		h.moved.Add(int64(24 * time.Hour))
		_, err = h.UploadDocument(h.Context(), h.scope, "", card)
		h.ok(err)
	})
}

func TestConverting(t *testing.T) {
	h := open(t, sqlite(t))
	_, card := papers.Sample()
	made, name, err := h.ConvertDocument(h.Context(), h.scope, "card.png", card)
	if err != nil || name != "card.jpg" {
		h.Fatal(name, err)
	}
	if _, found := realname.Open(made, name); len(found) > 0 {
		h.Errorf("%+v", found)
	}
	_, _, err = h.ConvertDocument(h.Context(), h.scope, "card.png", small(t))
	h.refused(err, "upload.too-small")
	if list, err := h.Documents(h.Context(), h.scope); err != nil || len(list) != 0 || h.about("upload") != "" {
		h.Errorf("converting keeps something: %v %v", list, err)
	}
}

// More pictures at once than there are turns and places to wait are refused at once, whatever they would cost.
func TestUploadsAtOnce(t *testing.T) {
	h := open(t, sqlite(t))
	_, card := papers.Sample()
	const at = 60
	errs := make([]error, at)
	var wg sync.WaitGroup
	for i := range at {
		wg.Go(func() { _, _, errs[i] = h.ConvertDocument(h.Context(), h.scope, "card.jpg", card) })
	}
	wg.Wait()
	taken := 0
	for _, err := range errs {
		if err == nil {
			taken++
			continue
		}
		h.refused(err, "document.busy")
	}
	if taken < 2 || taken == at {
		h.Errorf("%d of %d were taken", taken, at)
	}
}

// A picture is read once, in the background; what can't be read goes to people without being tried for ever.
func TestReadings(t *testing.T) {
	for _, c := range []struct {
		name   string
		reader *reader
		want   domain.ReadingState
		reason string
	}{
		{"read", &reader{text: &realname.Text{Engine: "test", Lines: []realname.Line{{Words: []realname.Word{{Text: "居民身份证", Confidence: 0.9}}}}}}, domain.ReadingDone, ""},
		{"unreadable", &reader{err: errors.New("it says 330197199001011281")}, domain.ReadingFailed, "not readable"},
		{"too slow", &reader{err: context.DeadlineExceeded}, domain.ReadingFailed, "took too long"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := open(t, sqlite(t))
			h.Reader = c.reader
			d := h.upload()
			if d.Reading != domain.ReadingWaiting {
				h.Fatalf("%+v", d)
			}
			if n, err := h.ReadDocuments(h.Context()); n != 1 || err != nil {
				h.Fatal(n, err)
			}
			if n, err := h.ReadDocuments(h.Context()); n != 0 || err != nil || len(c.reader.seen) != 1 || c.reader.seen[0].Dx() != d.Width {
				h.Fatal(n, err, c.reader.seen)
			}
			got, err := h.Document(h.Context(), h.scope, d.ID)
			if err != nil || got.Reading != c.want || got.Reason != c.reason {
				h.Errorf("%+v %v", got.Document, err)
			}
			_, sealed, err := h.db.DocumentContent(h.Context(), d.ID)
			if err != nil || (sealed != nil) != (c.want == domain.ReadingDone) || c.want == domain.ReadingDone && !strings.Contains(string(sealed), "居民身份证") {
				h.Errorf("%q %v", sealed, err)
			}
		})
	}
	t.Run("gone in between", func(t *testing.T) {
		h := open(t, sqlite(t))
		r := &reader{}
		h.Reader = r
		d := h.upload()
		later := h.upload()
		r.absent = true
		if n, err := h.ReadDocuments(h.Context()); n != 2 || err != nil {
			h.Fatal(n, err)
		}
		r.absent = false
		last := h.upload()
		h.Reader = nil // the operator has switched it off
		if n, err := h.ReadDocuments(h.Context()); n != 1 || err != nil {
			h.Fatal(n, err)
		}
		for _, id := range []domain.DocumentID{d.ID, later.ID, last.ID} {
			if got, err := h.Document(h.Context(), h.scope, id); err != nil || got.Reading != domain.ReadingAbsent || len(r.seen) != 0 {
				h.Errorf("%+v %v", got, err)
			}
		}
	})
}

// Retention: an unused picture goes after a week; one that a template shows as long as the template was not changed for
// half a year; never one in review. The event is the proof, and nothing is left.
func TestRetention(t *testing.T) {
	engines(t, func(h *house) {
		unused, used, reviewed := h.upload(), h.upload(), h.upload()
		house := h.Policy().House
		days := func(n int) { h.moved.Add(int64(time.Duration(n) * 24 * time.Hour)) }
		templates := map[domain.DocumentID]domain.Template{}
		for _, d := range []ops.DocumentView{used, reviewed} {
			tm, err := h.SaveTemplate(h.Context(), h.scope, ops.TemplateForm{Document: d.ID})
			h.ok(err)
			templates[d.ID] = tm
		}
		in := templates[reviewed.ID]
		h.ok(h.db.Commit(h.Context(), ops.Plan{Writes: []ops.Write{ops.SetTemplateStatus{ID: in.ID, From: in.Status, To: domain.TemplateInAudit, At: h.Now()}}}))
		kept := func(id domain.DocumentID) bool {
			h.Helper()
			_, err := h.Sweep(h.Context())
			h.ok(err)
			d, err := h.db.Document(h.Context(), id)
			h.ok(err)
			_, _, err = h.db.DocumentContent(h.Context(), id)
			if gone := fault.Is(err, "document.not-found"); gone == d.ShreddedAt.IsZero() {
				h.Fatalf("shredded at %v, and gone is %v", d.ShreddedAt, gone)
			}
			return d.ShreddedAt.IsZero()
		}
		days(house.UnusedDays - 1)
		if !kept(unused.ID) {
			h.Error("an unused picture went early")
		}
		days(1)
		if kept(unused.ID) {
			h.Error("an unused picture stays")
		}
		if proof := h.logged(unused.ID.Public())[0]; proof.Kind != "document.shredded" || proof.Facts["by"] != "unused" || proof.Facts["bytes"] == "" {
			h.Errorf("%+v", proof)
		}
		days(house.DocumentDays - house.UnusedDays - 1)
		if !kept(used.ID) {
			h.Error("a used picture went early")
		}
		days(2)
		if kept(used.ID) || !kept(reviewed.ID) {
			h.Error("a used picture stays, or one in review went")
		}
		if d, err := h.db.Document(h.Context(), used.ID); err != nil || d.ShredAtBy != "kept-long-enough" || d.FileName != "" {
			h.Errorf("%+v %v", d, err)
		}
		_, err := h.DocumentPicture(h.Context(), h.scope, used.ID, "page")
		h.refused(err, "document.not-found")
		if v, err := h.Document(h.Context(), h.scope, used.ID); err != nil || len(v.Measures) != 0 {
			h.Errorf("%+v %v", v, err)
		}
		// Decided, it has the same term again.
		h.ok(h.db.Commit(h.Context(), ops.Plan{Writes: []ops.Write{ops.SetTemplateStatus{ID: in.ID, From: domain.TemplateInAudit, To: domain.TemplateApproved, At: h.Now()}}}))
		days(2)
		if !kept(reviewed.ID) {
			h.Error("a picture went with its approval")
		}
		days(house.DocumentDays)
		if kept(reviewed.ID) {
			h.Error("an approved template's picture stays for ever")
		}
		if found, err := h.db.Reconcile(h.Context()); err != nil || len(found) > 0 {
			h.Errorf("%q %v", found, err)
		}
	})
}
