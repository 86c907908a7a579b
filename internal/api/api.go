// Package api serves the registrar's actions to programs: one table of actions (table.go), two wire forms.
//
// Form 1 is the public API of the product that this registrar answers for (domain, version 2018-08-08), signed
// with TC3-HMAC-SHA256, so that its published SDKs and command line work unchanged. Form 2 is the same actions as
// plain JSON over bearer keys, described by a generated OpenAPI 3.1 document.
//
// Money in form 1 is whole units of the currency (yuan), because the SDKs' price fields are unsigned integers and
// the product's manual counts in yuan. Where a price has a fraction it is rounded up: money kept ready for the sum
// shown is then always enough. The plain actions (wallet, search) give exact minor units and say so.
package api

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/policy"
)

// Ops is what the actions call; *ops.Ops is one.
type Ops interface {
	searching
	trading
	owning
	templating
	paying
	reviewing
	explaining
	warning
	Policy() *policy.Table
	Prices(ctx context.Context, scope domain.Scope) (*policy.Table, error)
	Now() time.Time
}

type searching interface {
	Candidates(query string) (names []domain.Name, bad []ops.Found)
	Search(ctx context.Context, scope domain.Scope, names []domain.Name, each func(ops.Found))
	CandidateList(list string) (names []domain.Name, bad []ops.Found, err error)
	CheckName(ctx context.Context, scope domain.Scope, typed string) (ops.Found, error)
}

type trading interface {
	Register(ctx context.Context, scope domain.Scope, in ops.Register) (ops.OrderView, error)
	ChangeNameServers(ctx context.Context, scope domain.Scope, names []string, ns []string) (ops.OrderView, error)
	changing
	Order(ctx context.Context, scope domain.Scope, id domain.OrderID) (ops.OrderView, error)
	Orders(ctx context.Context, scope domain.Scope, f ops.OrderFilter) ([]ops.OrderView, int, error)
	Items(ctx context.Context, scope domain.Scope, id domain.OrderID, p ops.Page) ([]domain.Item, int, error)
	CancelOrder(ctx context.Context, scope domain.Scope, id domain.OrderID) (int, error)
}

// changing are the acts on names that run here; each is an order.
type changing interface {
	Renew(ctx context.Context, scope domain.Scope, in ops.Renew) (ops.OrderView, error)
	SetLock(ctx context.Context, scope domain.Scope, names []string, lock ops.Lock, on bool) (ops.OrderView, error)
	ChangeRegistrant(ctx context.Context, scope domain.Scope, names []string, template domain.TemplateID, lock bool) (ops.OrderView, error)
	SetDS(ctx context.Context, scope domain.Scope, name string, ds []domain.DS) (ops.OrderView, error)
	DrawAuthCode(ctx context.Context, scope domain.Scope, name string) (ops.OrderView, error)
	ClearAuthCode(ctx context.Context, scope domain.Scope, name string) (ops.OrderView, error)
	ShowAuthCode(ctx context.Context, scope domain.Scope, name string) (code string, until time.Time, err error)
	Delete(ctx context.Context, scope domain.Scope, name string) (ops.OrderView, error)
	Restore(ctx context.Context, scope domain.Scope, name string, maxTotal int64, key string) (ops.OrderView, error)
	AnswerTransfer(ctx context.Context, scope domain.Scope, name string, approve bool) (ops.OrderView, error)
}

type owning interface {
	DomainByID(ctx context.Context, scope domain.Scope, id domain.TenureID) (domain.Tenure, error)
	Domain(ctx context.Context, scope domain.Scope, name string) (domain.Tenure, error)
	Domains(ctx context.Context, scope domain.Scope, f ops.TenureFilter) ([]domain.Tenure, int, error)
	LogLines(ctx context.Context, scope domain.Scope, f ops.LogFilter) ([]ops.LogLine, error)
	ExportLog(ctx context.Context, scope domain.Scope, f ops.LogFilter, w io.Writer, most int) (next int64, err error)
}

type templating interface {
	drafting
	picturing
	reaching
	ExportData(ctx context.Context, scope domain.Scope, w io.Writer, most int64) error
	EraseData(ctx context.Context, scope domain.Scope) (ops.Erasure, error)
	CreateTemplate(ctx context.Context, scope domain.Scope, in ops.TemplateForm) (domain.Template, error)
	ReplaceTemplate(ctx context.Context, scope domain.Scope, id domain.TemplateID, in ops.TemplateForm) (domain.Template, error)
	Template(ctx context.Context, scope domain.Scope, id domain.TemplateID) (domain.Template, error)
	Templates(ctx context.Context, scope domain.Scope, f ops.TemplateFilter) ([]domain.Template, int, error)
	DeleteTemplate(ctx context.Context, scope domain.Scope, id domain.TemplateID) error
	RetireTemplate(ctx context.Context, scope domain.Scope, id domain.TemplateID) error
	SubmitTemplate(ctx context.Context, scope domain.Scope, id domain.TemplateID) (ops.VerificationView, error)
	WithdrawTemplate(ctx context.Context, scope domain.Scope, id domain.TemplateID) (ops.VerificationView, error)
	VerificationOf(ctx context.Context, scope domain.Scope, id domain.TemplateID) (ops.VerificationView, error)
}

type drafting interface {
	CheckTemplate(ctx context.Context, scope domain.Scope, id domain.TemplateID, in ops.TemplateForm) (ops.CheckView, error)
	SaveTemplate(ctx context.Context, scope domain.Scope, in ops.TemplateForm) (domain.Template, error)
	ModifyTemplate(ctx context.Context, scope domain.Scope, id domain.TemplateID, in ops.TemplateForm) (domain.Template, error)
	CopyTemplate(ctx context.Context, scope domain.Scope, id domain.TemplateID) (domain.Template, error)
	ConvertTemplate(ctx context.Context, scope domain.Scope, id domain.TemplateID) (domain.Template, error)
	SetDefault(ctx context.Context, scope domain.Scope, id domain.TemplateID) (domain.Template, error)
}

type picturing interface {
	UploadDocument(ctx context.Context, scope domain.Scope, fileName string, content []byte) (ops.DocumentView, error)
	ConvertDocument(ctx context.Context, scope domain.Scope, fileName string, content []byte) ([]byte, string, error)
	Document(ctx context.Context, scope domain.Scope, id domain.DocumentID) (ops.DocumentView, error)
	DocumentPicture(ctx context.Context, scope domain.Scope, id domain.DocumentID, purpose string) (ops.Picture, error)
	DocumentLink(scope domain.Scope, id domain.DocumentID) string
}

type reaching interface {
	SendPhoneEmailCode(ctx context.Context, scope domain.Scope, kind domain.ReachType, typed string) error
	CreatePhoneEmail(ctx context.Context, scope domain.Scope, kind domain.ReachType, typed, code string) (domain.Reach, error)
	DeletePhoneEmail(ctx context.Context, scope domain.Scope, kind domain.ReachType, typed string) error
	PhoneEmails(ctx context.Context, scope domain.Scope, f ops.ReachFilter) ([]domain.Reach, int, error)
}

type paying interface {
	Wallet(ctx context.Context, scope domain.Scope) (ops.Wallet, error)
	TopUp(ctx context.Context, scope domain.Scope, amount int64, ref string) error
}

type explaining interface {
	Cases(ctx context.Context, scope domain.Scope, f ops.CaseFilter) ([]domain.Case, error)
	Lookup(ctx context.Context, scope domain.Scope, typed string) (ops.Finding, error)
	Freshness(ctx context.Context, scope domain.Scope, page int64) (*domain.Case, error)
}

// Keys finds API keys with their secrets in clear: TC3 signatures need them. A key that is unknown or revoked is a
// fault of kind Missing or Denied; anything else counts as our own failure.
type Keys interface {
	Secret(ctx context.Context, secretID string) (key domain.APIKey, secret string, err error)
}

// Limits bounds what a caller may ask for. Zero fields take the product's figures.
type Limits struct {
	Body      int64 // bytes of a request body; 10 MiB
	PerSecond int   // requests a second of one key to one action, instead of each action's own figure
}

// Deps is what New needs; every field but Limits and URL must be set.
type Deps struct {
	Ops    Ops
	URL    string // of the console, where pictures are shown; no slash at its end
	Keys   Keys
	Wall   func() time.Time // signatures and rates go by the wall clock (DESIGN section 5)
	Log    *slog.Logger
	Limits Limits
}

// API is both wire forms over one table of actions.
type API struct {
	Deps
	actions map[string]action
	rates   rates
	mux     *http.ServeMux
	spec    *huma.OpenAPI
}

// New refuses missing dependencies and a table that contradicts itself.
func New(d Deps) (*API, error) {
	if d.Ops == nil || d.Keys == nil || d.Wall == nil || d.Log == nil {
		return nil, errors.New("api: a dependency is missing")
	}
	if d.Limits.Body == 0 {
		d.Limits.Body = 10 << 20
	}
	a := &API{Deps: d, actions: map[string]action{}}
	for _, act := range table() {
		if _, twice := a.actions[act.name]; twice {
			return nil, fmt.Errorf("api: action %s is in the table twice", act.name)
		}
		a.actions[act.name] = act
	}
	a.buildJSON()
	return a, nil
}

// need is whose keys may call an action.
type need int

const (
	// own: any key; the action sees and touches what belongs to the key's account only, an operator's key too.
	own need = iota
	// wide: any key; an operator's key sees every account.
	wide
)

// caller is who asks and how answers are worded.
type caller struct {
	scope     domain.Scope
	lang      string // "zh-CN" or "en"
	requestID string
	idemKey   string // makes a repeated CreateDomainBatch the same order; empty: none
}

func scopeOf(k domain.APIKey, n need, r *http.Request) domain.Scope {
	ip, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		ip = r.RemoteAddr
	}
	return domain.Scope{
		Account:  k.Account,
		Operator: n == wide && k.Role == domain.Operator,
		Actor:    k.SecretID, IP: ip, Via: "api",
	}
}

// uuid makes a random request identifier (RFC 9562 version 4).
func uuid() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the program instead
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
