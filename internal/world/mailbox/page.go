package mailbox

import (
	"embed"
	"encoding/json"
	"html/template"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/world/look"
)

//go:embed pages
var pages embed.FS

const perPage = 50

// API answers /api/mail: GET a list (?to= ?after= ?before= ?limit=, newest
// first), GET /api/mail/{id}, DELETE to empty the mailbox. The control server
// mounts it too.
func API(s *Store) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/mail", func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		query := Query{To: q.Get("to")}
		for key, into := range map[string]*int64{"before": &query.Before, "after": &query.After} {
			if v := q.Get(key); v != "" {
				n, err := strconv.ParseInt(v, 10, 64)
				if err != nil {
					answer(w, http.StatusBadRequest, map[string]string{"error": key + " must be a message ID"})
					return
				}
				*into = n
			}
		}
		if v := q.Get("limit"); v != "" {
			n, err := strconv.Atoi(v)
			if err != nil || n < 1 || n > 1000 {
				answer(w, http.StatusBadRequest, map[string]string{"error": "limit must be 1 to 1000"})
				return
			}
			query.Limit = n
		}
		answer(w, http.StatusOK, map[string]any{"messages": s.List(query)})
	})
	mux.HandleFunc("GET /api/mail/{id}", func(w http.ResponseWriter, r *http.Request) {
		m, err := byID(s, r)
		if err != nil {
			answer(w, http.StatusNotFound, map[string]string{"error": err.Error()})
			return
		}
		answer(w, http.StatusOK, m)
	})
	mux.HandleFunc("DELETE /api/mail", func(w http.ResponseWriter, r *http.Request) {
		if err := s.Clear(); err != nil {
			answer(w, http.StatusInternalServerError, map[string]string{"error": err.Error()})
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
	return mux
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

func byID(s *Store, r *http.Request) (Message, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return Message{}, ErrNoMessage
	}
	return s.Get(id)
}

// Handler is the mailbox's page and API. control is the control page's
// address, for the way back.
func Handler(s *Store, control string, now func() time.Time, log *slog.Logger) (http.Handler, error) {
	tmpl, err := look.Parse(pages, nil, "pages/list.tmpl", "pages/message.tmpl")
	if err != nil {
		return nil, err
	}
	frame := func(w http.ResponseWriter, r *http.Request, title [2]string) look.Frame {
		f := look.Frame{Lang: look.Lang(w, r), Path: r.URL.Path, Query: r.URL.Query()}
		f.Title = f.T(title[0], title[1])
		f.Nav = []look.NavItem{
			{URL: "/", Icon: "inbox", Text: f.T("邮箱", "Mailbox"), Current: true},
			{URL: control + "/", Icon: "clock", Text: f.T("时钟与注册局", "Clock and registries")},
		}
		f.Tabs = []look.NavItem{f.Nav[0], {URL: control + "/", Icon: "clock", Text: f.T("时钟", "Clock")},
			{URL: control + "/#registries", Icon: "plug", Text: f.T("注册局", "Registries")}}
		f.Foot = f.T("现在 ", "Now ") + f.Time(now()) + " UTC"
		return f
	}
	show := func(w http.ResponseWriter, status int, page string, f look.Frame) {
		if err := look.Render(w, status, tmpl[page], f); err != nil {
			log.Error("mailbox page", "error", err.Error())
		}
	}
	missing := func(w http.ResponseWriter, r *http.Request) {
		f := frame(w, r, [2]string{"没有这封信", "No such message"})
		show(w, http.StatusNotFound, "pages/message.tmpl", f)
	}
	mux := http.NewServeMux()
	mux.Handle("/api/", API(s))
	mux.Handle("GET /static/", look.Static())
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		f := frame(w, r, [2]string{"邮箱", "Mailbox"})
		to := strings.TrimSpace(r.URL.Query().Get("to"))
		before, _ := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64)
		list := s.List(Query{To: to, Before: before, Limit: perPage + 1})
		d := listData{To: to, Paged: before > 0}
		if len(list) > perPage {
			list = list[:perPage]
			d.Next = list[perPage-1].ID
		}
		d.Messages = list
		f.Data = d
		show(w, http.StatusOK, "pages/list.tmpl", f)
	})
	mux.HandleFunc("GET /m/{id}", func(w http.ResponseWriter, r *http.Request) {
		m, err := byID(s, r)
		if err != nil {
			missing(w, r)
			return
		}
		title := m.Subject
		f := frame(w, r, [2]string{title, title})
		f.Data = messageData{Message: m, Raw: string(m.raw), Plain: r.URL.Query().Get("view") == "text" || m.HTML == ""}
		show(w, http.StatusOK, "pages/message.tmpl", f)
	})
	mux.HandleFunc("GET /m/{id}/html", func(w http.ResponseWriter, r *http.Request) {
		m, err := byID(s, r)
		if err != nil || m.HTML == "" {
			http.Error(w, "no such part", http.StatusNotFound)
			return
		}
		// The sender's own HTML, shown and not trusted: no script, no request to
		// anywhere, an origin of its own, links only into new windows.
		w.Header().Set("Content-Security-Policy", "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'")
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(`<base target="_blank">` + m.HTML))
	})
	mux.HandleFunc("POST /clear", func(w http.ResponseWriter, r *http.Request) {
		if err := s.Clear(); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		http.Redirect(w, r, "/", http.StatusSeeOther)
	})
	mux.HandleFunc("/", missing)
	return look.Secure(mux), nil
}

type listData struct {
	To       string
	Messages []Message
	Next     int64
	Paged    bool
}

type messageData struct {
	Message
	Raw   string
	Plain bool
}

// Lines are the text's lines, with addresses apart so that they can be followed.
func (d messageData) Lines() []template.HTML {
	var out []template.HTML
	for line := range strings.SplitSeq(d.Text, "\n") {
		var b strings.Builder
		for i, word := range strings.Split(line, " ") {
			if i > 0 {
				b.WriteByte(' ')
			}
			esc := template.HTMLEscapeString(word)
			if strings.HasPrefix(word, "http://") || strings.HasPrefix(word, "https://") {
				esc = `<a href="` + esc + `" rel="noreferrer">` + esc + `</a>`
			}
			b.WriteString(esc)
		}
		out = append(out, template.HTML(b.String()))
	}
	return out
}
