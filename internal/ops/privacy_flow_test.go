package ops_test

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/realname"
	"github.com/openregistrar/openregistrar/internal/vault"
	"github.com/openregistrar/openregistrar/internal/world/papers"
)

// keys is a vault of its own; rotated, the same with a newer key.
func keys(t *testing.T, dir string) *vault.Vault {
	t.Helper()
	v, err := vault.Open(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func (h *house) export(most int64) map[string][]byte {
	h.Helper()
	var b bytes.Buffer
	h.ok(h.ExportData(h.Context(), h.scope, &b, most))
	z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	h.ok(err)
	out := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		h.ok(err)
		out[f.Name], err = io.ReadAll(r)
		h.ok(err)
	}
	return out
}

func TestDataIsHandedOutAndErased(t *testing.T) {
	engines(t, func(h *house) {
		ctx, s := h.Context(), h.scope
		_, card := papers.Sample()
		form := h.person()
		h.Reader = &reader{text: &realname.Text{Lines: []realname.Line{{Words: []realname.Word{{Text: "苏禾"}}}}}}
		form.Document = h.upload().ID
		if n, err := h.ReadDocuments(ctx); n != 1 || err != nil {
			h.Fatal(n, err)
		}
		h.reachable(form)
		free, err := h.SaveTemplate(ctx, s, form)
		h.ok(err)
		// One that a running name rests on, with a picture of its own, and one in review.
		bound := form
		bound.Document = h.upload().ID
		held, err := h.SaveTemplate(ctx, s, bound)
		h.ok(err)
		reviewed := form
		reviewed.Document, reviewed.Contact.Email = h.upload().ID, "review@example.com"
		h.proved(domain.ReachEmail, reviewed.Contact.Email)
		waiting, err := h.SaveTemplate(ctx, s, reviewed)
		h.ok(err)
		h.ok(h.db.Commit(ctx, ops.Plan{Writes: []ops.Write{
			ops.SetTemplateStatus{ID: held.ID, From: held.Status, To: domain.TemplateApproved, At: h.Now()},
			ops.SetTemplateStatus{ID: waiting.ID, From: waiting.Status, To: domain.TemplateInAudit, At: h.Now()},
			ops.InsertTenure{Tenure: domain.Tenure{ID: 77, Account: s.Account, Name: "runs.com", RegistryAccount: "verisim", Template: held.ID, Version: 1}}}}))
		_, err = h.DocumentPicture(ctx, s, form.Document, "page")
		h.ok(err)
		if _, err := h.UploadDocument(ctx, s, "a.jpg", small(h.T)); err == nil { // leaves a case
			h.Fatal("a small picture is taken")
		}

		files := h.export(0)
		type exported struct {
			Account   struct{ Email string }
			Templates []struct{ ID, Number string }
			Documents []struct {
				ID, File string
				Text     json.RawMessage
				Looks    []struct{ Who, Purpose string }
			}
			Reaches []struct{ Code string }
			Names   []struct{ Name string }
			LeftOut []string `json:"left_out"`
		}
		var data, after exported
		h.ok(json.Unmarshal(files["data.json"], &data))
		if data.Account.Email != "buyer@example.com" || len(data.Templates) != 4 || len(data.Documents) != 3 || len(data.Reaches) != 3 || len(data.Names) != 1 || len(files) != 4 {
			h.Errorf("%d files, %s", len(files), files["data.json"])
		}
		for _, tm := range data.Templates {
			if tm.ID == free.ID.Public() && tm.Number != form.CertificateNumber {
				h.Errorf("the number is %q", tm.Number)
			}
		}
		first := data.Documents[0]
		if !bytes.Equal(files[first.File], card) || !strings.Contains(string(first.Text), "苏禾") || len(first.Looks) != 1 || first.Looks[0].Purpose != "page" {
			h.Errorf("%+v", first)
		}
		if few := h.export(int64(len(card)) + 10); len(few) != 2 || !bytes.Contains(few["data.json"], []byte("left_out")) {
			h.Errorf("%d files where one picture fits", len(few))
		}
		if e := h.logged(s.Account.Uin()); len(e) != 2 || e[0].Kind != "privacy.exported" {
			h.Errorf("%+v", e)
		}

		did, err := h.EraseData(ctx, s)
		h.ok(err)
		kept := map[string]ops.Kept{}
		for _, k := range did.Kept {
			kept[k.What] = k
		}
		if did.Templates != 2 || did.Documents != 2 || did.Reaches != 0 || len(did.Kept) != 5 || kept[held.ID.Public()].Reason != "template.in-use" || kept[held.ID.Public()].Names != 1 ||
			kept[waiting.ID.Public()].Reason != "template.not-editable" || kept["+86.138****0001"].Reason != "reach.in-use" {
			h.Errorf("%+v", did)
		}
		for id, gone := range map[domain.DocumentID]bool{form.Document: true, bound.Document: true, reviewed.Document: false} {
			d, err := h.db.Document(ctx, id)
			if err != nil || d.ShreddedAt.IsZero() == gone || gone && d.FileName != "" {
				h.Errorf("%+v %v", d, err)
			}
		}
		if h.about("") != "" {
			h.Errorf("open cases: %q", h.about(""))
		}
		// The name ends, the review too: then everything goes.
		h.ok(h.db.Commit(ctx, ops.Plan{Writes: []ops.Write{ops.SetTemplateStatus{ID: waiting.ID, From: domain.TemplateInAudit, To: domain.TemplateReject, Reason: "verify.timeout", At: h.Now()},
			ops.EndTenure{ID: 77, Version: 1, Reason: "registration.taken", At: h.Now()}}}))
		did, err = h.EraseData(ctx, s)
		h.ok(err)
		if did.Templates != 2 || did.Reaches != 3 || len(did.Kept) != 0 || h.templates() != 0 {
			h.Errorf("%+v", did)
		}
		var left []string
		h.ok(json.Unmarshal(h.export(0)["data.json"], &after))
		for _, d := range after.Documents {
			if d.File != "" {
				left = append(left, d.ID)
			}
		}
		if len(after.Documents) != 3 || len(left) > 0 || len(after.Templates)+len(after.Reaches) > 0 {
			h.Errorf("left: %q %+v", left, after)
		}
		if found, err := h.db.Reconcile(ctx); err != nil || len(found) > 0 {
			h.Errorf("%q %v", found, err)
		}
	})
}

// Nothing of a person lies about in clear: not the number, not the picture, not what was read from it, not a code; and
// after a rotation nothing needs the older key.
func TestNothingPersonalLiesAboutInClear(t *testing.T) {
	cfg := sqlite(t)
	h := open(t, cfg)
	dir := t.TempDir()
	h.ok(vault.Create(dir))
	v := keys(t, dir)
	h.Sealer = v
	ctx, s := h.Context(), h.scope
	const word = "只在图片里的字"
	h.Reader = &reader{text: page("姓名 苏禾", "性别 女 民族 汉", "出生 1990 年 1 月 1 日", "住址 "+word, "公民身份号码 330197199001011281")}
	form := h.person()
	form.Document = h.upload().ID
	if n, err := h.ReadDocuments(ctx); n != 1 || err != nil {
		h.Fatal(n, err)
	}
	h.Rand = func(n int) []byte { return bytes.Repeat([]byte{7}, n) } // the code is 777777
	for kind, reach := range map[domain.ReachType]string{domain.ReachEmail: form.Contact.Email, domain.ReachPhone: form.Contact.Telephone} {
		h.ok(h.SendPhoneEmailCode(ctx, s, kind, reach))
		code, err := v.Open(h.post().Sealed, domain.MessageSeal(reach))
		h.ok(err)
		_, err = h.CreatePhoneEmail(ctx, s, kind, reach, string(code))
		h.ok(err)
	}
	wrong := form
	wrong.CertificateNumber = "330197199001011287"
	if _, err := h.CreateTemplate(ctx, s, wrong); err == nil {
		h.Fatal("it was taken")
	}
	tm, err := h.CreateTemplate(ctx, s, form)
	h.ok(err)
	if _, err := h.Sweep(ctx); err != nil {
		h.Fatal(err)
	}
	_, card := papers.Sample()
	secrets := map[string][]byte{"the number": []byte(form.CertificateNumber), "a number that was refused": []byte(wrong.CertificateNumber), "the birth date in it": []byte("19900101128"),
		"the picture": card[2000:2040], "the picture's head": card[:24], "the picture in base64": []byte(base64.StdEncoding.EncodeToString(card[3000:3030])),
		"what was read": []byte(word), "a code": []byte("777777")}
	scan := func(when string) {
		h.Helper()
		for _, end := range []string{"", "-wal", "-shm"} {
			raw, err := os.ReadFile(cfg.DSN + end)
			if os.IsNotExist(err) {
				continue
			}
			h.ok(err)
			for what, secret := range secrets {
				if bytes.Contains(raw, secret) {
					h.Errorf("%s: %s is in %s", when, what, filepath.Base(cfg.DSN+end))
				}
			}
		}
	}
	scan("after a run")
	sealed, _, err := h.db.DocumentContent(ctx, form.Document)
	h.ok(err)

	// A newer key: everything of people is sealed with it, and the picture still opens.
	h.ok(vault.Rotate(dir))
	h.Sealer = keys(t, dir)
	if n, err := h.Reseal(ctx); n != 3 || err != nil { // picture, text, number
		h.Fatal(n, err)
	}
	line, err := os.ReadFile(vault.File(dir))
	h.ok(err)
	newest := strings.Fields(string(line))[1]
	if h.Sealer, err = vault.Open("", newest); err != nil { // without the older key
		h.Fatal(err)
	}
	p, err := h.DocumentPicture(ctx, s, form.Document, "page")
	if err != nil || !bytes.Equal(p.Content, card) {
		h.Errorf("%d bytes, %v", len(p.Content), err)
	}
	kept, err := h.Template(ctx, s, tm.ID)
	h.ok(err)
	if number, err := h.Sealer.Open(kept.SealedNumber, domain.NumberSeal(tm.ID)); err != nil || string(number) != form.CertificateNumber {
		h.Errorf("%q %v", number, err)
	}
	scan("after a rotation")

	// Shredded, not even the sealed picture is left in the file.
	_, err = h.WithdrawTemplate(ctx, s, tm.ID)
	h.ok(err)
	h.moved.Add(int64(time.Hour))
	if did, err := h.EraseData(ctx, s); err != nil || did.Documents != 1 {
		h.Fatal(did, err)
	}
	if _, err := h.db.DB().ExecContext(ctx, "pragma wal_checkpoint(truncate)"); err != nil {
		h.Fatal(err)
	}
	secrets["the sealed picture"] = sealed[5000:5032]
	scan("after an erasure")
}
