package registry

import (
	"slices"
	"strings"

	"golang.org/x/net/idna"
)

// bundle is a label with the variants that belong to it (RFC 3743, RFC 4713):
// its simplified and its traditional form, and any mixture of both that is
// allocated on request. All that are not allocated are blocked.
type bundle struct {
	Own         string   // A-label
	Simplified  string   // U-label
	Traditional string   // U-label
	Variants    []string // allocated beyond those three, U-labels, sorted
}

// traditional puts traditional characters in; of several traditional forms of
// a character the first in the table.
func traditional(label string) string {
	rs := []rune(label)
	for i, r := range rs {
		if t, ok := toTraditional[r]; ok {
			rs[i] = t
		}
	}
	return string(rs)
}

var toTraditional = func() map[rune]rune {
	m := map[rune]rune{}
	rs := []rune(variantPairs)
	for i := 0; i+1 < len(rs); i += 2 {
		if _, ok := m[rs[i+1]]; !ok {
			m[rs[i+1]] = rs[i]
		}
	}
	return m
}()

// bundleOf is a name's bundle; false where its zone has none or its label has
// no Chinese characters.
func (c *core) bundleOf(d *Domain) (bundle, bool) {
	label, z := c.zoneOf(d.Name)
	b, ok := c.newBundle(label, z)
	if !ok {
		return b, false
	}
	for _, v := range d.Variants {
		u, err := idna.ToUnicode(v)
		if err == nil && u != b.Simplified && u != b.Traditional {
			b.Variants = append(b.Variants, u)
		}
	}
	slices.Sort(b.Variants)
	return b, true
}

func (c *core) newBundle(label string, z *Zone) (bundle, bool) {
	if z == nil || !z.Bundle || c.variantKey(label, z) == "" {
		return bundle{}, false
	}
	u, err := idna.ToUnicode(label)
	if err != nil {
		return bundle{}, false
	}
	s := simplified(u)
	return bundle{Own: label, Simplified: s, Traditional: traditional(s)}, true
}

// allocate lists the variants that are allocated with a new name: the
// simplified and the traditional form, and those that are asked for.
func (c *core) allocate(label string, z *Zone, cmd domainCreate) ([]string, error) {
	b, ok := c.newBundle(label, z)
	switch {
	case !ok && (len(cmd.Variants) > 0 || cmd.Simplified+cmd.Traditional != ""):
		return nil, refuse(2306, "no variants of this label")
	case !ok:
		return nil, nil
	case cmd.Simplified != "" && z.bare(cmd.Simplified) != b.Simplified:
		return nil, refuse(2306, "not its simplified form")
	case cmd.Traditional != "" && z.bare(cmd.Traditional) != b.Traditional:
		return nil, refuse(2306, "not its traditional form")
	}
	out, err := c.variantLabels(label, z, append([]string{b.Simplified, b.Traditional}, cmd.Variants...))
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(out, func(v string) bool { return v == label }), nil
}

// variantLabels writes variants as A-labels, each of them a variant of label.
func (c *core) variantLabels(label string, z *Zone, list []string) ([]string, error) {
	key := c.variantKey(label, z)
	var out []string
	for _, v := range list {
		a, err := idna.Registration.ToASCII(z.bare(v))
		if err != nil {
			return nil, refuse(2005, "invalid variant label")
		}
		if c.variantKey(a, z) != key {
			return nil, refuse(2306, "not a variant of this label")
		}
		if !slices.Contains(out, a) {
			out = append(out, a)
		}
	}
	slices.Sort(out)
	return out, nil
}

// changeVariants allocates and blocks variants of a registered name.
func (c *core) changeVariants(d *Domain, label string, z *Zone, u domainUpdate) ([]string, error) {
	b, ok := c.newBundle(label, z)
	if !ok {
		return nil, refuse(2306, "no variants of this label")
	}
	add, err := c.variantLabels(label, z, u.AddVariants)
	if err != nil {
		return nil, err
	}
	rem, err := c.variantLabels(label, z, u.RemVariants)
	if err != nil {
		return nil, err
	}
	out := slices.Clone(d.Variants)
	for _, v := range rem {
		i := slices.Index(out, v)
		if i < 0 {
			return nil, refuse(2306, "variant not allocated")
		}
		if t, err := idna.ToUnicode(v); err == nil && (t == b.Simplified || t == b.Traditional) {
			return nil, refuse(2306, "variant belongs to the bundle")
		}
		out = slices.Delete(out, i, i+1)
	}
	for _, v := range add {
		if v != label && !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	slices.Sort(out)
	return out, nil
}

// allocatedTo is the name that a variant is allocated with.
func (c *core) allocatedTo(name string) *Domain {
	label, z := c.zoneOf(name)
	if z == nil || !z.Bundle {
		return nil
	}
	d := c.domains[c.variants[c.variantKey(label, z)]]
	if d != nil && slices.Contains(d.Variants, label) {
		return d
	}
	return nil
}

// full is a label with its zone, as people write both.
func (z *Zone) full(label string) string {
	u, err := idna.ToUnicode(z.Name)
	if err != nil {
		u = z.Name
	}
	return label + "." + u
}

// bare is a label without its zone, if that was written.
func (z *Zone) bare(name string) string {
	name = strings.TrimSuffix(name, ".")
	return strings.TrimSuffix(strings.TrimSuffix(name, "."+z.Name), z.full(""))
}
