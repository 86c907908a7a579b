// Package notify tells accounts what happened: it takes committed messages from the outbox, writes them in the
// reader's language and sends them. A message that could not be sent stays in the outbox and is tried again.
package notify

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/mail"
	"strconv"
	"strings"
	"time"
	"unicode"

	gomail "github.com/wneessen/go-mail"

	"github.com/openregistrar/openregistrar/internal/domain"
)

// Store is the outbox.
type Store interface {
	// LeaseMessages gives messages that are due and keeps them from other nodes for a while (30 s of wall time).
	LeaseMessages(ctx context.Context, wall time.Time, limit int) ([]domain.Message, error)
	// MarkMessage ends a message, or puts it off for a time that grows with its attempts; one that is refused too often
	// is given up.
	MarkMessage(ctx context.Context, id int64, how domain.Delivery, wall time.Time) error
}

// Texter carries text messages: the client of a gateway. ErrUnreached says that the gateway was not reached and that
// later may help; any other error that it did not take the message.
type Texter interface {
	Send(ctx context.Context, telephone, text string) error
}

// ErrUnreached is an outage of a channel.
var ErrUnreached = errors.New("notify: the channel was not reached")

// Words gives a fault's title and explanation with its facts filled in, in "zh-CN" or "en".
type Words func(lang, code string, facts map[string]string) (title, text string)

// Config is what New needs. Everything but Open, Texts, TextDomain, Log and Every must be set.
type Config struct {
	SMTP    string // host:port
	From    string // address, or name and address: "OpenRegistrar <notice@openregistrar.example>"
	BaseURL string // of the console, for links
	Store   Store
	Words   Words
	Wall    func() time.Time
	// Open opens what a message says that does not lie about in clear (domain.Message.Sealed).
	Open func(sealed []byte, context string) ([]byte, error)
	// Texts carries text messages; nil: each is a mail to DIGITS@TextDomain, as gateways of that kind take them.
	Texts      Texter
	TextDomain string
	Log        *slog.Logger  // nil: none
	Every      time.Duration // between looks at the outbox [1 s]
}

// Notifier sends what is in the outbox.
type Notifier struct {
	cfg   Config
	from  mail.Address
	books map[string]*book // by language
	wake  chan struct{}
}

// Times of one flush: all of it must be over before its leases are.
const (
	batch      = 40
	flushTime  = 25 * time.Second
	dialTime   = 5 * time.Second
	maxAddress = 254 // RFC 5321 section 4.5.3.1
)

// New checks the configuration and reads the templates.
func New(cfg Config) (*Notifier, error) {
	if cfg.Store == nil || cfg.Words == nil || cfg.Wall == nil || cfg.BaseURL == "" {
		return nil, errors.New("notify: Store, Words, Wall or BaseURL is missing")
	}
	if _, _, err := net.SplitHostPort(cfg.SMTP); err != nil {
		return nil, fmt.Errorf("notify: SMTP address: %w", err)
	}
	from, err := address(cfg.From)
	if err != nil {
		return nil, fmt.Errorf("notify: From: %w", err)
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Every <= 0 {
		cfg.Every = time.Second
	}
	cfg.BaseURL = strings.TrimSuffix(cfg.BaseURL, "/")
	books, err := readBooks()
	if err != nil {
		return nil, err
	}
	return &Notifier{cfg: cfg, from: *from, books: books, wake: make(chan struct{}, 1)}, nil
}

// Wake makes Run look at the outbox now.
func (n *Notifier) Wake() {
	select {
	case n.wake <- struct{}{}:
	default:
	}
}

// Run sends until ctx ends; its error is ctx's.
func (n *Notifier) Run(ctx context.Context) error {
	tick := time.NewTicker(n.cfg.Every)
	defer tick.Stop()
	for {
		for {
			sent, err := n.Flush(ctx)
			if err != nil && ctx.Err() == nil {
				n.cfg.Log.Warn("notices", "error", err)
			}
			if sent == 0 || err != nil {
				break
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		case <-n.wake:
		}
	}
}

// Flush sends what is due, once, and tells how many went out. Its error joins what went wrong; messages that it
// concerns are put off, not lost.
func (n *Notifier) Flush(ctx context.Context) (sent int, err error) {
	ctx, cancel := context.WithTimeout(ctx, flushTime)
	defer cancel()
	due, err := n.cfg.Store.LeaseMessages(ctx, n.cfg.Wall(), batch)
	if err != nil {
		return 0, fmt.Errorf("notify: outbox: %w", err)
	}
	p := post{n: n}
	defer p.hangUp()
	var errs []error
	for _, m := range due {
		failure := n.deliver(ctx, &p, m)
		if failure != nil {
			errs = append(errs, fmt.Errorf("notify: message %d (%s): %w", m.ID, m.Kind, failure))
		}
		// The outcome is kept even when there is no time left to send the rest.
		mark, done := context.WithTimeout(context.WithoutCancel(ctx), dialTime)
		if err := n.cfg.Store.MarkMessage(mark, m.ID, delivery(ctx, p.dead, failure), n.cfg.Wall()); err != nil {
			errs = append(errs, fmt.Errorf("notify: message %d: %w", m.ID, err))
		} else if failure == nil {
			sent++
		}
		done()
	}
	return sent, errors.Join(errs...)
}

// delivery tells a message that was refused from one that met no mail server: an outage, however long, loses nothing.
func delivery(ctx context.Context, dead, failure error) domain.Delivery {
	switch {
	case failure == nil:
		return domain.DeliverySent
	case dead != nil || ctx.Err() != nil || errors.Is(failure, ErrUnreached):
		return domain.DeliveryLater
	}
	return domain.DeliveryRefused
}

func (n *Notifier) deliver(ctx context.Context, p *post, m domain.Message) error {
	lang := language(m.Locale)
	v, err := n.view(lang, m)
	if err != nil {
		return err
	}
	if m.Channel == domain.ChannelSMS {
		return n.text(ctx, p, m, lang, v)
	}
	msg, err := n.compose(m, lang, v)
	if err != nil {
		return err
	}
	return p.send(ctx, msg)
}

// text sends a text message.
func (n *Notifier) text(ctx context.Context, p *post, m domain.Message, lang string, v view) error {
	words, err := n.books[lang].short(m.Kind, v)
	if err != nil {
		return err
	}
	if n.cfg.Texts != nil {
		return n.cfg.Texts.Send(ctx, m.To, words)
	}
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, m.To)
	if digits == "" || n.cfg.TextDomain == "" {
		return errAddress
	}
	msg, err := n.blank(m, digits+"@"+n.cfg.TextDomain, lang)
	if err != nil {
		return err
	}
	msg.Subject("SMS " + m.To)
	msg.SetBodyString(gomail.TypeTextPlain, words+"\n")
	return p.send(ctx, msg)
}

// compose writes a message in its reader's language.
func (n *Notifier) compose(m domain.Message, lang string, v view) (*gomail.Msg, error) {
	to, err := address(m.To)
	if err != nil {
		return nil, err
	}
	letter, err := n.books[lang].write(m.Kind, v)
	if err != nil {
		return nil, err
	}
	msg, err := n.blank(m, to.Address, lang)
	if err != nil {
		return nil, err
	}
	msg.Subject(letter.subject)
	msg.SetBodyString(gomail.TypeTextPlain, letter.text)
	msg.AddAlternativeString(gomail.TypeTextHTML, letter.html)
	return msg, nil
}

// blank is a mail without subject and body.
func (n *Notifier) blank(m domain.Message, to, lang string) (*gomail.Msg, error) {
	msg := gomail.NewMsg()
	if err := msg.FromFormat(n.from.Name, n.from.Address); err != nil {
		return nil, err
	}
	if err := msg.To(to); err != nil {
		return nil, err
	}
	msg.SetDateWithValue(n.cfg.Wall())
	// The same message is the same mail, should it be sent twice.
	_, host, _ := strings.Cut(n.from.Address, "@")
	msg.SetMessageIDWithValue("notice-" + strconv.FormatInt(m.ID, 10) + "-" + strconv.FormatInt(int64(m.Account), 10) + "@" + host)
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834
	msg.SetGenHeader("Content-Language", lang)
	return msg, nil
}

var errAddress = errors.New("address is malformed")

// address reads one address; anything that could become a second header or recipient is refused.
func address(s string) (*mail.Address, error) {
	if strings.IndexFunc(s, unicode.IsControl) >= 0 {
		return nil, errAddress
	}
	a, err := mail.ParseAddress(s)
	if err != nil || len(a.Address) > maxAddress || strings.ContainsAny(a.Address, "<> \"") {
		return nil, errAddress // net/mail's error repeats the address
	}
	return a, nil
}

func language(locale string) string {
	if strings.HasPrefix(strings.ToLower(locale), "en") {
		return "en"
	}
	return "zh-CN"
}

// post is a connection to the mail server for one flush: dialled when first needed, and again once after a failure.
type post struct {
	n      *Notifier
	client *gomail.Client
	dead   error // dialling failed: the rest of the flush waits
}

func (p *post) send(ctx context.Context, msg *gomail.Msg) error {
	if p.dead != nil {
		return p.dead
	}
	if p.client == nil {
		if err := p.dial(ctx); err != nil {
			p.dead = err
			return err
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := p.client.Send(msg); err != nil {
		p.hangUp() // whatever state the session is in, the next message starts on a new one
		return err
	}
	return nil
}

func (p *post) dial(ctx context.Context) error {
	host, port, _ := net.SplitHostPort(p.n.cfg.SMTP)
	number, err := strconv.Atoi(port)
	if err != nil {
		return err
	}
	policy := gomail.TLSOpportunistic
	if ip := net.ParseIP(host); host == "localhost" || (ip != nil && ip.IsLoopback()) {
		policy = gomail.NoTLS
	}
	c, err := gomail.NewClient(host, gomail.WithPort(number), gomail.WithTLSPolicy(policy), gomail.WithTimeout(dialTime), gomail.WithHELO("openregistrar.localhost"))
	if err != nil {
		return err
	}
	if err := c.DialWithContext(ctx); err != nil {
		return err
	}
	p.client = c
	return nil
}

func (p *post) hangUp() {
	if p.client != nil {
		_ = p.client.Close()
		p.client = nil
	}
}
