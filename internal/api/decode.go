package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/openregistrar/openregistrar/internal/fault"
)

// source is a request's parameters before they are known to fit an action.
type source struct {
	values map[string]any // of JSON, numbers as json.Number
	form   bool           // values came as text: "1" and "true" are numbers and booleans where those are asked for
}

// jsonSource reads one JSON object; an empty body is an empty object.
func jsonSource(body []byte) (source, error) {
	body = bytes.TrimSpace(body)
	if len(body) == 0 {
		return source{values: map[string]any{}}, nil
	}
	if bytes.Count(body, []byte{','}) > maxMembers { // each is worth ten times its bytes once it is decoded
		return source{}, fault.New(fault.Limited, "api.body-too-large", "bytes", strconv.Itoa(len(body)))
	}
	if !utf8.Valid(body) {
		return source{}, fault.New(fault.Invalid, "api.malformed-body")
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		at := dec.InputOffset()
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			at = syntax.Offset
		}
		return source{}, fault.New(fault.Invalid, "api.malformed-body", "at", strconv.FormatInt(at, 10))
	}
	if _, err := dec.Token(); err != io.EOF {
		return source{}, fault.New(fault.Invalid, "api.malformed-body", "at", strconv.FormatInt(dec.InputOffset(), 10))
	}
	object, ok := v.(map[string]any)
	if !ok {
		return source{}, fault.New(fault.Invalid, "api.malformed-body", "at", "0")
	}
	return source{values: object}, nil
}

const (
	maxMembers   = 500_000 // commas in a JSON body
	maxFormDepth = 6
	maxFormIndex = 20000
)

// formSource unfolds flattened parameters: Domains.0=a&ContactInfo.Email=b.
func formSource(q url.Values) (source, error) {
	root := map[string]any{}
	for key, vals := range q {
		if len(vals) != 1 {
			return source{}, mistyped(clip(key), "one value")
		}
		parts := strings.Split(key, ".")
		if len(parts) > maxFormDepth {
			return source{}, fault.New(fault.Invalid, "api.unknown-field", "field", clip(key))
		}
		at := root
		for i, p := range parts {
			if i == len(parts)-1 {
				if _, taken := at[p]; taken {
					return source{}, mistyped(clip(key), "one value")
				}
				at[p] = vals[0]
				break
			}
			next, ok := at[p].(map[string]any)
			if !ok {
				if _, taken := at[p]; taken {
					return source{}, mistyped(clip(key), "one value")
				}
				next = map[string]any{}
				at[p] = next
			}
			at = next
		}
	}
	return source{values: root, form: true}, nil
}

// into fills a struct by its json tags. A field without omitempty is required; the tags minimum, maximum, minLength,
// maxLength, minItems, maxItems and enum bound it (the OpenAPI document is made of the same tags). Unknown,
// missing, mistyped and out-of-range parameters are refused by name.
func (s source) into(dst any) error {
	return s.object(reflect.ValueOf(dst).Elem(), s.values, "")
}

func (s source) object(dst reflect.Value, src map[string]any, path string) error {
	known := make(map[string]bool, dst.NumField())
	for i := range dst.NumField() {
		f := dst.Type().Field(i)
		name, opt, _ := strings.Cut(f.Tag.Get("json"), ",")
		known[name] = true
		v, given := src[name]
		if v == nil || (v == "" && opt != "omitempty") {
			given = false
		}
		if !given {
			if opt != "omitempty" {
				return fault.New(fault.Invalid, "api.missing-field", "field", path+name)
			}
			continue
		}
		if err := s.value(dst.Field(i), v, f.Tag, path+name); err != nil {
			return err
		}
	}
	for name := range src {
		if !known[name] {
			return fault.New(fault.Invalid, "api.unknown-field", "field", clip(path+name))
		}
	}
	return nil
}

func (s source) value(dst reflect.Value, v any, tag reflect.StructTag, path string) error {
	switch dst.Kind() {
	case reflect.Pointer:
		p := reflect.New(dst.Type().Elem())
		if err := s.value(p.Elem(), v, tag, path); err != nil {
			return err
		}
		dst.Set(p)
	case reflect.String:
		text, ok := v.(string)
		if !ok {
			return mistyped(path, "string")
		}
		if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
			return mistyped(path, "utf-8")
		}
		if n := utf8.RuneCountInString(text); !within(tag, "minLength", "maxLength", n) {
			return outside(path, "length "+span(tag, "minLength", "maxLength"))
		}
		if allowed := tag.Get("enum"); allowed != "" && !contains(allowed, text) {
			return outside(path, strings.ReplaceAll(allowed, ",", " | "))
		}
		dst.SetString(text)
	case reflect.Int, reflect.Int64:
		var text string
		switch n := v.(type) {
		case json.Number:
			text = n.String()
		case string:
			if !s.form {
				return mistyped(path, "integer")
			}
			text = n
		default:
			return mistyped(path, "integer")
		}
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return mistyped(path, "integer")
		}
		if !within(tag, "minimum", "maximum", int(n)) {
			return outside(path, span(tag, "minimum", "maximum"))
		}
		if allowed := tag.Get("enum"); allowed != "" && !contains(allowed, text) {
			return outside(path, strings.ReplaceAll(allowed, ",", " | "))
		}
		dst.SetInt(n)
	case reflect.Bool:
		b, ok := v.(bool)
		if text, isText := v.(string); isText && s.form {
			b, ok = text == "true" || text == "1", text == "true" || text == "false" || text == "1" || text == "0"
		}
		if !ok {
			return mistyped(path, "boolean")
		}
		dst.SetBool(b)
	case reflect.Slice:
		list, err := s.list(v, path)
		if err != nil {
			return err
		}
		if !within(tag, "minItems", "maxItems", len(list)) {
			return outside(path, "length "+span(tag, "minItems", "maxItems"))
		}
		out := reflect.MakeSlice(dst.Type(), len(list), len(list))
		for i, e := range list {
			if err := s.value(out.Index(i), e, "", path+"."+strconv.Itoa(i)); err != nil {
				return err
			}
		}
		dst.Set(out)
	case reflect.Struct:
		object, ok := v.(map[string]any)
		if !ok {
			return mistyped(path, "object")
		}
		return s.object(dst, object, path+".")
	default:
		return errors.New("api: no decoding for " + dst.Type().String())
	}
	return nil
}

// list takes a JSON array, or the numbered entries that a flattened form has instead.
func (s source) list(v any, path string) ([]any, error) {
	if list, ok := v.([]any); ok {
		return list, nil
	}
	numbered, ok := v.(map[string]any)
	if !ok || !s.form {
		return nil, mistyped(path, "array")
	}
	list := make([]any, len(numbered))
	for key, e := range numbered {
		i, err := strconv.Atoi(key)
		if err != nil || i < 0 || i > maxFormIndex || strconv.Itoa(i) != key {
			return nil, fault.New(fault.Invalid, "api.unknown-field", "field", clip(path+"."+key))
		}
		if i >= len(list) {
			return nil, fault.New(fault.Invalid, "api.missing-field", "field", path+"."+strconv.Itoa(firstGap(numbered)))
		}
		list[i] = e
	}
	return list, nil
}

func firstGap(numbered map[string]any) int {
	for i := 0; ; i++ {
		if _, ok := numbered[strconv.Itoa(i)]; !ok {
			return i
		}
	}
}

func mistyped(path, want string) error {
	return fault.New(fault.Invalid, "api.malformed-field", "field", path, "want", want)
}

// outside is a value of the right type that isn't allowed; the fact "allowed" tells it from a wrong type.
func outside(path, allowed string) error {
	return fault.New(fault.Invalid, "api.malformed-field", "field", path, "want", allowed, "allowed", allowed)
}

func within(tag reflect.StructTag, low, high string, n int) bool {
	if l, err := strconv.Atoi(tag.Get(low)); err == nil && n < l {
		return false
	}
	h, err := strconv.Atoi(tag.Get(high))
	return err != nil || n <= h
}

func span(tag reflect.StructTag, low, high string) string {
	l, h := tag.Get(low), tag.Get(high)
	switch {
	case h == "":
		return l + "–"
	case l == "":
		return "–" + h
	}
	return l + "–" + h
}

func contains(list, one string) bool {
	for _, s := range strings.Split(list, ",") {
		if s == one {
			return true
		}
	}
	return false
}

// clip keeps what a caller made up short enough to repeat.
func clip(s string) string {
	r := []rune(strings.ToValidUTF8(s, "?"))
	if len(r) > 80 {
		return string(r[:80]) + "…"
	}
	return string(r)
}
