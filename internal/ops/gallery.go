package ops

import (
	"context"
	"slices"
	"sync"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/realname"
)

// Bounds of what pictures may cost: as many are decoded or judged at a time, as many more may wait for that with their
// bytes in memory, and so many pixels are kept decoded.
const (
	decoders    = 2
	waiters     = 16
	keptPixels  = 24_000_000
	keptResults = 64 // pictures, judged as a type of document
)

// gallery keeps the pictures that were looked at last, since a form is judged again with every change to it. It is in
// memory alone.
type gallery struct {
	decoding chan struct{}
	waiting  chan struct{}

	mu      sync.Mutex
	kept    []hung // the last used at the end
	results []judged
}

type hung struct {
	id domain.DocumentID
	p  *realname.Picture
}

// judged is what the checks of pixels said of a picture taken for a type of document.
type judged struct {
	id      domain.DocumentID
	kind    string
	role    realname.Role
	results map[string]realname.Result
}

func newGallery() *gallery {
	return &gallery{decoding: make(chan struct{}, decoders), waiting: make(chan struct{}, decoders+waiters)}
}

// enter waits for a turn at a picture; "document.busy" where too many wait already.
func (g *gallery) enter(ctx context.Context) (leave func(), err error) {
	select {
	case g.waiting <- struct{}{}:
	default:
		return nil, fault.New(fault.Unavailable, "document.busy")
	}
	select {
	case g.decoding <- struct{}{}:
		return func() { <-g.decoding; <-g.waiting }, nil
	case <-ctx.Done():
		<-g.waiting
		return nil, ctx.Err()
	}
}

// picture gives a decoded picture, from what is kept or by opening the bytes that fetch gives. nil: it can't be decoded.
func (g *gallery) picture(ctx context.Context, id domain.DocumentID, fetch func() ([]byte, error)) (*realname.Picture, error) {
	g.mu.Lock()
	if i := slices.IndexFunc(g.kept, func(h hung) bool { return h.id == id }); i >= 0 {
		h := g.kept[i]
		g.kept = append(slices.Delete(g.kept, i, i+1), h)
		g.mu.Unlock()
		return h.p, nil
	}
	g.mu.Unlock()
	leave, err := g.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	raw, err := fetch()
	if err != nil {
		return nil, err
	}
	p, _ := realname.Open(raw, "")
	if p == nil {
		return nil, nil
	}
	g.keep(id, p)
	return p, nil
}

func (g *gallery) keep(id domain.DocumentID, p *realname.Picture) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.kept = append(slices.DeleteFunc(g.kept, func(h hung) bool { return h.id == id }), hung{id, p})
	pixels := 0
	for i := len(g.kept) - 1; i >= 0; i-- {
		if pixels += g.kept[i].p.Width * g.kept[i].p.Height; pixels > keptPixels {
			g.kept = slices.Delete(g.kept, 0, i+1)
			break
		}
	}
}

// run gives the kept result of a check of pixels, or keeps a new one.
func (g *gallery) run(id domain.DocumentID, kind string, role realname.Role, c realname.Check, in *realname.Input) realname.Result {
	if c.Needs != realname.NeedsPicture || id == 0 {
		return c.Run(in)
	}
	same := func(j judged) bool { return j.id == id && j.kind == kind && j.role == role }
	g.mu.Lock()
	if i := slices.IndexFunc(g.results, same); i >= 0 {
		if res, ok := g.results[i].results[c.ID]; ok {
			g.mu.Unlock()
			return res
		}
	}
	g.mu.Unlock()
	g.decoding <- struct{}{}
	res := c.Run(in)
	<-g.decoding
	g.mu.Lock()
	defer g.mu.Unlock()
	i := slices.IndexFunc(g.results, same)
	if i < 0 {
		if len(g.results) == keptResults {
			g.results = slices.Delete(g.results, 0, 1)
		}
		g.results = append(g.results, judged{id, kind, role, map[string]realname.Result{}})
		i = len(g.results) - 1
	}
	g.results[i].results[c.ID] = res
	return res
}

// forget lets go of a picture that was shredded.
func (g *gallery) forget(id domain.DocumentID) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.kept = slices.DeleteFunc(g.kept, func(h hung) bool { return h.id == id })
	g.results = slices.DeleteFunc(g.results, func(j judged) bool { return j.id == id })
}
