package console

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/BurntSushi/toml"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
)

type registersPage struct {
	deskPage
	Lists   []domain.RegisterList
	Done    string
	Fault   *notice
	Removal removal
}

func (v *visit) deskRegisters() error {
	p := registersPage{}
	if q := v.r.URL.Query(); q.Get("dropped") != "" {
		p.Done = v.cat.say("registers.dropped", clip(q.Get("dropped"), 60))
	} else if q.Get("list") != "" {
		n, _ := strconv.Atoi(q.Get("entries"))
		p.Done = v.cat.say("registers.done", clip(q.Get("list"), 60), n)
	}
	return v.registersView(http.StatusOK, p)
}

func (v *visit) registersView(status int, p registersPage) error {
	p.deskPage = v.deskBase("registers.title", "registers")
	var err error
	if p.Lists, err = v.Ops.Registers(v.ctx, v.all); err != nil {
		return err
	}
	p.Removal.Action, p.Removal.Say = "/desk/registers/drop", v.cat.say("registers.drop-say")
	for _, l := range p.Lists {
		p.Removal.Names = append(p.Removal.Names, l.Name)
	}
	return v.page(status, "desk-registers", p)
}

func (v *visit) registerLoad() error {
	_, files, err := v.readForm(maxFile)
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return fault.New(fault.Invalid, "input.form-malformed")
	}
	list, err := ParseRegister(files[0].Body)
	if err == nil {
		list, err = v.Ops.LoadRegister(v.ctx, v.all, list)
	}
	if err != nil {
		e, ok := shown(err)
		if !ok {
			return err
		}
		n := v.notice(e)
		return v.registersView(statusOf(e.Kind), registersPage{Fault: &n})
	}
	v.redirect("/desk/registers?" + url.Values{"list": {list.Name}, "entries": {strconv.Itoa(list.Size)}}.Encode())
	return nil
}

// registerDrop removes a register.
func (v *visit) registerDrop() error {
	r, err := v.remove(func(name string) error { return v.Ops.DropRegister(v.ctx, v.all, name) })
	if err == nil {
		v.redirect("/desk/registers?" + url.Values{"dropped": {r.Chosen}}.Encode())
		return nil
	}
	e, ok := shown(err)
	if !ok {
		return err
	}
	n := v.notice(e)
	return v.registersView(statusOf(e.Kind), registersPage{Fault: &n, Removal: r})
}

// registerFile is a register as its file writes it.
type registerFile struct {
	Name     string `toml:"name"`
	Code     string `toml:"code"`
	Source   string `toml:"source"`
	Registry string `toml:"registry"`
	Dated    string `toml:"dated"`
	Entries  []struct {
		Number string   `toml:"number"`
		Name   string   `toml:"name"`
		Since  string   `toml:"since"`
		Until  string   `toml:"until"`
		Note   string   `toml:"note"`
		Except []string `toml:"except"`
	} `toml:"entry"`
}

// ParseRegister reads a register from its file (TOML) strictly: what it does not know is an error.
func ParseRegister(body []byte) (domain.RegisterList, error) {
	var f registerFile
	meta, err := toml.Decode(string(body), &f)
	if err != nil || len(meta.Undecoded()) > 0 {
		return domain.RegisterList{}, fault.New(fault.Invalid, "input.form-malformed")
	}
	l := domain.RegisterList{Name: f.Name, Code: f.Code, Source: f.Source, Registry: f.Registry, Dated: f.Dated}
	for _, e := range f.Entries {
		value, number := e.Name, false
		if e.Number != "" {
			value, number = e.Number, true
		}
		l.Entries = append(l.Entries, domain.RegisterEntry{Number: number, Value: value, Since: e.Since, Until: e.Until, Note: e.Note, Except: e.Except})
	}
	return l, nil
}
