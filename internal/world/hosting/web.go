package hosting

import (
	"embed"
	"html/template"
	"net"
	"net/http"
	"strings"

	"golang.org/x/net/idna"

	"github.com/openregistrar/openregistrar/internal/world/look"
)

//go:embed parked.tmpl
var files embed.FS

// Web is the web host: for every name that points at it, a small page that
// says which name it is.
func Web() (http.Handler, error) {
	page, err := template.ParseFS(files, "parked.tmpl")
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("GET /static/", look.Static())
	mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if h, _, err := net.SplitHostPort(host); err == nil {
			host = h
		}
		host = strings.ToLower(strings.TrimSuffix(host, "."))
		// Unicode beside the A-label, so that both can be read.
		shown, err := idna.ToUnicode(host)
		if err != nil || shown == host {
			shown = ""
		}
		f := look.Frame{Lang: look.Lang(w, r)}
		f.Data = map[string]string{"Host": host, "Unicode": shown}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_ = page.Execute(w, f)
	})
	return look.Secure(mux), nil
}
