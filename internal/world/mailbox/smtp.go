package mailbox

import (
	"errors"
	"io"
	"log/slog"
	"net"
	"time"

	"github.com/emersion/go-smtp"
)

// maxMessage bounds one message in bytes.
const maxMessage = 8 << 20

// ServeSMTP takes mail on ln (RFC 5321, no authentication, any recipient)
// until the returned server is closed.
func ServeSMTP(ln net.Listener, s *Store, log *slog.Logger) *smtp.Server {
	srv := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) {
		return &session{store: s}, nil
	}))
	srv.Domain = "mailbox.world"
	srv.MaxMessageBytes = maxMessage
	srv.MaxRecipients = 50
	srv.MaxLineLength = 8000
	srv.ReadTimeout, srv.WriteTimeout = time.Minute, time.Minute
	srv.EnableSMTPUTF8 = true
	go func() {
		if err := srv.Serve(ln); err != nil && !errors.Is(err, smtp.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
			log.Error("mailbox stopped taking mail", "error", err.Error())
		}
	}()
	return srv
}

// session is one SMTP connection's transaction.
type session struct {
	store *Store
	from  string
	to    []string
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error { s.from = from; return nil }
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error   { s.to = append(s.to, to); return nil }
func (s *session) Reset()                                      { s.from, s.to = "", nil }
func (s *session) Logout() error                               { return nil }

func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if _, err := s.store.add(s.from, s.to, raw); err != nil {
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "not stored"}
	}
	return nil
}
