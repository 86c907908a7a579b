package ops

import (
	"strconv"
	"strings"
	"unicode"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/naming"
	"github.com/openregistrar/openregistrar/internal/policy"
)

// ask is one name of a batch as it was asked for.
type ask struct {
	name  domain.Name // of what can't be read: what was typed, made fit to be kept and shown
	fault error       // why it can't be done; nil: it can, as far as is known
}

// readNames reads what was typed, each name for itself. The error is about how many there are.
func readNames(typed []string, table *policy.Table) ([]ask, error) {
	switch {
	case len(typed) == 0:
		return nil, fault.New(fault.Invalid, "input.no-names")
	case len(typed) > table.House.MaxNames:
		return nil, fault.New(fault.Invalid, "input.too-many-names",
			"limit", strconv.Itoa(table.House.MaxNames), "count", strconv.Itoa(len(typed)))
	}
	asks := make([]ask, len(typed))
	seen := make(map[domain.Name]bool, len(typed))
	for i, s := range typed {
		n, err := readName(s, table)
		if n != "" && seen[n] {
			err = fault.New(fault.Invalid, "input.duplicate-name", "name", naming.Display(n))
		}
		seen[n] = true
		if n == "" {
			n = domain.Name(kept(s))
		}
		asks[i] = ask{n, err}
	}
	return asks, nil
}

// readName gives the name even where it is not one that is sold here.
func readName(typed string, table *policy.Table) (domain.Name, error) {
	n, err := naming.Parse(typed)
	if err != nil {
		return "", err
	}
	suffix, ok := table.Suffix(n.Suffix())
	if !ok {
		return n, fault.New(fault.Invalid, "suffix.unsupported", "suffix", naming.Display(domain.Name(n.Suffix())), "name", naming.Display(n))
	}
	return n, naming.Check(n, suffix)
}

// parseNames reads what was typed; the first thing wrong with any of them refuses them all.
func parseNames(typed []string, table *policy.Table) ([]domain.Name, error) {
	asks, err := readNames(typed, table)
	if err != nil {
		return nil, err
	}
	if err := firstFault(asks); err != nil {
		return nil, err
	}
	return namesOf(asks), nil
}

func firstFault(asks []ask) error {
	for _, a := range asks {
		if a.fault != nil {
			return a.fault
		}
	}
	return nil
}

func namesOf(asks []ask) []domain.Name {
	names := make([]domain.Name, len(asks))
	for i, a := range asks {
		names[i] = a.name
	}
	return names
}

// sound are the names that nothing is known to be wrong with.
func sound(asks []ask) []domain.Name {
	names := make([]domain.Name, 0, len(asks))
	for _, a := range asks {
		if a.fault == nil {
			names = append(names, a.name)
		}
	}
	return names
}

// kept makes what somebody typed fit for a row and a page: no controls, at most 80 characters, and something to see.
func kept(typed string) string {
	s := strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return '�'
		}
		return r
	}, strings.ToValidUTF8(typed, "�")))
	if s == "" {
		s = "—"
	}
	return clip(s, 80)
}

// oneReason is the fault of a batch of which nothing can be done, where it is the same for all of its names: it is the
// batch's then, and nothing is kept of it.
func oneReason(asks []ask) error {
	first := firstFault(asks[:1])
	for _, a := range asks {
		if first == nil || a.fault == nil || fault.Of(a.fault).Code != fault.Of(first).Code {
			return nil
		}
	}
	return first
}
