package console

import (
	"context"
	"encoding/csv"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
)

// listOps search and pick many names at once.
type listOps interface {
	CandidateList(list string) (names []domain.Name, bad []ops.Found, err error)
	AddManyToCart(ctx context.Context, scope domain.Scope, typed []string) (added int, err error)
}

const (
	maxList = 512 << 10 // bytes of a list or of its file: 4,000 names of the greatest length fit
	// step is how many answers pass between two reports of progress.
	step = 50
)

type listPage struct {
	Shell
	List    string
	Most    int
	Asked   int
	Got     int
	Free    []domain.Name
	Counts  map[string]int // by state
	Seconds string
	Added   string
	Fault   *notice
}

// Percent is how much of the list is answered.
func (p listPage) Percent() int { return 100 * p.Got / max(1, p.Asked) }

// States are those that were found, in the order that they are told in.
func (p listPage) States() []string {
	var out []string
	for _, s := range []string{ops.Available, ops.Premium, ops.Taken, ops.Yours, ops.Reserved, ops.Barred, ops.Unknown, ops.Malformed} {
		if p.Counts[s] > 0 {
			out = append(out, s)
		}
	}
	return out
}

func (v *visit) list() error {
	p := listPage{}
	if n, err := strconv.Atoi(v.r.URL.Query().Get("added")); err == nil && n >= 0 {
		p.Added = v.cat.count("list.added", n)
	}
	return v.listView(http.StatusOK, p)
}

func (v *visit) listView(status int, p listPage) error {
	p.Shell, p.Most = v.shell(v.cat.say("list.title"), "search"), v.Ops.Policy().House.MaxNames
	return v.page(status, "list", p)
}

func (v *visit) listRefused(err error, typed string) error {
	f, ok := shown(err)
	if !ok {
		return err
	}
	n := v.notice(f)
	return v.listView(statusOf(f.Kind), listPage{List: typed, Fault: &n})
}

// listSearch takes what was typed and the file together, and answers as names are answered for: as a page, or as CSV.
func (v *visit) listSearch() error {
	form, files, err := v.readForm(maxList)
	if err != nil {
		return err
	}
	typed := form.Get("q")
	text := typed
	for _, f := range files {
		if f.Size > maxList {
			return v.listRefused(fault.New(fault.Invalid, "upload.too-large", "bytes", strconv.FormatInt(f.Size, 10), "max", strconv.Itoa(maxList)), typed)
		}
		text += "\n" + strings.TrimPrefix(string(f.Body), "\ufeff")
	}
	names, bad, err := v.Ops.CandidateList(text)
	if err == nil && len(names)+len(bad) == 0 {
		err = fault.New(fault.Invalid, "input.no-names")
	}
	if err != nil {
		return v.listRefused(err, typed)
	}
	if form.Get("as") == "csv" {
		return v.listCSV(names, bad)
	}
	return v.listStream(typed, names, bad)
}

func (v *visit) listStream(typed string, names []domain.Name, bad []ops.Found) error {
	p := listPage{List: typed, Most: v.Ops.Policy().House.MaxNames, Asked: len(names), Counts: map[string]int{}}
	p.Shell = v.shell(v.cat.say("list.title"), "search")
	write := v.streaming()
	row := func(f ops.Found) {
		h := hit{Found: f}
		switch {
		case f.Code != "":
			h.Notice = v.words(f.Code, f.Facts)
		case f.Risk != nil:
			h.Notice = v.words(ops.CodeRisk, f.Risk.Facts)
		}
		p.Counts[f.State]++
		write("list-hit", h, false)
	}
	write("list-top", p, true)
	for _, f := range bad {
		row(f)
	}
	start := time.Now() //nolint:forbidigo // how long the page took, for the reader; nothing is decided by it
	if len(names) > 0 {
		write("list-asking", p, true)
		ctx, cancel := context.WithTimeout(v.ctx, searchTime)
		defer cancel()
		v.Ops.Search(ctx, v.scope, names, func(f ops.Found) {
			p.Got++
			if f.State == ops.Available || f.State == ops.Premium {
				p.Free = append(p.Free, f.Name)
			}
			row(f)
			if p.Got%step == 0 && p.Got < p.Asked {
				write("list-asking", p, true)
			}
		})
	}
	p.Seconds = strconv.FormatFloat(time.Since(start).Seconds(), 'f', 1, 64)
	write("list-bottom", p, true)
	return nil
}

// streaming writes parts of a page as they come; flush sends what there is.
func (v *visit) streaming() func(name string, data any, flush bool) {
	view := v.views[v.lang]
	v.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.w.Header().Set("X-Accel-Buffering", "no")
	out := http.NewResponseController(v.w)
	broken := false
	return func(name string, data any, flush bool) {
		if broken {
			return
		}
		if err := view.execute(v.w, name, data); err != nil {
			broken = true
			v.Log.Warn("console: search page cut short", "err", err)
			return
		}
		if flush {
			_ = out.Flush() // a writer that can't flush delivers it all at the end
		}
	}
}

// listCSV answers with a table that spreadsheets read.
func (v *visit) listCSV(names []domain.Name, bad []ops.Found) error {
	v.w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	v.w.Header().Set("Content-Disposition", `attachment; filename="names.csv"`)
	out := csv.NewWriter(v.w)
	_ = out.Write([]string{"\ufeffname", "display", "state", "first_year", "renewal", "restore", "transfer", "currency", "code", "risk"})
	row := func(f ops.Found) {
		cells := []string{string(f.Name), f.Display, f.State, "", "", "", "", "", string(f.Code), ""}
		if f.Code == "" {
			cells[3], cells[4], cells[5], cells[6], cells[7] = decimal(f.Price), decimal(f.Renew), decimal(f.Suffix.Redeem), decimal(f.Suffix.Transfer), f.Currency
			if f.Risk != nil {
				cells[9] = string(ops.CodeRisk)
			}
		}
		for i, c := range cells[:2] { // what was typed must not become a formula
			if c != "" && strings.ContainsRune("=+-@\t\r", rune(c[0])) {
				cells[i] = "'" + c
			}
		}
		_ = out.Write(cells)
	}
	for _, f := range bad {
		row(f)
	}
	if len(names) > 0 {
		ctx, cancel := context.WithTimeout(v.ctx, searchTime)
		defer cancel()
		v.Ops.Search(ctx, v.scope, names, row)
	}
	out.Flush()
	return nil // the head is out; a visitor who went away is no fault
}

// listPick puts the free names into the cart.
func (v *visit) listPick() error {
	if err := v.formErr(); err != nil {
		return err
	}
	typed := v.r.PostFormValue("q")
	added, err := v.Ops.AddManyToCart(v.ctx, v.scope, strings.Fields(typed))
	if err != nil {
		return v.listRefused(err, typed)
	}
	if added > 0 {
		v.redirect("/cart")
		return nil
	}
	v.redirect("/search/list?" + url.Values{"added": {"0"}}.Encode())
	return nil
}
