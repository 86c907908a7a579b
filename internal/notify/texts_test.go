package notify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"testing"

	"github.com/openregistrar/openregistrar/internal/domain"
)

// unseal opens what message seals.
func unseal(sealed []byte, context string) ([]byte, error) {
	secret, ok := strings.CutPrefix(string(sealed), "sealed for "+context+": ")
	if !ok {
		return nil, errors.New("it does not open")
	}
	return []byte(secret), nil
}

// gateway is a channel for text messages.
type gateway struct {
	sent []string
	err  error
}

func (g *gateway) Send(_ context.Context, telephone, text string) error {
	if g.err == nil {
		g.sent = append(g.sent, telephone+" "+text)
	}
	return g.err
}

// A text message is a mail to its number where no gateway is, and says the code in one line; a gateway's client takes its
// place, and its outage loses nothing.
func TestTextMessages(t *testing.T) {
	p, o := &postOffice{}, newOutbox()
	n := newNotifier(t, open(t, p, "127.0.0.1:0"), o)
	text := func(id int64, lang string) domain.Message {
		m := message(id, "reach-code", lang, "+86.13800000000")
		m.Channel = domain.ChannelSMS
		return m
	}
	o.put(text(1, "zh-CN"), message(2, "reach-code", "en", "li@mail.example"))
	if sent, err := n.Flush(context.Background()); sent != 2 || err != nil {
		t.Fatal(sent, err)
	}
	sms, err := mail.ReadMessage(bytes.NewReader(p.all()[0].raw))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(quotedprintable.NewReader(sms.Body))
	if err != nil || p.all()[0].to[0] != "8613800000000@sms.example" || !strings.Contains(string(body), "验证码 204816，10 分钟内有效") {
		t.Errorf("%v %q %v", p.all()[0].to, body, err)
	}
	if _, plain, html := parts(t, p.all()[1].raw); !strings.Contains(plain, "\n204816\r\n") && !strings.Contains(plain, "\n204816\n") || !strings.Contains(html, "<b>204816</b>") {
		t.Errorf("%s\n%s", plain, html)
	}

	g := &gateway{}
	n.cfg.Texts = g
	o.put(text(3, "en"))
	if sent, err := n.Flush(context.Background()); sent != 1 || err != nil || len(g.sent) != 1 || !strings.HasPrefix(g.sent[0], "+86.13800000000 OpenRegistrar: your code is 204816,") {
		t.Fatal(sent, err, g.sent)
	}
	g.err = fmt.Errorf("gateway: %w", ErrUnreached)
	if how := delivery(context.Background(), nil, g.err); how != domain.DeliveryLater {
		t.Errorf("an outage is %s", how)
	}
	wrong := message(4, "reach-code", "en", "li@mail.example")
	wrong.To = "other@mail.example" // sealed for another
	noText := message(5, "welcome", "en", "+86.13800000000")
	noText.Channel = domain.ChannelSMS
	o.put(wrong, noText)
	if sent, err := n.Flush(context.Background()); sent != 0 || err == nil || strings.Contains(err.Error(), "204816") {
		t.Errorf("%d %v", sent, err)
	}
}
