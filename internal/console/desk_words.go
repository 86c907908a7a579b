package console

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/naming"
	"github.com/openregistrar/openregistrar/internal/ops"
)

// wordsEdited is how many entries a list may have to be edited in the page; a longer one is a file's.
const wordsEdited = 1000

type wordsPage struct {
	deskPage
	Lists      []wordRow
	Removal    removal
	All        int64 // version of all lists
	Categories []string
	Form       wordsForm
	Done       string
	Fault      *notice
	Test       string // a name that was held against the lists
	Tested     bool
	Hits       []naming.Verdict
	Decides    *naming.Verdict
	Tried      *ops.WordHits // running names that the form's list, or the loaded ones, would meet
	TriedAll   bool          // it was the loaded ones
}

// wordRow is a list with its suffixes as they are read.
type wordRow struct {
	domain.WordList
	Under []string
}

// wordsForm is a list as it is typed.
type wordsForm struct {
	Name, Category, Source, Dated, Suffixes, Text string
	Doubtful                                      bool
}

func (v *visit) deskWords() error {
	p := wordsPage{Form: wordsForm{Dated: v.Ops.Now().In(beijing).Format(time.DateOnly)}}
	q := v.r.URL.Query()
	if list := clip(q.Get("done"), 60); list != "" {
		n, _ := strconv.Atoi(q.Get("entries"))
		p.Done = v.cat.say("words.done", list, n)
	} else if list := clip(q.Get("dropped"), 60); list != "" {
		p.Done = v.cat.say("words.done-drop", list)
	}
	var err error
	switch {
	case q.Get("edit") != "":
		p.Form, err = v.wordsEdit(q.Get("edit"))
	case q.Get("test") != "":
		p.Test, p.Tested = clip(q.Get("test"), 80), true
		p.Hits, p.Decides, err = v.Ops.TestWords(v.ctx, v.all, q.Get("test"))
	case q.Has("hit"):
		p.TriedAll = true
		var tried ops.WordHits
		tried, err = v.Ops.NamesHit(v.ctx, v.all, nil, q.Get("hit"))
		p.Tried = &tried
	}
	return v.wordsView(http.StatusOK, p, err)
}

// wordsView shows the page, with what was refused where err is that.
func (v *visit) wordsView(status int, p wordsPage, err error) error {
	if err != nil {
		e, ok := shown(err)
		if !ok {
			return err
		}
		n := v.notice(e)
		p.Fault, p.Tested, p.Tried, status = &n, false, nil, statusOf(e.Kind)
	}
	p.deskPage = v.deskBase("words.title", "words")
	p.Categories = naming.Categories
	lists, all, err := v.Ops.WordLists(v.ctx, v.all)
	if err != nil {
		return err
	}
	p.All, p.Removal.Action, p.Removal.Say = all, "/desk/words/drop", v.cat.say("words.drop-say")
	for _, l := range lists {
		p.Lists, p.Removal.Names = append(p.Lists, wordRow{l, underSuffixes(l.Suffixes)}), append(p.Removal.Names, l.Name)
	}
	return v.page(status, "desk-words", p)
}

// underSuffixes are suffixes as they are read, with their dots.
func underSuffixes(wire []string) []string {
	out := make([]string, len(wire))
	for i, s := range wire {
		out[i] = "." + naming.Display(domain.Name(s))
	}
	return out
}

// wordsEdit fills the form with a list that is there.
func (v *visit) wordsEdit(name string) (wordsForm, error) {
	lists, _, err := v.Ops.WordLists(v.ctx, v.all)
	if err != nil {
		return wordsForm{}, err
	}
	for _, l := range lists {
		if l.Name != name {
			continue
		}
		f := wordsForm{Name: l.Name, Category: l.Category, Source: l.Source, Dated: l.Dated, Suffixes: strings.Join(underSuffixes(l.Suffixes), " "), Doubtful: l.Doubtful}
		if l.Size > wordsEdited {
			return f, nil // its entries come from a file
		}
		var text bytes.Buffer
		err := v.writeWords(&text, name)
		f.Text = text.String()
		return f, err
	}
	return wordsForm{}, fault.New(fault.Missing, "words.not-found", "list", clip(name, 60))
}

// writeWords writes a list as its file: word, where, note, and the labels that may bear it.
func (v *visit) writeWords(w io.Writer, name string) error {
	out := csv.NewWriter(w)
	for after := int64(0); ; {
		entries, next, err := v.Ops.WordEntries(v.ctx, v.all, name, after, 500)
		if err != nil {
			return err
		}
		for _, e := range entries {
			row := []string{e.Word, e.Where, e.Note, strings.Join(e.Except, " ")}
			for len(row) > 1 && (row[len(row)-1] == "" || len(row) == 2 && row[1] == string(naming.Anywhere)) {
				row = row[:len(row)-1]
			}
			if err := out.Write(row); err != nil {
				return err
			}
		}
		if len(entries) < 500 {
			out.Flush()
			return out.Error()
		}
		after = next
	}
}

func (v *visit) wordsFile() error {
	name := v.r.URL.Query().Get("list")
	if lists, _, err := v.Ops.WordLists(v.ctx, v.all); err != nil {
		return err
	} else if !hasList(lists, name) {
		return fault.New(fault.Missing, "words.not-found", "list", clip(name, 60))
	}
	var text bytes.Buffer // bounded as lists are
	if err := v.writeWords(&text, name); err != nil {
		return err
	}
	h := v.w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="words.csv"`)
	_, err := v.w.Write(text.Bytes())
	return err
}

func hasList(lists []domain.WordList, name string) bool {
	for _, l := range lists {
		if l.Name == name {
			return true
		}
	}
	return false
}

// wordsLoad loads the typed list, or says which running names it would meet.
func (v *visit) wordsLoad() error {
	form, files, err := v.readForm(maxFile)
	if err != nil {
		return err
	}
	p := wordsPage{Form: wordsForm{Name: strings.TrimSpace(form.Get("name")), Category: form.Get("category"), Source: form.Get("source"), Dated: form.Get("dated"),
		Suffixes: form.Get("suffixes"), Text: form.Get("text"), Doubtful: form.Get("doubtful") != ""}}
	text := []byte(p.Form.Text)
	for _, f := range files {
		if f.Size > maxFile {
			return v.wordsView(http.StatusOK, p, fault.New(fault.Invalid, "input.too-large", "limit", strconv.Itoa(maxFile)))
		}
		if f.Size > 0 {
			text = f.Body
		}
	}
	l := domain.WordList{Name: p.Form.Name, Category: p.Form.Category, Source: p.Form.Source, Dated: p.Form.Dated, Doubtful: p.Form.Doubtful}
	for _, s := range strings.FieldsFunc(p.Form.Suffixes, func(r rune) bool { return r == ' ' || r == ',' || r == '，' || r == '、' }) {
		l.Suffixes = append(l.Suffixes, v.suffixOf(strings.TrimPrefix(s, ".")))
	}
	if l.Entries, err = ParseWords(text); err != nil {
		return v.wordsView(http.StatusOK, p, err)
	}
	if form.Get("act") == "try" {
		tried, err := v.Ops.NamesHit(v.ctx, v.all, &l, "")
		p.Tried = &tried
		return v.wordsView(http.StatusOK, p, err)
	}
	if l, err = v.Ops.LoadWords(v.ctx, v.all, l); err != nil {
		return v.wordsView(http.StatusOK, p, err)
	}
	v.redirect("/desk/words?" + url.Values{"done": {l.Name}, "entries": {strconv.Itoa(l.Size)}}.Encode())
	return nil
}

// suffixOf takes a suffix as it is shown, too.
func (v *visit) suffixOf(typed string) string {
	for _, s := range v.Ops.Policy().Suffixes() {
		if s.Display == typed {
			return s.Suffix
		}
	}
	return strings.ToLower(typed)
}

func (v *visit) wordsDrop() error {
	r, err := v.remove(func(name string) error { return v.Ops.DropWords(v.ctx, v.all, name) })
	if err == nil {
		v.redirect("/desk/words?" + url.Values{"dropped": {r.Chosen}}.Encode())
		return nil
	}
	return v.wordsView(http.StatusOK, wordsPage{Removal: r}, err)
}

// ParseWords reads a list from its file: a word a line, or CSV of word, where, note, and the labels that may bear it with
// a space between. Lines that begin with # are remarks.
func ParseWords(body []byte) ([]domain.WordEntry, error) {
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(body, []byte("\ufeff"))))
	r.Comment, r.FieldsPerRecord, r.TrimLeadingSpace = '#', -1, true
	var out []domain.WordEntry
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		var broken *csv.ParseError
		if errors.As(err, &broken) {
			return nil, fault.New(fault.Invalid, "words.malformed", "list", "", "column", "file", "rule", "csv", "line", strconv.Itoa(broken.Line))
		}
		if err != nil {
			return nil, err
		}
		if len(row) > 4 {
			line, _ := r.FieldPos(0)
			return nil, fault.New(fault.Invalid, "words.malformed", "list", "", "column", "file", "rule", "columns", "line", strconv.Itoa(line), "limit", "4")
		}
		row = append(row, "", "", "")
		if len(out) == 0 && strings.EqualFold(strings.TrimSpace(row[0]), "word") && strings.EqualFold(strings.TrimSpace(row[1]), "where") {
			continue // its heading
		}
		out = append(out, domain.WordEntry{Word: row[0], Where: strings.TrimSpace(row[1]), Note: strings.TrimSpace(row[2]), Except: strings.Fields(row[3])})
	}
}
