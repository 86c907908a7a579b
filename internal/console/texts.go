package console

import (
	"embed"
	"fmt"
	"net/http"
	"strings"

	"github.com/BurntSushi/toml"
	"golang.org/x/text/language"
)

//go:embed text
var textFiles embed.FS

// The languages that every text exists in; the first one is spoken when nothing else is known.
const (
	zh = "zh-CN"
	en = "en"
)

var languages = []string{zh, en}

// catalogue holds the texts of one language by key, such as "search.title".
type catalogue map[string]string

func loadTexts() (map[string]catalogue, error) {
	all := map[string]catalogue{}
	for _, lang := range languages {
		body, err := textFiles.ReadFile("text/" + lang + ".toml")
		if err != nil {
			return nil, err
		}
		var tree map[string]any
		if _, err := toml.Decode(string(body), &tree); err != nil {
			return nil, fmt.Errorf("console: text/%s.toml: %w", lang, err)
		}
		cat := catalogue{}
		if err := flatten(cat, "", tree); err != nil {
			return nil, fmt.Errorf("console: text/%s.toml: %w", lang, err)
		}
		all[lang] = cat
	}
	return all, nil
}

func flatten(into catalogue, prefix string, tree map[string]any) error {
	for k, v := range tree {
		switch v := v.(type) {
		case string:
			into[prefix+k] = v
		case map[string]any:
			if err := flatten(into, prefix+k+".", v); err != nil {
				return err
			}
		default:
			return fmt.Errorf("%s%s is no text", prefix, k)
		}
	}
	return nil
}

// say gives a text with its arguments in place. A key that isn't there shows itself: a test keeps that from happening.
func (c catalogue) say(key string, args ...any) string {
	text, ok := c[key]
	if !ok {
		return "[" + key + "]"
	}
	if len(args) == 0 || !strings.Contains(text, "%") {
		return text // "1 name" needs no number
	}
	return fmt.Sprintf(text, args...)
}

// count picks key+".one" for one thing where the language has such a form; n is the first argument.
func (c catalogue) count(key string, n int, args ...any) string {
	if _, ok := c[key+".one"]; ok && n == 1 {
		key += ".one"
	} else if _, ok := c[key+".other"]; ok {
		key += ".other"
	}
	return c.say(key, append([]any{n}, args...)...)
}

// maybe gives a text, or the word itself for words that come from elsewhere and may be newer than the catalogue.
func (c catalogue) maybe(prefix, word string) string {
	if text, ok := c[prefix+"."+word]; ok {
		return text
	}
	return word
}

const (
	langCookie  = "lang"
	themeCookie = "theme"
)

var matcher = language.NewMatcher([]language.Tag{language.MustParse("zh-CN"), language.English})

func known(lang string) bool { return lang == zh || lang == en }

// languageOf follows ?lang, then the cookie, the account, the browser, Chinese.
func languageOf(r *http.Request, account string) string {
	if l := r.URL.Query().Get("lang"); known(l) {
		return l
	}
	if c, err := r.Cookie(langCookie); err == nil && known(c.Value) {
		return c.Value
	}
	if known(account) {
		return account
	}
	if accept := strings.TrimSpace(r.Header.Get("Accept-Language")); accept != "" {
		tags, _, err := language.ParseAcceptLanguage(accept)
		if err == nil && len(tags) > 0 {
			if _, i, sure := matcher.Match(tags...); sure != language.No {
				return languages[i]
			}
		}
	}
	return zh
}

func themeOf(r *http.Request) string {
	if c, err := r.Cookie(themeCookie); err == nil && (c.Value == "light" || c.Value == "dark") {
		return c.Value
	}
	return ""
}

func preference(name, value string, secure bool) *http.Cookie {
	return &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: 365 * 24 * 3600, SameSite: http.SameSiteLaxMode, Secure: secure}
}
