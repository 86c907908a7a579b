package e2e

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/openregistrar/openregistrar/internal/world/papers"
)

// What a machine refuses and its owner insists on comes to the desk. A reviewer works by keyboard alone: looks, takes a
// decision back, rejects; the owner reads the reason and the note. Approving over a refusal waits for a second reviewer.
func TestReviewInBrowser(t *testing.T) {
	axeFile, err := os.ReadFile("../interop/axe/node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Skip("not performed: axe-core is not installed (npm ci in interop/axe)")
	}
	axe := string(axeFile)
	e, _ := startDemo(t, nil)
	op := e.as("operator")
	for i, lang := range []string{"zh-CN", "en"} {
		t.Run(lang, func(t *testing.T) {
			owner, desk := walker{t, chromium(t), e}, walker{t, chromium(t), e}
			look := func(w walker, name string) { t.Helper(); lookAt(w.ctx, t, axe, lang, "review-"+name) }
			person := papers.People()[8+i]
			phone, email := fmt.Sprintf("+86.1360000000%d", i), fmt.Sprintf("insists-%d@example.com", i)

			owner.run("sign up", chromedp.Navigate(e.Console+"/signup?lang="+lang), visible("#signup-form"), keys("#email", email), keys("#name", "x"),
				keys("#password", "correct horse battery"), submit("#signup-form"), visible("body[data-view]"), chromedp.Navigate(e.Console+"/templates/new"), visible("#template-form"))
			fill(owner.ctx, t, formOf(person, phone, email))
			owner.prove("phone", phone)
			owner.prove("email", email)
			owner.upload("owner", picture(t, person, "grey.jpg", papers.Options{Seed: 1, Faults: []papers.Fault{papers.Grey}}))
			owner.run("it is refused", visible(`#part-checks-owner [data-code="document.not-colour"]`))
			owner.there("it was read", `document.querySelector('#part-checks-owner').dataset.reading === 'false'`)
			owner.run("the owner insists", hit("#template-appeal"), visible("#template-state"))
			owner.until(60*time.Second, "it is at the desk", func() bool {
				_ = status(owner.ctx, "#template-state")
				return eval[string](owner.ctx, t, `document.querySelector('#template-state').dataset.verification`) == "desk"
			})
			look(owner, "owner-waits")

			desk.run("sign in", chromedp.Navigate(e.Console+"/signin?lang="+lang), visible("#signin-form"), keys("#email", op.Email), keys("#password", op.Password),
				submit("#signin-form"), visible("body.desk"), chromedp.Navigate(e.Console+"/desk/reviews"), visible("#reviews"))
			look(desk, "queue")
			desk.run("open it", hit("#reviews a"), visible("#review-form"))
			press := func(keys string) { t.Helper(); desk.run("press "+keys, chromedp.KeyEvent(keys)) }
			for key, found := range map[string]string{"z": ".shot.is-zoomed", "t": ".shot.turn-1", "c": ".shot.is-sharp", "?": "#keyhelp[open]"} {
				press(key)
				desk.there(key+" works", `document.querySelector('`+found+`')`)
			}
			look(desk, "tools")
			press("n")
			desk.there("the number is shown", `document.querySelector('#review-form').innerText.replace(/\s/g, '').includes('`+person.Number+`')`)

			// Decided, taken back, decided again.
			here := eval[string](desk.ctx, t, `location.pathname`)
			press("m")
			press("Seen by eye." + kb.Escape)
			desk.there("what was found is chosen already", `document.querySelector('[name="code"][value="document.not-colour"]').checked`)
			press("r")
			desk.run("it can be taken back", visible("#undo"))
			look(desk, "undo")
			press("u")
			desk.there("it was taken back", `location.pathname === '`+here+`' && document.readyState === 'complete' && document.querySelector('#undo').hidden`)
			press("a")
			desk.run("approved over a refusal", visible("#undo"))
			desk.until(40*time.Second, "a second reviewer is asked for", func() bool {
				desk.run("again", chromedp.Sleep(500*time.Millisecond), chromedp.Evaluate[chromedp.Void](`if (document.querySelector('#undo').hidden || document.querySelector('#undo button').hidden) location.assign('`+here+`')`))
				return eval[bool](desk.ctx, t, `!!document.querySelector('#second')`)
			})
			look(desk, "second")
			press("a")
			desk.run("approved twice by one", visible("#undo"))
			desk.run("the desk refuses that", chromedp.Sleep(11*time.Second))
			desk.run("still there", chromedp.Navigate(e.Console+here), visible("#second"))
			desk.there("its script is", `document.readyState === 'complete'`)
			press("m")
			press("Seen by eye." + kb.Escape)
			press("r")
			desk.run("rejected", visible("#undo"))
			owner.until(60*time.Second, "its owner reads why", func() bool {
				return status(owner.ctx, "#template-state") == "Reject" && eval[bool](owner.ctx, t, `!!document.querySelector('[data-code="document.not-colour"]') && document.querySelector('main').innerText.includes('Seen by eye.')`)
			})
			look(owner, "owner-rejected")
			owner.run("who looked", chromedp.Navigate(e.Console+"/account/privacy"), visible("#looks li"))
			look(owner, "looks")
			for _, p := range []string{"/desk/registers", "/desk/reviews"} {
				desk.run(p, chromedp.Navigate(e.Console+p), visible("main"))
			}
			look(desk, "empty")
		})
	}
}
