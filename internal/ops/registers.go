package ops

import (
	"context"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/realname"
)

// registerCodes are what a register can say of who is in it.
var registerCodes = []string{"registrant.identity-unclear", "registrant.in-proceedings", "registrant.registry-restricted", "registrant.blacklisted",
	"registrant.restricted-word", "registrant.policy-word"}

// Bounds of a register: it is matched in memory.
const (
	maxRegister = 50_000
	maxValue    = 200 // characters
)

// LoadRegister puts a register in place of the one of its name. Values of number entries are numbers in clear; only
// their keyed digests are kept.
func (o *Ops) LoadRegister(ctx context.Context, scope domain.Scope, l domain.RegisterList) (domain.RegisterList, error) {
	if !scope.Operator {
		return l, fault.New(fault.Denied, "account.denied")
	}
	l, err := o.checkedRegister(l)
	if err != nil {
		return l, err
	}
	now := o.Now()
	l.LoadedAt, l.LoadedBy, l.Size = now, scope.Actor, len(l.Entries)
	loaded := event(scope, 0, "register:"+l.Name, "register.loaded", "ok", now)
	loaded.Facts = map[string]string{"list": l.Name, "code": l.Code, "source": l.Source, "dated": l.Dated, "entries": strconv.Itoa(l.Size)}
	return l, o.Store.Commit(ctx, Plan{Writes: []Write{PutRegister{l}}, Events: []domain.Event{loaded}})
}

func (o *Ops) checkedRegister(l domain.RegisterList) (domain.RegisterList, error) {
	l.Name, l.Source = strings.TrimSpace(l.Name), strings.TrimSpace(l.Source)
	bad := func(column, rule string, line int) error {
		return fault.New(fault.Invalid, "register.malformed", "list", clip(l.Name, 60), "column", column, "rule", rule, "line", strconv.Itoa(line))
	}
	switch {
	case l.Name == "" || len(l.Name) > 60:
		return l, bad("list", "length", 0)
	case !slices.Contains(registerCodes, l.Code):
		return l, bad("code", "choice", 0)
	case l.Source == "" || len([]rune(l.Source)) > maxValue:
		return l, bad("source", "length", 0)
	case !date(l.Dated):
		return l, bad("dated", "date", 0)
	case l.Code == "registrant.registry-restricted" && l.Registry == "":
		return l, bad("registry", "missing", 0)
	case len(l.Entries) == 0 || len(l.Entries) > maxRegister:
		return l, bad("entries", "count", 0)
	}
	entries := make([]domain.RegisterEntry, len(l.Entries))
	for i, e := range l.Entries {
		e.Value = strings.TrimSpace(e.Value)
		switch {
		case e.Value == "" || len([]rune(e.Value)) > maxValue:
			return l, bad("value", "length", i+1)
		case e.Since != "" && !date(e.Since), e.Until != "" && !date(e.Until):
			return l, bad("since", "date", i+1)
		case len([]rune(e.Note)) > maxValue:
			return l, bad("note", "length", i+1)
		}
		if e.Number {
			e.Value = o.numberDigest(e.Value)
		}
		entries[i] = e
	}
	l.Entries = entries
	return l, nil
}

func date(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

// numberDigest stands for an identity number where it is only compared.
func (o *Ops) numberDigest(number string) string {
	return hex.EncodeToString(o.mac("register-number", strings.ToUpper(strings.Join(strings.Fields(number), ""))))
}

// DropRegister removes a register.
func (o *Ops) DropRegister(ctx context.Context, scope domain.Scope, name string) error {
	if !scope.Operator {
		return fault.New(fault.Denied, "account.denied")
	}
	gone := event(scope, 0, "register:"+name, "register.dropped", "ok", o.Now())
	return o.Store.Commit(ctx, Plan{Writes: []Write{DropRegister{name}}, Events: []domain.Event{gone}})
}

// Registers lists the registers, without their entries.
func (o *Ops) Registers(ctx context.Context, scope domain.Scope) ([]domain.RegisterList, error) {
	if !scope.Operator {
		return nil, fault.New(fault.Denied, "account.denied")
	}
	return o.Store.Registers(ctx)
}

// RegisterEntries pages through a register: entries after a cursor, and the next cursor.
func (o *Ops) RegisterEntries(ctx context.Context, scope domain.Scope, list string, after int64, limit int) ([]domain.RegisterEntry, int64, error) {
	if !scope.Operator {
		return nil, 0, fault.New(fault.Denied, "account.denied")
	}
	return o.Store.RegisterEntries(ctx, list, after, limit)
}

// barred looks a template's owner and contact up in the registers.
func (o *Ops) barred(ctx context.Context, t domain.Template) ([]realname.Finding, error) {
	var subjects []realname.Subject
	var digests []string
	for _, role := range []realname.Role{realname.Owner, realname.Contact} {
		form, err := o.formFor(t, role)
		if err != nil {
			return nil, err
		}
		s := realname.Subject{Role: role}
		for _, n := range []string{form.Name, form.LatinName} {
			if n != "" {
				s.Names = append(s.Names, n)
			}
		}
		if form.Number != "" {
			s.NumberHash = o.numberDigest(form.Number)
			digests = append(digests, s.NumberHash)
		}
		if role == realname.Owner || t.Contact.Kind == domain.Organisation {
			subjects = append(subjects, s)
		}
	}
	kept, err := o.Store.RegistersAbout(ctx, digests)
	if err != nil || len(kept) == 0 {
		return nil, err
	}
	lists := make([]realname.SubjectList, len(kept))
	for i, l := range kept {
		lists[i] = realname.SubjectList{Name: l.Name, Code: l.Code, Source: l.Source, Registry: l.Registry, AsOf: dated(l.Dated)}
		for _, e := range l.Entries {
			lists[i].Entries = append(lists[i].Entries, realname.SubjectEntry{Value: e.Value, Number: e.Number, Since: dated(e.Since), Until: dated(e.Until),
				Note: e.Note, Except: e.Except})
		}
	}
	var out []realname.Finding
	for _, s := range subjects {
		out = append(out, realname.MatchSubject(s, lists, o.Now())...)
	}
	return out, nil
}

func dated(s string) time.Time {
	t, _ := time.Parse(time.DateOnly, s) // "" and nothing else is not one: checked when it was loaded
	return t
}
