package jobs

import (
	"log/slog"
	"net/http"

	"riverqueue.com/riverui"
)

// UI gives the job engine's pages under prefix, for looking only: whatever would change a job or a queue is refused
// with 405. The caller lets only operators in. Without Config.UI it answers 404.
func (j *Jobs) UI(prefix string) http.Handler {
	if !j.cfg.UI {
		return http.NotFoundHandler()
	}
	j.ui.mu.Lock()
	defer j.ui.mu.Unlock()
	if h, ok := j.ui.handlers[prefix]; ok {
		return h
	}
	pages, err := riverui.NewHandler(&riverui.HandlerOpts{
		Endpoints: riverui.NewEndpoints(j.client, nil),
		Logger:    slog.New(quiet{j.cfg.Log.Handler()}),
		Prefix:    prefix,
	})
	if err == nil {
		err = pages.Start(j.ctx)
	}
	if err != nil {
		j.cfg.Log.Error("the job engine's pages can't be shown", "error", err)
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
		})
	}
	if j.ui.handlers == nil {
		j.ui.handlers = map[string]http.Handler{}
	}
	j.ui.handlers[prefix] = lookOnly(pages)
	return j.ui.handlers[prefix]
}

func lookOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
			return
		}
		next.ServeHTTP(w, r)
	})
}
