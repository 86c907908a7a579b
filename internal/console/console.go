// Package console is the pages for owners of names and for the registrar's operators (the desk).
// Pages are HTML first: each works without script. LOOK.md of the design is their law.
package console

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/openregistrar/openregistrar/internal/auth"
	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/policy"
)

// Operations is what the pages ask of the registrar; *ops.Ops is one.
type Operations interface {
	keyOps
	templateOps
	verificationOps
	documentOps
	privacyOps
	reachOps
	reviewOps
	searchOps
	cartOps
	orderOps
	nameOps
	moneyOps
	faultOps
	namingOps
	registryOps
	wireOps
	logOps
	riskOps
	priceOps
	listOps
	Policy() *policy.Table
	Now() time.Time
}

type keyOps interface {
	CreateAPIKey(ctx context.Context, scope domain.Scope, label string) (domain.APIKey, string, error)
	RevokeAPIKey(ctx context.Context, scope domain.Scope, secretID string) error
	APIKeys(ctx context.Context, scope domain.Scope) ([]domain.APIKey, error)
}

type templateOps interface {
	Template(ctx context.Context, scope domain.Scope, id domain.TemplateID) (domain.Template, error)
	Templates(ctx context.Context, scope domain.Scope, f ops.TemplateFilter) ([]domain.Template, int, error)
	SaveTemplate(ctx context.Context, scope domain.Scope, in ops.TemplateForm) (domain.Template, error)
	ModifyTemplate(ctx context.Context, scope domain.Scope, id domain.TemplateID, in ops.TemplateForm) (domain.Template, error)
	CheckTemplate(ctx context.Context, scope domain.Scope, id domain.TemplateID, in ops.TemplateForm) (ops.CheckView, error)
	CopyTemplate(ctx context.Context, scope domain.Scope, id domain.TemplateID) (domain.Template, error)
	ConvertTemplate(ctx context.Context, scope domain.Scope, id domain.TemplateID) (domain.Template, error)
	SetDefault(ctx context.Context, scope domain.Scope, id domain.TemplateID) (domain.Template, error)
	DeleteTemplate(ctx context.Context, scope domain.Scope, id domain.TemplateID) error
}

// verificationOps hand templates in and tell how that goes.
type verificationOps interface {
	SubmitTemplate(ctx context.Context, scope domain.Scope, id domain.TemplateID) (ops.VerificationView, error)
	AppealTemplate(ctx context.Context, scope domain.Scope, id domain.TemplateID) (ops.VerificationView, error)
	WithdrawTemplate(ctx context.Context, scope domain.Scope, id domain.TemplateID) (ops.VerificationView, error)
	ResubmitLater(ctx context.Context, scope domain.Scope, id domain.TemplateID, yes bool) (ops.VerificationView, error)
	VerificationOf(ctx context.Context, scope domain.Scope, id domain.TemplateID) (ops.VerificationView, error)
}

// documentOps keep and show pictures of identity documents.
type documentOps interface {
	UploadDocument(ctx context.Context, scope domain.Scope, fileName string, content []byte) (ops.DocumentView, error)
	ConvertDocument(ctx context.Context, scope domain.Scope, fileName string, content []byte) (converted []byte, name string, err error)
	Document(ctx context.Context, scope domain.Scope, id domain.DocumentID) (ops.DocumentView, error)
	Documents(ctx context.Context, scope domain.Scope) ([]domain.Document, error)
	DocumentLink(scope domain.Scope, id domain.DocumentID) string
	LinkedPicture(ctx context.Context, scope domain.Scope, id domain.DocumentID, expires, signature, purpose string) (ops.Picture, error)
}

// privacyOps hand out and erase what is kept about a person.
type privacyOps interface {
	ExportData(ctx context.Context, scope domain.Scope, w io.Writer, most int64) error
	EraseData(ctx context.Context, scope domain.Scope) (ops.Erasure, error)
}

// reachOps prove telephone numbers and addresses.
type reachOps interface {
	SendPhoneEmailCode(ctx context.Context, scope domain.Scope, kind domain.ReachType, typed string) error
	CreatePhoneEmail(ctx context.Context, scope domain.Scope, kind domain.ReachType, typed, code string) (domain.Reach, error)
	DeletePhoneEmail(ctx context.Context, scope domain.Scope, kind domain.ReachType, typed string) error
	PhoneEmails(ctx context.Context, scope domain.Scope, f ops.ReachFilter) ([]domain.Reach, int, error)
}

// reviewOps are the desk's part in verification.
type reviewOps interface {
	ReviewQueue(ctx context.Context, scope domain.Scope, p ops.Page) ([]ops.ReviewItem, int, error)
	Review(ctx context.Context, scope domain.Scope, id domain.VerificationID) (ops.ReviewView, error)
	DecideReview(ctx context.Context, scope domain.Scope, id domain.VerificationID, d ops.Decision) (ops.VerificationView, error)
	Registers(ctx context.Context, scope domain.Scope) ([]domain.RegisterList, error)
	LoadRegister(ctx context.Context, scope domain.Scope, l domain.RegisterList) (domain.RegisterList, error)
	DropRegister(ctx context.Context, scope domain.Scope, name string) error
}

type searchOps interface {
	Candidates(query string) (names []domain.Name, bad []ops.Found)
	Search(ctx context.Context, scope domain.Scope, names []domain.Name, each func(ops.Found))
}

// priceOps say what things cost, and change that at the desk.
type priceOps interface {
	Prices(ctx context.Context, scope domain.Scope) (*policy.Table, error)
	PriceDesk(ctx context.Context, scope domain.Scope) ([]policy.Rule, []domain.Account, error)
	PutRule(ctx context.Context, scope domain.Scope, r policy.Rule) error
	EndRule(ctx context.Context, scope domain.Scope, key string) error
	SetPriceGroup(ctx context.Context, scope domain.Scope, email, group string) error
}

type cartOps interface {
	Cart(ctx context.Context, scope domain.Scope) (ops.CartView, error)
	AddToCart(ctx context.Context, scope domain.Scope, typed string, years int) error
	RemoveFromCart(ctx context.Context, scope domain.Scope, names ...string) error
}

type orderOps interface {
	Register(ctx context.Context, scope domain.Scope, in ops.Register) (ops.OrderView, error)
	ChangeNameServers(ctx context.Context, scope domain.Scope, names []string, ns []string) (ops.OrderView, error)
	Order(ctx context.Context, scope domain.Scope, id domain.OrderID) (ops.OrderView, error)
	Orders(ctx context.Context, scope domain.Scope, f ops.OrderFilter) ([]ops.OrderView, int, error)
	Items(ctx context.Context, scope domain.Scope, id domain.OrderID, p ops.Page) ([]domain.Item, int, error)
	CancelOrder(ctx context.Context, scope domain.Scope, id domain.OrderID) (int, error)
}

// changeOps are the acts on names that run here; each is an order.
type changeOps interface {
	ChangeRegistrant(ctx context.Context, scope domain.Scope, names []string, template domain.TemplateID, lock bool) (ops.OrderView, error)
	Renew(ctx context.Context, scope domain.Scope, in ops.Renew) (ops.OrderView, error)
	SetLock(ctx context.Context, scope domain.Scope, names []string, lock ops.Lock, on bool) (ops.OrderView, error)
	SetDS(ctx context.Context, scope domain.Scope, name string, ds []domain.DS) (ops.OrderView, error)
	DrawAuthCode(ctx context.Context, scope domain.Scope, name string) (ops.OrderView, error)
	ClearAuthCode(ctx context.Context, scope domain.Scope, name string) (ops.OrderView, error)
	ShowAuthCode(ctx context.Context, scope domain.Scope, name string) (code string, until time.Time, err error)
	Delete(ctx context.Context, scope domain.Scope, name string) (ops.OrderView, error)
	Restore(ctx context.Context, scope domain.Scope, name string, maxTotal int64, key string) (ops.OrderView, error)
	AnswerTransfer(ctx context.Context, scope domain.Scope, name string, approve bool) (ops.OrderView, error)
}

type nameOps interface {
	changeOps
	Domain(ctx context.Context, scope domain.Scope, name string) (domain.Tenure, error)
	Domains(ctx context.Context, scope domain.Scope, f ops.TenureFilter) ([]domain.Tenure, int, error)
	Log(ctx context.Context, scope domain.Scope, subject string, before int64, limit int) ([]domain.Event, error)
}

type moneyOps interface {
	Wallet(ctx context.Context, scope domain.Scope) (ops.Wallet, error)
	Statement(ctx context.Context, scope domain.Scope, before int64, limit int) ([]ops.LedgerLine, error)
	TopUp(ctx context.Context, scope domain.Scope, amount int64, ref string) error
	Balances(ctx context.Context, scope domain.Scope) (ops.Balances, error)
}

type faultOps interface {
	Cases(ctx context.Context, scope domain.Scope, f ops.CaseFilter) ([]domain.Case, error)
	Lookup(ctx context.Context, scope domain.Scope, typed string) (ops.Finding, error)
	Freshness(ctx context.Context, scope domain.Scope, page int64) (*domain.Case, error)
}

type registryOps interface {
	Registry(ctx context.Context, scope domain.Scope, registryAccount string) (ops.RegistryView, error)
	AddWindow(ctx context.Context, scope domain.Scope, in ops.WindowForm) error
	CancelWindow(ctx context.Context, scope domain.Scope, registryAccount string, id int64) error
	DepositFilled(ctx context.Context, scope domain.Scope, registryAccount string, amount int64, ref string) error
	ChangeRegistryPassword(ctx context.Context, scope domain.Scope, registryAccount string) error
	ReplaceRegistryCertificate(ctx context.Context, scope domain.Scope, registryAccount string, text []byte) error
}

// RegistryHealth is how one of our accounts at a registry does.
type RegistryHealth struct {
	Account     string   // registry account, as in the suffix policy
	Suffixes    []string // display forms
	Up          bool     // at least one session is logged in
	Breaker     string   // "closed", "open", "half-open"
	Sessions    int      // open
	SessionCap  int      // that we may open
	InFlight    int      // commands under way
	Commands    int64    // sent since start
	P50, P99    float64  // milliseconds
	LastError   string   // the registry's or the network's own words; empty: none since start
	LastErrorAt time.Time
	Ours        int64 // our deposit by our ledger, minor units
	Theirs      int64 // by the registry's own figure
	TheirsKnown bool
	Currency    string

	Paused     string // fault code for which its queue does not move; empty: it does
	Addr       string // host:port
	Limit      int    // sessions that this node may open now
	Waiting    int    // commands that wait for a session
	RetryAt    time.Time
	Refused    bool      // logins are refused as such
	Reason     string    // the registry's words for that
	LowDeposit int64     // minor units under which the desk is warned; 0: never
	CertUntil  time.Time // of our certificate; zero: none
	Warnings   []ops.LoginWarning
	Buckets    []RegistryBucket
	Node       string // name of this node
}

// RegistryBucket is a rate that commands are held to.
type RegistryBucket struct {
	Class  string  // "all", "transforms", "reads", "polls"
	Rate   float64 // commands a second that this node may send; 0: no limit
	Tokens float64 // left
}

// Endpoints are addresses that pages show; empty ones are left out.
type Endpoints struct {
	API     string // wire form 1: TC3 signatures
	JSON    string // wire form 2: bearer keys
	OpenAPI string
	RDAP    string
	WHOIS   string // host:port
	DNS     string // host:port of a resolver or root that knows the registries
	World   string // control page of the simulated world
	Mailbox string // its mailbox
}

// Deps is what New needs; JobsUI and Registries may be nil.
type Deps struct {
	Ops        Operations
	Auth       *auth.Auth
	Registries func(ctx context.Context) []RegistryHealth
	Looker     ops.Looker // asks registries about single names; nil: comparisons are not there
	// Transcripts says how the keeping of transcripts goes; nil: not shown.
	Transcripts func(ctx context.Context) ops.TranscriptState
	JobsUI      http.Handler // mounted at /desk/jobs/, which is its path prefix; only GET reaches it
	Endpoints   Endpoints
	Simulated   bool // payments and registries are simulated: pages say so
	Version     string
	Wall        func() time.Time // wall clock, for "refreshed at"; nil: not shown
	Log         *slog.Logger
}

type console struct {
	Deps
	static *assets
	texts  map[string]catalogue
	views  map[string]*viewSet
}

// New builds the handler of every page, sessions and cross-origin protection included.
func New(d Deps) (http.Handler, error) {
	if d.Ops == nil || d.Auth == nil || d.Log == nil {
		return nil, errors.New("console: ops, auth and log must be set")
	}
	c := &console{Deps: d}
	if err := c.load(); err != nil {
		return nil, err
	}
	pages := http.NewServeMux()
	for _, rt := range c.routes() {
		pages.Handle(rt.pattern, c.handle(rt))
	}
	pages.Handle("/", c.handle(route{"/", public, (*visit).notFound}))
	denied := c.handle(route{"", public, (*visit).crossOrigin})
	mux := http.NewServeMux()
	mux.Handle("GET /static/", c.static)
	mux.Handle("GET /favicon.ico", http.RedirectHandler(c.static.url("favicon.svg"), http.StatusFound))
	mux.Handle("/", d.Auth.Guard(pages, denied))
	return mux, nil
}

func (c *console) load() error {
	var err error
	if c.static, err = loadAssets(); err != nil {
		return err
	}
	if c.texts, err = loadTexts(); err != nil {
		return err
	}
	c.views, err = c.loadViews()
	return err
}

// access says who may see a page.
type access int

const (
	public   access = iota // anybody
	owner                  // anybody who is signed in, acting for the own account
	operator               // operators
)

type route struct {
	pattern string
	who     access
	serve   func(*visit) error
}

// routes is every page: the one place that says who may see what.
func (c *console) routes() []route {
	return []route{
		{"GET /{$}", public, (*visit).landing},
		{"GET /search", public, (*visit).search},
		{"GET /signup", public, (*visit).signUpForm},
		{"POST /signup", public, (*visit).signUp},
		{"GET /signin", public, (*visit).signInForm},
		{"POST /signin", public, (*visit).signIn},
		{"POST /signout", public, (*visit).signOut},
		{"POST /theme", public, (*visit).setTheme},
		{"GET /freshness", public, (*visit).freshness},
		{"GET /help", public, (*visit).help},
		{"GET /help/{code}", public, (*visit).helpArticle},
		{"POST /cart/add", public, (*visit).cartAdd},

		{"GET /cart", owner, (*visit).cart},
		{"POST /cart/years", owner, (*visit).cartYears},
		{"POST /cart/remove", owner, (*visit).cartRemove},
		{"GET /checkout", owner, (*visit).checkout},
		{"POST /checkout", owner, (*visit).placeOrder},
		{"GET /search/list", owner, (*visit).list},
		{"POST /search/list", owner, (*visit).listSearch},
		{"POST /search/list/cart", owner, (*visit).listPick},
		{"GET /risk", owner, (*visit).risk},
		{"POST /risk/appeal", owner, (*visit).riskAppeal},
		{"GET /orders", owner, (*visit).orders},
		{"GET /orders/{id}", owner, (*visit).order},
		{"POST /orders/{id}/cancel", owner, (*visit).cancelOrder},
		{"GET /domains", owner, (*visit).domains},
		{"GET /domains/lookup", owner, (*visit).lookup},
		{"GET /domains/ns", owner, (*visit).nsForm},
		{"POST /domains/ns", owner, (*visit).nsChange},
		{"GET /domains/registrant", owner, (*visit).rebindForm},
		{"POST /domains/registrant", owner, (*visit).rebind},
		{"POST /domains/renew", owner, (*visit).renew},
		{"POST /domains/lock", owner, (*visit).lock},
		{"POST /domains/dnssec", owner, (*visit).dnssec},
		{"POST /domains/code", owner, (*visit).codeDraw},
		{"POST /domains/code/show", owner, (*visit).codeShow},
		{"POST /domains/code/clear", owner, (*visit).codeClear},
		{"POST /domains/delete", owner, (*visit).deleteName},
		{"POST /domains/restore", owner, (*visit).restore},
		{"POST /domains/transfer", owner, (*visit).answerTransfer},
		{"GET /domains/{name}", owner, (*visit).domain},
		{"GET /templates", owner, (*visit).templates},
		{"GET /templates/new", owner, (*visit).templateForm},
		{"POST /templates/new", owner, (*visit).templateSave},
		{"POST /templates/check", owner, (*visit).templateCheck},
		{"POST /templates/documents", owner, (*visit).documentUpload},
		{"POST /templates/documents/convert", owner, (*visit).documentConvert},
		{"GET /templates/{id}", owner, (*visit).template},
		{"GET /templates/{id}/edit", owner, (*visit).templateEdit},
		{"POST /templates/{id}/edit", owner, (*visit).templateSave},
		{"POST /templates/{id}/submit", owner, (*visit).templateSubmit},
		{"POST /templates/{id}/appeal", owner, (*visit).templateAppeal},
		{"POST /templates/{id}/withdraw", owner, (*visit).templateWithdraw},
		{"POST /templates/{id}/later", owner, (*visit).templateLater},
		{"POST /templates/{id}/copy", owner, (*visit).templateCopy},
		{"POST /templates/{id}/convert", owner, (*visit).templateConvert},
		{"POST /templates/{id}/default", owner, (*visit).templateDefault},
		{"POST /templates/{id}/delete", owner, (*visit).templateDelete},
		{"GET /documents/{id}", owner, (*visit).document},
		{"GET /documents/{id}/picture", owner, (*visit).documentPicture},
		{"GET /account/privacy", owner, (*visit).privacy},
		{"POST /account/privacy/export", owner, (*visit).privacyExport},
		{"POST /account/privacy/erase", owner, (*visit).privacyErase},
		{"GET /account/reach", owner, (*visit).reach},
		{"POST /account/reach/send", owner, (*visit).reachSend},
		{"POST /account/reach/verify", owner, (*visit).reachVerify},
		{"POST /account/reach/delete", owner, (*visit).reachDelete},
		{"GET /naming", owner, (*visit).naming},
		{"POST /naming", owner, (*visit).namingAsk},
		{"POST /naming/{id}/withdraw", owner, (*visit).namingWithdraw},
		{"GET /wallet", owner, (*visit).wallet},
		{"POST /wallet/top-up", owner, (*visit).topUp},
		{"GET /log", owner, (*visit).log},
		{"GET /log/export", owner, (*visit).logExport},
		{"GET /keys", owner, (*visit).keys},
		{"POST /keys", owner, (*visit).keyCreate},
		{"POST /keys/revoke", owner, (*visit).keyRevoke},
		{"GET /account", owner, (*visit).accountPage},
		{"POST /account", owner, (*visit).accountSave},

		{"GET /desk", operator, (*visit).desk},
		{"GET /desk/{$}", operator, (*visit).desk},
		{"GET /desk/reviews", operator, (*visit).deskReviews},
		{"GET /desk/reviews/{id}", operator, (*visit).deskReview},
		{"POST /desk/reviews/{id}", operator, (*visit).deskDecide},
		{"GET /desk/documents/{id}/picture", operator, (*visit).deskPicture},
		{"GET /desk/registers", operator, (*visit).deskRegisters},
		{"POST /desk/registers", operator, (*visit).registerLoad},
		{"POST /desk/registers/drop", operator, (*visit).registerDrop},
		{"GET /desk/feeds", operator, (*visit).deskFeeds},
		{"POST /desk/feeds", operator, (*visit).feedLoad},
		{"POST /desk/feeds/drop", operator, (*visit).feedDrop},
		{"POST /desk/feeds/appeals/{id}", operator, (*visit).feedAppeal},
		{"GET /desk/naming", operator, (*visit).deskLooks},
		{"POST /desk/naming/{id}", operator, (*visit).deskLookDecide},
		{"GET /desk/words", operator, (*visit).deskWords},
		{"POST /desk/words", operator, (*visit).wordsLoad},
		{"POST /desk/words/drop", operator, (*visit).wordsDrop},
		{"GET /desk/words/file", operator, (*visit).wordsFile},
		{"GET /desk/registries", operator, (*visit).deskRegistries},
		{"GET /desk/registries/{id}", operator, (*visit).deskRegistry},
		{"POST /desk/registries/{id}/windows", operator, (*visit).windowAdd},
		{"POST /desk/registries/{id}/windows/cancel", operator, (*visit).windowCancel},
		{"POST /desk/registries/{id}/deposit", operator, (*visit).depositFilled},
		{"POST /desk/registries/{id}/password", operator, (*visit).registryPassword},
		{"POST /desk/registries/{id}/certificate", operator, (*visit).registryCertificate},
		{"GET /desk/orders", operator, (*visit).deskOrders},
		{"GET /desk/orders/{id}", operator, (*visit).deskOrder},
		{"GET /desk/cases", operator, (*visit).deskCases},
		{"GET /desk/money", operator, (*visit).deskMoney},
		{"GET /desk/prices", operator, (*visit).deskPrices},
		{"POST /desk/prices", operator, (*visit).rulePut},
		{"POST /desk/prices/end", operator, (*visit).ruleEnd},
		{"POST /desk/prices/group", operator, (*visit).priceGroup},
		{"GET /desk/jobs/", operator, (*visit).deskJobs},
		{"GET /desk/log", operator, (*visit).deskLog},
		{"GET /desk/log/export", operator, (*visit).deskLogExport},
		{"GET /desk/transcripts", operator, (*visit).deskTranscripts},
		{"GET /desk/transcripts/{session}", operator, (*visit).deskSession},
		{"GET /desk/polls", operator, (*visit).deskPolls},
		{"GET /desk/polls/{id}", operator, (*visit).deskPoll},
		{"POST /desk/polls/{id}/done", operator, (*visit).deskPollDone},
		{"GET /desk/names/{name}", operator, (*visit).deskName},
		{"POST /desk/names/{name}/resolve", operator, (*visit).deskResolve},
	}
}
