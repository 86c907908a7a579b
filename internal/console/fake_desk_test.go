package console

import (
	"context"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/naming"
	"github.com/openregistrar/openregistrar/internal/ops"
)

// wire is what the fake knows of registries.
type wire struct {
	frames   []ops.Frame
	polls    []ops.PollMessage
	rounds   []ops.Round
	differs  *ops.Disagreement
	asked    ops.FrameFilter
	wanted   ops.PollFilter
	settled  []int64
	resolved []ops.Resolution
}

func (f *fake) Frames(_ context.Context, s domain.Scope, q ops.FrameFilter) ([]ops.Frame, error) {
	f.wire.asked = q
	if q.Session == "gone" {
		return nil, f.call("Frames", s)
	}
	return f.wire.frames, f.call("Frames", s)
}

func (f *fake) Polls(_ context.Context, s domain.Scope, q ops.PollFilter) ([]ops.PollMessage, error) {
	f.wire.wanted = q
	var out []ops.PollMessage
	for _, m := range f.wire.polls {
		if !q.Parked || !m.Readable && m.SettledAt.IsZero() {
			out = append(out, m)
		}
	}
	return out, f.call("Polls", s)
}

func (f *fake) Poll(_ context.Context, s domain.Scope, id int64) (ops.PollMessage, error) {
	if err := f.call("Poll", s); err != nil {
		return ops.PollMessage{}, err
	}
	for _, m := range f.wire.polls {
		if m.ID == id {
			return m, nil
		}
	}
	return ops.PollMessage{}, fault.New(fault.Missing, "registry.message-not-found")
}

func (f *fake) SettlePoll(_ context.Context, s domain.Scope, id int64) error {
	f.wire.settled = append(f.wire.settled, id)
	return f.call("SettlePoll", s)
}

func (f *fake) Rounds(_ context.Context, s domain.Scope) ([]ops.Round, error) {
	return f.wire.rounds, f.call("Rounds", s)
}

func (f *fake) Disagreement(_ context.Context, s domain.Scope, _ ops.Looker, typed string) (ops.Disagreement, error) {
	if err := f.call("Disagreement", s); err != nil {
		return ops.Disagreement{}, err
	}
	n, err := naming.Parse(typed)
	if err != nil {
		return ops.Disagreement{}, err
	}
	if f.wire.differs == nil {
		return ops.Disagreement{}, fault.New(fault.Missing, "domain.not-found", "name", naming.Display(n))
	}
	return *f.wire.differs, nil
}

func (f *fake) Resolve(_ context.Context, s domain.Scope, _ ops.Looker, _ string, how ops.Resolution) error {
	f.wire.resolved = append(f.wire.resolved, how)
	return f.call("Resolve", s)
}

type nowhere struct{}

func (nowhere) Info(context.Context, string, domain.Name) (domain.Object, error) {
	return domain.Object{}, fault.New(fault.Unavailable, "registry.unreachable")
}
func (nowhere) InfoAgain(context.Context, string, domain.Name) (domain.Object, error) {
	return domain.Object{}, fault.New(fault.Unavailable, "registry.unreachable")
}

const infoFrame = `<?xml version="1.0" encoding="UTF-8"?><epp xmlns="urn:ietf:params:xml:ns:epp-1.0"><response><result code="2303"><msg lang="en">Object does not exist &amp; never did</msg></result><trID><clTRID>OR-1042-1</clTRID><svTRID>VSIM-9</svTRID></trID></response></epp>`

func withFrames(f *fake) {
	at := today.Add(-time.Minute)
	f.wire.frames = []ops.Frame{
		{ID: 9, RegistryAccount: "verisim", Session: "verisim-k3j2h1g5f4", At: at, Command: "domain:info", Name: "yunhe-tea.com", ClTRID: "OR-1042-1", Code: 2303, Text: infoFrame},
		{ID: 8, RegistryAccount: "verisim", Session: "verisim-k3j2h1g5f4", At: at, Sent: true, Command: "domain:info", Name: "xn--9kq974e8np.xn--fiqs8s", ClTRID: "OR-1042-1", Text: `<epp><command><info/>`},
		{ID: 7, RegistryAccount: "cnsim", Session: "cnsim-a1b2c3d4e5", At: at, Command: "login", Code: 1000, ClTRID: "abc", Text: "<epp/>"},
		{ID: 6, RegistryAccount: "cnsim", Session: "cnsim-a1b2c3d4e5", At: at, Command: "greeting", Text: "<epp><greeting/></epp>"},
	}
}

func withManyFrames(f *fake) {
	withFrames(f)
	for len(f.wire.frames) < framesPerPage {
		f.wire.frames = append(f.wire.frames, f.wire.frames[3])
	}
}

func withPolls(f *fake) {
	f.wire.polls = []ops.PollMessage{
		{ID: 5, RegistryAccount: "verisim", MsgID: "77", QueuedAt: today, Raw: []byte("<epp><msg>what"), Facts: map[string]string{"why": "malformed"}, Kind: "other", DoneAt: today},
		{ID: 4, RegistryAccount: "verisim", MsgID: "", QueuedAt: today, Raw: []byte(infoFrame), Facts: map[string]string{"why": "no-id"}, Kind: "other", DoneAt: today, SettledAt: today},
		{ID: 3, RegistryAccount: "verisim", MsgID: "76", QueuedAt: today, Readable: true, Name: "yunhe-tea.com", Kind: "change", Raw: []byte(infoFrame), DoneAt: today,
			Facts: map[string]string{"text": "yunhe-tea.com: held after the naming review.", "operation": "update", "reason": "bank", "case": "custom 77"}},
		{ID: 2, RegistryAccount: "cnsim", MsgID: "8", QueuedAt: today, Readable: true, Kind: "balance", Facts: map[string]string{"text": "Deposit is low"}},
		{ID: 1, RegistryAccount: "cnsim", MsgID: "7", QueuedAt: today, Readable: true, Kind: "newer-kind"},
	}
	f.wire.rounds = []ops.Round{{RegistryAccount: "verisim", After: "yunhe-tea.com", Rounds: 3, Looked: 12345, Differing: 2, Names: 4000}, {RegistryAccount: "cnsim", Names: 1}}
}

// withDifference makes a name differ: kind is drift, own (the registry's own affair), gone, same, silent, busy or aside.
func withDifference(kind string) func(*fake) {
	return func(f *fake) {
		withNames(f)
		t := f.names[0]
		d := ops.Disagreement{Tenure: t, Object: domain.Object{Name: t.Name, Sponsor: "openreg"}}
		at := func(field, ours, theirs string) ops.Difference {
			return ops.Difference{Name: t.Name, RegistryAccount: "verisim", Field: field, Ours: ours, Theirs: theirs}
		}
		switch kind {
		case "drift", "busy", "aside":
			d.Diffs = []ops.Difference{at("expires", "2027-01-01T00:00:00Z", "2028-01-01T00:00:00Z"), at("ns", "ns1.openhost.net ns2.openhost.net", ""), at("registrant", "OR1", "OR2")}
			d.Cases = []domain.Case{{Subject: string(t.Name), Code: "registry.drift", Facts: map[string]string{"name": "yunhe-tea.com", "registry": "verisim", "fields": "ns registrant"}, OpenedAt: today}}
			d.Notices = []ops.PollMessage{{ID: 3, MsgID: "76", Kind: "change", QueuedAt: today, Facts: map[string]string{"text": "changed"}}}
			d.Busy, d.Ignored = kind == "busy", kind == "aside"
		case "own":
			d.Diffs = []ops.Difference{at("statuses", "", "autoRenewPeriod")}
		case "gone":
			d.Gone, d.Diffs = true, []ops.Difference{at("object", "registered", "does not exist")}
		case "silent":
			d.Silent = "registry.unreachable"
		}
		f.wire.differs = &d
	}
}
