package e2e

import (
	"context"
	"fmt"
	"net/smtp"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// colours makes pages see a reader who prefers light or dark.
func colours(scheme string) step {
	return func(ctx context.Context, target *chromedp.Target) (v chromedp.Void, err error) {
		_, err = cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
		return v, err
	}
}

const letter = "From: OpenRegistrar <notices@example.com>\r\nTo: walker@example.com\r\nSubject: =?utf-8?B?5Z+f5ZCN5b+r5Yiw5pyf5LqG?=\r\n" +
	"MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=part\r\n\r\n" +
	"--part\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nyunhe.com 将在 30 天后到期。\r\nhttp://localhost/domains/yunhe.com?a-long-address=that-does-not-break-anywhere-and-is-wider-than-a-phone\r\n" +
	"--part\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<!doctype html><html lang=\"zh-CN\"><head><title>域名快到期了</title></head><body><main><h1>yunhe.com</h1><p>将在 30 天后到期。</p></main></body></html>\r\n" +
	"--part--\r\n"

// The world's own pages, in both languages and both colours (dark in Chinese only): axe-core finds nothing, nothing scrolls sideways.
func TestWorldPages(t *testing.T) {
	axeFile, err := os.ReadFile("../interop/axe/node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Skip("not performed: axe-core is not installed (npm ci in interop/axe)")
	}
	e, _ := startDemo(t, nil)
	ctx := chromium(t)
	at := func(t *testing.T, ctx context.Context, url string, then ...step) {
		t.Helper()
		short, cancel := context.WithTimeout(ctx, 20*time.Second)
		defer cancel()
		if err := chromedp.Do(short, append([]step{chromedp.Navigate(url), visible("main h1")}, then...)...); err != nil {
			t.Fatalf("%s: %v", url, err)
		}
	}
	// The mailbox gets a letter by the address that the control page gives.
	at(t, ctx, e.World+"/?lang=en")
	addr := eval[string](ctx, t, `(document.body.innerText.match(/SMTP (\S+)/) || [])[1] || ''`)
	for _, body := range []string{letter, "Subject: " + strings.Repeat("malformed", 20) + "\r\nContent-Type: multipart/mixed\r\n\r\nno parts\r\n"} {
		if err := smtp.SendMail(addr, nil, "notices@example.com", []string{"walker@example.com"}, []byte(body)); err != nil {
			t.Fatalf("mail to %q: %v", addr, err)
		}
	}
	// What only shows when something is the matter: faults in force, refusals, a registry that is off, a moved clock.
	for _, delay := range []string{"2s", "10s"} {
		worldCall(t, e.World, "POST", "/api/registries/cnsim/faults", map[string]any{"kind": "late-commit", "command": "domain:create", "match": "*.example", "clid": "openreg", "remaining": 1, "delay": delay}, &struct{}{})
	}
	worldCall(t, e.World, "PUT", "/api/verifier/settings?provider=1", map[string]any{"silent": true, "contradict": true}, &struct{}{})
	worldCall(t, e.World, "POST", "/api/registries/newsim/power", map[string]bool{"up": false}, &struct{}{})

	openAll := chromedp.Evaluate[chromedp.Void](`document.querySelectorAll('details').forEach(d => d.open = true)`)
	pages := []struct {
		name, url string
		then      []step
	}{
		{"home", e.World + "/?", nil},
		{"moved", e.World + "/?steps=3&", nil},
		{"registry", e.World + "/registries/verisim?", nil},
		{"registry-faults", e.World + "/registries/cnsim?", []step{openAll, visible("#d-late-commit")}},
		{"registry-off", e.World + "/registries/newsim?", nil},
		{"registry-rules", e.World + "/registries/newsim/rules?", []step{openAll}},
		{"names", e.World + "/names?", nil},
		{"names-cn", e.World + "/names?registry=cnsim&clid=rival&", nil},
		{"name", e.World + "/names?q=openhost.net&", nil},
		{"name-free", e.World + "/names?q=nobody-has-this.com&", nil},
		{"verifier", e.World + "/verifier?", nil},
		{"verifier-entry", e.World + "/verifier?register=organisations&new=1&", []step{visible("#f-field")}},
		{"papers", e.World + "/papers?kind=back&who=3&fault=glare&", nil},
		{"verifier-nobody", e.World + "/verifier?q=nobody&", nil},
		{"no-such-page", e.World + "/no-such-page?", nil},
		{"mailbox", e.Mailbox + "/?", nil},
		{"mailbox-nothing", e.Mailbox + "/?to=nobody@example.com&", nil},
		{"message", "", nil},
		{"message-text", "", []step{openAll}},
		{"message-none", e.Mailbox + "/m/999999?", nil},
	}
	var mail struct {
		Messages []struct {
			ID      int64  `json:"id"`
			Subject string `json:"subject"`
		} `json:"messages"`
	}
	worldCall(t, e.World, "GET", "/api/mail?to=walker@example.com", nil, &mail)
	for _, m := range mail.Messages {
		if m.Subject != "域名快到期了" {
			continue
		}
		for i := range pages {
			switch pages[i].name {
			case "message":
				pages[i].url = fmt.Sprintf("%s/m/%d?", e.Mailbox, m.ID)
			case "message-text":
				pages[i].url = fmt.Sprintf("%s/m/%d?view=text&", e.Mailbox, m.ID)
			}
		}
	}
	for _, c := range []struct{ scheme, lang string }{{"light", "zh-CN"}, {"light", "en"}, {"dark", "zh-CN"}} {
		t.Run(c.scheme+" "+c.lang, func(t *testing.T) {
			ctx := chromium(t)
			if err := chromedp.Do(ctx, colours(c.scheme)); err != nil {
				t.Fatal(err)
			}
			for _, p := range pages {
				if p.url == "" {
					t.Fatal("the letter did not arrive")
				}
				at(t, ctx, p.url+"lang="+c.lang, p.then...)
				if dark := eval[bool](ctx, t, `matchMedia('(prefers-color-scheme: dark)').matches`); dark != (c.scheme == "dark") {
					t.Fatalf("%s: the colours are not %s", p.name, c.scheme)
				}
				lookAt(ctx, t, string(axeFile), c.lang, "world-"+p.name+"-"+c.scheme)
			}
		})
	}
	behaviour(t, "%d pages of the world and its mailbox in zh-CN and en, in light and dark (zh-CN), desktop and phone: axe-core clean, nothing scrolls sideways", len(pages))
}
