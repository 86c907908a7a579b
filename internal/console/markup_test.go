package console

import (
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/openregistrar/openregistrar/internal/diagnose"
	"github.com/openregistrar/openregistrar/internal/fault"
)

// wellMade holds a page to the rules that a browser or a screen reader would suffer from.
func wellMade(t *testing.T, lang, body string) {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	ids, labels, refs := map[string]int{}, map[string]bool{}, []string{}
	h1, last := 0, 0
	mainID := false
	landmarks := map[string]bool{}
	var controls []*html.Node
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.ElementNode {
			at := map[string]string{}
			for _, a := range n.Attr {
				if _, twice := at[a.Key]; twice {
					t.Errorf("<%s> has %s twice", n.Data, a.Key)
				}
				at[a.Key] = a.Val
				if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
					t.Errorf("<%s> has inline %s", n.Data, a.Key)
				}
			}
			if id := at["id"]; id != "" {
				ids[id]++
			}
			for _, k := range []string{"aria-labelledby", "aria-describedby", "form"} {
				refs = append(refs, strings.Fields(at[k])...)
			}
			if mark := at["aria-label"] + at["aria-labelledby"]; (n.Data == "section" || at["role"] == "region") && mark != "" {
				if by := at["aria-labelledby"]; by != "" {
					mark = textOf(byID(doc, by))
				}
				if landmarks[mark] {
					t.Errorf("two landmarks are called %q", mark)
				}
				landmarks[mark] = true
			}
			if n.Data == "label" {
				labels[at["for"]] = true
			}
			switch n.Data {
			case "html":
				if at["lang"] != lang || at["data-theme"] != "dark" {
					t.Errorf("html has lang %q, theme %q", at["lang"], at["data-theme"])
				}
			case "style":
				t.Error("a <style> element")
			case "script":
				if at["src"] == "" {
					t.Error("an inline script")
				}
			case "main":
				mainID = at["id"] == "main"
			case "h1", "h2", "h3", "h4":
				level := int(n.Data[1] - '0')
				if level == 1 {
					h1++
				}
				if last > 0 && level > last+1 {
					t.Errorf("%s after h%d", n.Data, last)
				}
				last = level
			case "img":
				t.Error("a picture without being drawn")
			case "input", "select", "textarea":
				if at["type"] != "hidden" {
					controls = append(controls, n)
				}
			case "button", "a":
				if strings.TrimSpace(textOf(n)) == "" && at["aria-label"] == "" {
					t.Errorf("<%s %v> has no name", n.Data, n.Attr)
				}
			case "form":
				if at["method"] == "post" && !strings.HasPrefix(at["action"], "/") {
					t.Errorf("form posts to %q", at["action"])
				}
			}
			if code := at["data-code"]; code != "" && code != "page.not-found" {
				if _, ok := diagnose.Lookup(fault.Code(code)); !ok {
					t.Errorf("data-code %q is not in the catalogue", code)
				}
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(doc)
	for id, n := range ids {
		if n > 1 {
			t.Errorf("id %q is there %d times", id, n)
		}
	}
	for _, r := range refs {
		if ids[r] == 0 {
			t.Errorf("nothing has the id %q that is referred to", r)
		}
	}
	for _, c := range controls {
		at := map[string]string{}
		for _, a := range c.Attr {
			at[a.Key] = a.Val
		}
		inLabel := false
		for p := c.Parent; p != nil; p = p.Parent {
			inLabel = inLabel || p.Data == "label"
		}
		if at["aria-label"] == "" && !inLabel && !labels[at["id"]] {
			t.Errorf("<%s name=%q> has no label", c.Data, at["name"])
		}
		if at["name"] == "" && at["type"] != "checkbox" {
			t.Errorf("<%s id=%q> has no name", c.Data, at["id"])
		}
	}
	if h1 != 1 || !mainID {
		t.Errorf("%d h1, main %v", h1, mainID)
	}
}

func byID(n *html.Node, id string) *html.Node {
	for _, a := range n.Attr {
		if a.Key == "id" && a.Val == id {
			return n
		}
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if m := byID(c, id); m != nil {
			return m
		}
	}
	return nil
}

func textOf(n *html.Node) string {
	if n == nil {
		return ""
	}
	if n.Type == html.TextNode {
		return n.Data
	}
	var b strings.Builder
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		b.WriteString(textOf(c))
	}
	return b.String()
}
