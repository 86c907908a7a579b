package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/openregistrar/openregistrar/internal/world/papers"
)

// codeSent reads the newest one-time code that went to an address or, as a text message, to a number.
func (e endpoints) codeSent(t *testing.T, to string) (code string) {
	t.Helper()
	if !strings.Contains(to, "@") {
		to = regexp.MustCompile(`[^0-9]`).ReplaceAllString(to, "") + "@sms.example"
	}
	mail := client{t: t, base: e.Mailbox}
	eventually(t, 20*time.Second, "a code comes to "+to, func() bool {
		var out struct {
			Messages []struct{ ID int64 } `json:"messages"`
		}
		mail.call("GET", "/api/mail?limit=1&to="+url.QueryEscape(to), nil, &out)
		if len(out.Messages) == 0 {
			return false
		}
		var m struct {
			Subject, Text string
		}
		mail.call("GET", fmt.Sprintf("/api/mail/%d", out.Messages[0].ID), nil, &m)
		code = sixDigits.FindString(m.Subject + " " + m.Text)
		return code != ""
	})
	return code
}

// picture draws a person's identity card into a file of the test.
func picture(t *testing.T, p papers.Person, name string, o papers.Options) string {
	t.Helper()
	raw, err := papers.Draw(papers.IDCard(p), o)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// formOf is what a person types into the template's form.
func formOf(p papers.Person, phone, email string) map[string]string {
	return map[string]string{
		"OrganizationNameCN": p.Name, "OrganizationName": p.Latin, "CertificateType": "SFZ", "CertificateCode": p.Number,
		"Country": "CN", "ProvinceCN": p.Place.ProvinceCN, "CityCN": p.Place.CityCN, "ZipCode": p.Place.Post, "StreetCN": p.Place.CountyCN + p.Street,
		"Street": p.StreetEN, "Telephone": phone, "Email": email,
	}
}

// fill types values into the template's form, as a person would: the page hears of it.
func fill(ctx context.Context, t *testing.T, values map[string]string) {
	t.Helper()
	raw, _ := json.Marshal(values)
	missing := eval[[]string](ctx, t, `(() => { const v = `+string(raw)+`, f = document.querySelector('#template-form'), missing = [];
		for (const k in v) { const el = f.elements[k]; if (!el) { missing.push(k); continue; } el.value = v[k]; el.dispatchEvent(new Event('input', { bubbles: true })); }
		return missing; })()`)
	if len(missing) > 0 {
		t.Fatalf("the template form lacks %v", missing)
	}
}

// walker is somebody at the console in a browser.
type walker struct {
	t   *testing.T
	ctx context.Context
	e   endpoints
}

func (w walker) run(what string, steps ...step) {
	w.t.Helper()
	short, cancel := context.WithTimeout(w.ctx, 30*time.Second)
	defer cancel()
	if err := chromedp.Do(short, steps...); err != nil {
		where, _ := chromedp.Run(w.ctx, chromedp.Location())
		body, _ := chromedp.Run(w.ctx, chromedp.Text(chromedp.CSS("main")))
		w.t.Fatalf("%s: %v, at %s\n%s", what, err, where, body)
	}
}

// there waits until a script finds something true on the page.
func (w walker) there(what, js string) {
	w.t.Helper()
	w.until(40*time.Second, what, func() bool {
		got, err := chromedp.Run(w.ctx, chromedp.Evaluate[bool]("!!("+js+")"))
		return err == nil && got
	})
}

// until polls, and shows the page where the condition never holds.
func (w walker) until(within time.Duration, what string, cond func() bool) {
	w.t.Helper()
	for deadline := time.Now().Add(within); !cond(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			where, _ := chromedp.Run(w.ctx, chromedp.Location())
			body, _ := chromedp.Run(w.ctx, chromedp.Text(chromedp.CSS("main")))
			w.t.Fatalf("after %s still not: %s, at %s\n%s", within, what, where, body)
		}
	}
}

// prove verifies the telephone number or the address that stands in the form.
func (w walker) prove(kind, to string) {
	w.t.Helper()
	w.run("send a code to "+to, hit("#code-"+kind), visible("#verify-"+kind))
	w.run("enter the code", keys("#verify-"+kind, w.e.codeSent(w.t, to)), hit(`[data-verify-for="`+kind+`"]`), visible(`[data-reach="`+kind+`"] .tag.ok`))
}

// upload chooses a file for a picture.
func (w walker) upload(role, path string) {
	w.t.Helper()
	w.run("upload "+filepath.Base(path), chromedp.SetUploadFiles(chromedp.CSS(`[data-upload="`+role+`"]`), []string{path}))
}

// hit clicks what may be redrawn, or lie under something that sticks to the window, while a pointer is on its way.
func hit(css string) step {
	raw, _ := json.Marshal(css)
	return chromedp.Evaluate[chromedp.Void](`document.querySelector(` + string(raw) + `).click()`)
}

// shown waits until an uploaded picture stands on the page.
func (w walker) shown(role, name string) {
	w.t.Helper()
	w.there(name+" is on the page", `document.querySelector('#shot-`+role+`') && document.querySelector('#part-shot-`+role+`').innerText.includes('`+name+`')`)
}

// ready waits until everything has been looked at, the text of the picture too, and nothing is refused.
func (w walker) ready() {
	w.t.Helper()
	w.until(60*time.Second, "the form and its picture are found good", func() bool {
		state, err := chromedp.Run(w.ctx, chromedp.Evaluate[string](`(() => { const c = document.querySelector('#part-checks-owner'); return [c.dataset.reading, c.dataset.refused, !!document.querySelector('#shot-owner')].join() })()`))
		if err == nil && strings.HasPrefix(state, "false,") && !strings.HasPrefix(state, "false,0") {
			body, _ := chromedp.Run(w.ctx, chromedp.Text(chromedp.CSS("#part-checks-owner")))
			w.t.Fatalf("something is refused:\n%s", body)
		}
		return state == "false,0,true"
	})
}

// verified makes a template of a person and sees it approved.
func (w walker) verified(p papers.Person, phone, email string) {
	w.t.Helper()
	w.run("template form", chromedp.Navigate(w.e.Console+"/templates/new"), visible("#template-form"))
	fill(w.ctx, w.t, formOf(p, phone, email))
	w.prove("phone", phone)
	w.prove("email", email)
	w.upload("owner", picture(w.t, p, "id-card.jpg", papers.Options{Seed: 1}))
	w.shown("owner", "id-card.jpg")
	w.ready()
	w.run("hand it in", hit("#template-submit"), visible("#template-state"))
	w.until(90*time.Second, "the template is approved", func() bool { return status(w.ctx, "#template-state") == "Approved" })
}
