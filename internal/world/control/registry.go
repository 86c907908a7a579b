package control

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/world/registry"
)

// act is a call on one registry.
type act func(r *http.Request, reg *registry.Registry) (any, error)

// calls on one registry, by method and path.
var calls = map[string]act{
	"GET /faults":          listFaults,
	"POST /faults":         taking(addFault),
	"DELETE /faults/{fid}": removeFault,
	"POST /power":          taking(power),

	"GET /names":                      listNames,
	"POST /names":                     taking(take),
	"GET /names/{name}":               showName,
	"DELETE /names/{name}":            remove,
	"POST /names/{name}/status":       named(status),
	"POST /names/{name}/transfer":     named(transfer),
	"POST /names/{name}/answer":       named(answer),
	"POST /names/{name}/verdict":      named(verdict),
	"POST /names/{name}/verification": named(verification),
	"POST /names/{name}/move":         named(move),
	"POST /names/{name}/vanish":       named(vanish),
	"POST /deposits/{clid}":           taking(deposit),
	"GET /queues/{clid}":              queue,
	"GET /rules":                      func(_ *http.Request, reg *registry.Registry) (any, error) { return RulesOf(reg), nil },
	"POST /prices":                    ruling(price),
	"POST /labels":                    ruling(label),
	"POST /zones/{zone}":              ruling(zone),
	"POST /registrants":               ruling(bar),
	"PUT /pending":                    ruling(pending),
	"POST /maintenance":               taking(putMaintenance),
	"DELETE /maintenance/{mid}":       dropMaintenance,
}

// Mount puts the calls on one registry under a prefix. find says which one a
// request is for.
func Mount(mux *http.ServeMux, prefix string, find func(*http.Request) (*registry.Registry, error)) {
	for call, do := range calls {
		method, path, _ := strings.Cut(call, " ")
		mux.Handle(method+" "+prefix+path, Endpoint(func(r *http.Request) (any, error) {
			reg, err := find(r)
			if err != nil {
				return nil, err
			}
			return do(r, reg)
		}))
	}
}

// taking is an act that takes a body.
func taking[T any](f func(r *http.Request, reg *registry.Registry, in T) (any, error)) act {
	return func(r *http.Request, reg *registry.Registry) (any, error) {
		var in T
		if err := Body(r, &in); err != nil {
			return nil, err
		}
		v, err := f(r, reg, in)
		return v, Refusal(err)
	}
}

func noRegistrar(reg *registry.Registry, clid string) error {
	if _, ok := reg.Registrar(clid); !ok {
		return NotFound("no registrar " + strconv.Quote(clid))
	}
	return nil
}

// Faults in force.
func Faults(reg *registry.Registry) []registry.FaultRule {
	out := []registry.FaultRule{}
	for _, f := range reg.Faults() {
		out = append(out, registry.RuleOf(f))
	}
	return out
}

func listFaults(_ *http.Request, reg *registry.Registry) (any, error) {
	return map[string]any{"faults": Faults(reg), "kinds": registry.FaultKinds()}, nil
}

func addFault(_ *http.Request, reg *registry.Registry, in registry.FaultRule) (any, error) {
	f, err := in.Fault()
	if err == nil {
		f.Seen = 0 // told, not taken
		f, err = reg.AddFault(f)
	}
	if err != nil {
		return nil, BadRequest(err.Error())
	}
	return Created{registry.RuleOf(f)}, nil
}

func removeFault(r *http.Request, reg *registry.Registry) (any, error) {
	if id := r.PathValue("fid"); !reg.RemoveFault(id) {
		return nil, NotFound("no fault " + strconv.Quote(id))
	}
	return nil, nil
}

// Up says whether a registry's EPP is switched on.
func Up(reg *registry.Registry) bool {
	return !slices.ContainsFunc(reg.Faults(), func(f registry.Fault) bool { return f.Kind == registry.FaultDown })
}

// Power switches a registry's EPP on or off.
func Power(reg *registry.Registry, on bool) error {
	if Up(reg) == on {
		return nil
	}
	if !on {
		_, err := reg.AddFault(registry.Fault{Kind: registry.FaultDown})
		return err
	}
	for _, f := range reg.Faults() {
		if f.Kind == registry.FaultDown {
			reg.RemoveFault(f.ID)
		}
	}
	return nil
}

type powerIn struct {
	Up *bool `json:"up"`
}

func power(_ *http.Request, reg *registry.Registry, in powerIn) (any, error) {
	if in.Up == nil {
		return nil, BadRequest(`"up" must be true or false`)
	}
	if err := Power(reg, *in.Up); err != nil {
		return nil, err
	}
	return map[string]bool{"up": Up(reg)}, nil
}

type depositIn struct {
	Delta int64 `json:"delta"` // minor units
}

func deposit(r *http.Request, reg *registry.Registry, in depositIn) (any, error) {
	clid := r.PathValue("clid")
	if err := noRegistrar(reg, clid); err != nil {
		return nil, err
	}
	after, err := reg.AdjustDeposit(clid, in.Delta)
	return map[string]any{"clid": clid, "balance": after}, err
}

// Message is a waiting poll message at a glance.
type Message struct {
	ID     string    `json:"id"`
	Queued time.Time `json:"queued"`
	Kind   string    `json:"kind"`
	Object string    `json:"object,omitempty"`
	Text   string    `json:"text"`
}

// Queue lists the oldest hundred messages that wait for a registrar, and says
// how many there are.
func Queue(reg *registry.Registry, clid string) ([]Message, int) {
	list, n := reg.PollQueue(clid, 100)
	out := []Message{}
	for _, m := range list {
		out = append(out, Message{m.ID, m.Queued, m.Kind, m.Object, m.Text})
	}
	return out, n
}

func queue(r *http.Request, reg *registry.Registry) (any, error) {
	clid := r.PathValue("clid")
	if err := noRegistrar(reg, clid); err != nil {
		return nil, err
	}
	list, n := Queue(reg, clid)
	return map[string]any{"count": n, "messages": list}, nil
}
