package app

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// clock gives business time: wall time, moved by an offset that a simulated world dictates.
type clock struct {
	offset  atomic.Int64 // nanoseconds
	control string       // address of the world's control port; empty: business time is wall time
	token   string
	server  *http.Server
	url     string
	log     *slog.Logger
	stop    context.CancelFunc
}

func (c *clock) Business() time.Time {
	return time.Now().Add(time.Duration(c.offset.Load())).UTC().Truncate(time.Microsecond)
}

func (c *clock) Wall() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

// followed is what the world asks of us while it moves the clock.
type followed struct {
	NextDue func(ctx context.Context) (time.Time, error)
	Settle  func(ctx context.Context) (bool, error)
}

// read takes over the world's clock before anything is dated.
func (c *clock) read(ctx context.Context) error {
	if c.control == "" {
		return nil
	}
	var now struct {
		Offset int64 `json:"offset_us"`
	}
	var err error
	for range 60 { // the world may be starting up just now
		if err = c.call(ctx, http.MethodGet, "/api/clock", nil, &now); err == nil || ctx.Err() != nil {
			break
		}
		time.Sleep(250 * time.Millisecond)
	}
	if err != nil {
		return fmt.Errorf("the world's clock at %s does not answer: %w", c.control, err)
	}
	c.offset.Store(now.Offset * 1000)
	return nil
}

// follow reads the world's clock and registers with it, again and again, so that a world that was restarted finds us.
func (c *clock) follow(ctx context.Context, f followed) error {
	if c.control == "" {
		return nil
	}
	if err := c.read(ctx); err != nil { // it may have been moved since the start
		return err
	}
	var secret [24]byte
	if _, err := rand.Read(secret[:]); err != nil {
		return err
	}
	c.token = hex.EncodeToString(secret[:])
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	c.url = "http://" + ln.Addr().String()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /due", c.guard(func(w http.ResponseWriter, r *http.Request) (any, error) {
		next, err := f.NextDue(r.Context())
		if err != nil || next.IsZero() {
			return map[string]any{"next": nil}, err
		}
		return map[string]any{"next": next.UTC().Format(time.RFC3339Nano)}, nil
	}))
	settled := func(r *http.Request) (any, error) {
		ok, err := f.Settle(r.Context())
		return map[string]any{"settled": ok}, err
	}
	mux.HandleFunc("POST /set", c.guard(func(_ http.ResponseWriter, r *http.Request) (any, error) {
		var in struct {
			Offset int64 `json:"offset_us"`
		}
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
			return nil, err
		}
		if d := in.Offset * 1000; d != c.offset.Swap(d) {
			return settled(r)
		}
		return map[string]any{"settled": true}, nil
	}))
	mux.HandleFunc("POST /settle", c.guard(func(_ http.ResponseWriter, r *http.Request) (any, error) { return settled(r) }))
	c.server = &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = c.server.Serve(ln) }()
	ctx, c.stop = context.WithCancel(context.WithoutCancel(ctx))
	if err := c.register(ctx); err != nil {
		return fmt.Errorf("the world's clock does not take followers: %w", err)
	}
	go func() {
		for tick := time.NewTicker(3 * time.Second); ; {
			select {
			case <-ctx.Done():
				tick.Stop()
				return
			case <-tick.C:
				if err := c.register(ctx); err != nil && ctx.Err() == nil {
					c.log.Debug("clock: registration", "error", err.Error())
				}
			}
		}
	}()
	return nil
}

func (c *clock) register(ctx context.Context) error {
	return c.call(ctx, http.MethodPost, "/api/clock/followers", map[string]string{"url": c.url, "token": c.token}, nil)
}

func (c *clock) close() {
	if c.stop != nil {
		c.stop()
	}
	if c.server != nil {
		_ = c.server.Close()
	}
}

func (c *clock) guard(h func(http.ResponseWriter, *http.Request) (any, error)) http.HandlerFunc {
	want := []byte("Bearer " + c.token)
	return func(w http.ResponseWriter, r *http.Request) {
		if subtle.ConstantTimeCompare([]byte(r.Header.Get("Authorization")), want) != 1 {
			http.Error(w, "unauthorized", http.StatusUnauthorized)
			return
		}
		out, err := h(w, r)
		if err != nil {
			c.log.Error("clock", "path", r.URL.Path, "error", err.Error())
			http.Error(w, "failed", http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(out)
	}
}

func (c *clock) call(ctx context.Context, method, path string, in, out any) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	var body bytes.Buffer
	if in != nil {
		if err := json.NewEncoder(&body).Encode(in); err != nil {
			return err
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, c.control+path, &body)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("%s %s: %s", method, path, resp.Status)
	}
	if out == nil {
		return nil
	}
	return json.NewDecoder(resp.Body).Decode(out)
}
