package e2e

import (
	"encoding/base64"
	"fmt"
	"hash/fnv"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/world/papers"
)

// template makes a template as an owner does, and waits for its approval: telephone and e-mail proved with the codes in
// the world's mailbox, the picture of a card uploaded, everything submitted.
func (c client) template(world string) string {
	c.t.Helper()
	h := fnv.New32a()
	_, _ = h.Write([]byte(c.key.SecretID))
	phone, email := fmt.Sprintf("+86.139%08d", h.Sum32()%100_000_000), fmt.Sprintf("lin-%d@example.com", h.Sum32())
	var known struct{ PhoneEmailList []struct{ Code string } }
	c.action("DescribePhoneEmailList", map[string]any{"Type": 0}, &known)
	for kind, code := range map[int]string{1: phone, 2: email} {
		if !slices.ContainsFunc(known.PhoneEmailList, func(k struct{ Code string }) bool { return k.Code == code }) {
			c.prove(world, kind, code)
		}
	}
	person, card := papers.Sample()
	var image struct{ AccessUrl string } //nolint:revive // the product's spelling
	c.action("UploadImage", map[string]any{"ImageFile": base64.StdEncoding.EncodeToString(card)}, &image)
	place := person.Place
	var made struct {
		Template struct{ TemplateId string } //nolint:revive // the product's spelling
	}
	c.action("CreateTemplate", map[string]any{"ContactInfo": map[string]string{"OrganizationNameCN": person.Name, "OrganizationName": person.Latin,
		"RegistrantNameCN": person.Name, "RegistrantName": person.Latin, "ProvinceCN": place.ProvinceCN, "CityCN": place.CityCN,
		"StreetCN": place.CountyCN + person.Street, "Street": person.StreetEN, "CountryCN": "中国", "Telephone": phone, "Email": email, "ZipCode": place.Post, "RegistrantType": "I"},
		"CertificateInfo": map[string]string{"CertificateCode": person.Number, "CertificateType": "SFZ", "ImgUrl": image.AccessUrl}}, &made)
	return approvedTemplate(c.t, c)
}

var sixDigits = regexp.MustCompile(`\b[0-9]{6}\b`)

// prove has a code sent, reads it in the world's mailbox and gives it back.
func (c client) prove(world string, kind int, reach string) {
	c.t.Helper()
	to := reach
	if kind == 1 { // text messages of the demo arrive there too
		to = strings.NewReplacer("+", "", ".", "").Replace(reach) + "@sms.example"
	}
	var mail struct {
		Messages []struct {
			ID   int64  `json:"id"`
			Text string `json:"text"`
		} `json:"messages"`
	}
	inbox := client{t: c.t, base: world}
	inbox.call(http.MethodGet, "/api/mail?limit=1&to="+url.QueryEscape(to), nil, &mail)
	before := int64(0)
	if len(mail.Messages) > 0 {
		before = mail.Messages[0].ID
	}
	c.action("SendPhoneEmailCode", map[string]any{"Code": reach, "Type": kind}, nil)
	code := ""
	eventually(c.t, 30*time.Second, "a code has come to "+to, func() bool {
		inbox.call(http.MethodGet, "/api/mail?limit=1&to="+url.QueryEscape(to), nil, &mail)
		if len(mail.Messages) > 0 && mail.Messages[0].ID > before {
			code = sixDigits.FindString(mail.Messages[0].Text)
		}
		return code != ""
	})
	c.action("CreatePhoneEmail", map[string]any{"Code": reach, "Type": kind, "VerifyCode": code}, nil)
}
