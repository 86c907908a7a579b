package epp

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What commands are held to beside the order of their elements.

// lang is a lang attribute, which commands hold to xsd:language.
func (d *decoder) lang(el *Element) string {
	v, given := d.tokenAttr(el, "lang")
	if d.strict && given && !isLanguage(v) {
		d.fail(CodeValueSyntax, el, "attribute lang is not a language")
	}
	return v
}

// isLanguage is xsd:language: [a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*.
func isLanguage(s string) bool {
	for i, part := range strings.Split(s, "-") {
		if len(part) < 1 || len(part) > 8 {
			return false
		}
		for k := 0; k < len(part); k++ {
			if c := part[k] | 0x20; (c < 'a' || c > 'z') && (i == 0 || part[k] < '0' || part[k] > '9') {
				return false
			}
		}
	}
	return true
}

// empty holds a command's element to having no content.
func (d *decoder) empty(el *Element) {
	if d.strict && (len(el.Children) > 0 || el.Text != "") {
		d.fail(CodeSyntaxError, el, "element is not empty")
	}
}

// needs holds a command's element to having children of these names, whatever
// they hold.
func (d *decoder) needs(el *Element, locals ...string) {
	for _, l := range locals {
		d.require(!d.strict || el.Child(el.Space, l) != nil, l)
	}
}

// inTurn holds a command's children of several namespaces to an order. rank
// gives a child's place from 1, negative where it may come again, 0 where it
// does not belong.
func (d *decoder) inTurn(el *Element, rank func(c *Element) int) {
	if !d.strict {
		return
	}
	last := 0
	for _, c := range el.Children {
		n := rank(c)
		many := n < 0
		if many {
			n = -n
		}
		switch {
		case n == 0:
			d.unexpected(c)
		case n < last:
			d.fail(CodeSyntaxError, c, "element out of its order")
		case n == last && !many:
			d.fail(CodeSyntaxError, c, "element given too often")
		}
		last = n
	}
	d.noText(el)
}

// oneOf holds a command to the schema's list of values.
func (d *decoder) oneOf(el *Element, value string, list []string) string {
	if d.strict && !slices.Contains(list, value) {
		d.fail(CodeValueSyntax, el, "value not of the schema's list")
	}
	return value
}

// isROID is the schema's pattern of a repository object identifier:
// (\w|_){1,80}-\w{1,8}.
func isROID(s string) bool {
	i := strings.LastIndexByte(s, '-')
	if i < 0 {
		return false
	}
	for k, r := range s {
		if k != i && r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return false
		}
	}
	n, m := utf8.RuneCountInString(s[:i]), utf8.RuneCountInString(s[i+1:])
	return n >= 1 && n <= 80 && m >= 1 && m <= 8
}
