package mailbox

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"strings"
	"time"

	"golang.org/x/text/encoding/htmlindex"
)

// Message is one message as it arrived, with the parts that a reader sees.
type Message struct {
	ID          int64        `json:"id"`
	ReceivedAt  time.Time    `json:"received_at"` // business time
	From        string       `json:"from"`        // the envelope's sender
	To          []string     `json:"to"`          // the envelope's recipients
	Subject     string       `json:"subject"`
	HeaderFrom  string       `json:"header_from,omitempty"`
	Date        string       `json:"date,omitempty"`
	MessageID   string       `json:"message_id,omitempty"`
	Text        string       `json:"text"`
	HTML        string       `json:"html"`
	Attachments []Attachment `json:"attachments,omitempty"`
	// Problem says why the message could not be taken apart; it is kept and
	// shown raw all the same.
	Problem string `json:"problem,omitempty"`

	raw []byte
}

// Attachment is a part that is neither of the two bodies.
type Attachment struct {
	Name string `json:"name"`
	Type string `json:"type"`
	Size int    `json:"size"`
}

const maxParts, maxDepth = 100, 8

var words = mime.WordDecoder{CharsetReader: charsetReader}

func charsetReader(label string, in io.Reader) (io.Reader, error) {
	enc, err := htmlindex.Get(label)
	if err != nil {
		return nil, fmt.Errorf("unknown charset %q", label)
	}
	return enc.NewDecoder().Reader(in), nil
}

// parse fills the fields that come from the message itself (RFC 5322, MIME).
func (m *Message) parse() {
	msg, err := mail.ReadMessage(bytes.NewReader(m.raw))
	if err != nil {
		m.Problem, m.Text = "not an RFC 5322 message: "+err.Error(), string(m.raw)
		return
	}
	m.Subject = header(msg.Header, "Subject")
	m.HeaderFrom = header(msg.Header, "From")
	m.Date = msg.Header.Get("Date")
	m.MessageID = msg.Header.Get("Message-ID")
	parts := 0
	if err := m.part(textproto.MIMEHeader(msg.Header), msg.Body, 0, &parts); err != nil {
		m.Problem = err.Error()
	}
}

func header(h mail.Header, key string) string {
	v := h.Get(key)
	if d, err := words.DecodeHeader(v); err == nil {
		return d
	}
	return v
}

func (m *Message) part(h textproto.MIMEHeader, body io.Reader, depth int, parts *int) error {
	if *parts++; *parts > maxParts || depth > maxDepth {
		return fmt.Errorf("more than %d parts or %d levels", maxParts, maxDepth)
	}
	ct := h.Get("Content-Type")
	if ct == "" {
		ct = "text/plain; charset=utf-8"
	}
	kind, params, err := mime.ParseMediaType(ct)
	if err != nil {
		return fmt.Errorf("content type %q: %w", ct, err)
	}
	if strings.HasPrefix(kind, "multipart/") {
		mr := multipart.NewReader(body, params["boundary"])
		for {
			// Raw: NextPart would undo quoted-printable silently, and then so would we.
			p, err := mr.NextRawPart()
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return fmt.Errorf("multipart: %w", err)
			}
			if err := m.part(p.Header, p, depth+1, parts); err != nil {
				return err
			}
		}
	}
	switch strings.ToLower(strings.TrimSpace(h.Get("Content-Transfer-Encoding"))) {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	}
	disposition, dparams, _ := mime.ParseMediaType(h.Get("Content-Disposition"))
	isText := kind == "text/plain" && m.Text == "" || kind == "text/html" && m.HTML == ""
	if disposition == "attachment" || !isText {
		raw, err := io.ReadAll(body)
		name := dparams["filename"]
		if name == "" {
			name = params["name"]
		}
		if d, derr := words.DecodeHeader(name); derr == nil {
			name = d
		}
		m.Attachments = append(m.Attachments, Attachment{Name: name, Type: kind, Size: len(raw)})
		return err
	}
	if cs := params["charset"]; cs != "" && !strings.EqualFold(cs, "utf-8") && !strings.EqualFold(cs, "us-ascii") {
		if body, err = charsetReader(cs, body); err != nil {
			return err
		}
	}
	raw, err := io.ReadAll(body)
	text := strings.ToValidUTF8(strings.ReplaceAll(string(raw), "\r\n", "\n"), "\uFFFD")
	if kind == "text/html" {
		m.HTML = text
	} else {
		m.Text = text
	}
	return err
}
