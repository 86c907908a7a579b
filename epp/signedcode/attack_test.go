package signedcode

import (
	"regexp"
	"strings"
	"testing"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"

	"github.com/openregistrar/openregistrar/epp"
)

// edit replaces a stretch that must be there.
func edit(t *testing.T, doc []byte, old, repl string) []byte {
	t.Helper()
	if n := strings.Count(string(doc), old); n == 0 {
		t.Fatalf("%q is not in the document: %s", old, doc)
	}
	return []byte(strings.Replace(string(doc), old, repl, 1))
}

// parts cuts a document into its pieces.
type parts struct{ head, code, signature, signedInfo, certificate string }

func cut(t *testing.T, doc []byte) parts {
	t.Helper()
	find := func(expr string) string {
		got := regexp.MustCompile("(?s)" + expr).FindString(string(doc))
		if got == "" {
			t.Fatalf("no %s in %s", expr, doc)
		}
		return got
	}
	return parts{
		head:        find(`<verificationCode:signedCode.*?>`),
		code:        find(`<verificationCode:code.*</verificationCode:code>`),
		signature:   find(`<ds:Signature .*</ds:Signature>`),
		signedInfo:  find(`<ds:SignedInfo>.*</ds:SignedInfo>`),
		certificate: find(`<ds:X509Certificate>.*</ds:X509Certificate>`),
	}
}

func TestTamperedDocumentsAreRefused(t *testing.T) {
	doc := good(t)
	p := cut(t, doc)
	flip := func(local string) []byte { // another character of base64 for the first
		at := strings.Index(string(doc), "<ds:"+local+">") + len("<ds:"+local+">")
		out := []byte(string(doc))
		if out[at] == 'A' {
			out[at] = 'B'
		} else {
			out[at] = 'A'
		}
		return out
	}
	resigned := sign(t, signer(t, other(), root().leaf("VSP One", other().Public())), Code{"1-evil", TypeDomain})
	for name, c := range map[string]struct {
		doc  []byte
		want Reason
	}{
		"code changed":             {edit(t, doc, "1-abc111", "1-abc112"), BadSignature},
		"type changed":             {edit(t, doc, `type="domain"`, `type="real-name"`), BadSignature},
		"id changed":               {edit(t, edit(t, doc, `id="signedCode"`, `id="another"`), `"#signedCode"`, `"#another"`), BadSignature},
		"space added":              {edit(t, doc, `<verificationCode:code`, ` <verificationCode:code`), BadSignature},
		"digest changed":           {flip("DigestValue"), BadSignature},
		"signature changed":        {flip("SignatureValue"), BadSignature},
		"signature empty":          {[]byte(regexp.MustCompile(`(<ds:SignatureValue>)[^<]*`).ReplaceAllString(string(doc), "$1")), BadSignature},
		"another's signature":      {edit(t, resigned, cut(t, resigned).certificate, p.certificate), BadSignature},
		"another's certificate":    {edit(t, doc, p.certificate, cut(t, resigned).certificate), BadSignature},
		"certificate not base64":   {edit(t, doc, `<ds:X509Certificate>MII`, `<ds:X509Certificate>?II`), Malformed},
		"certificate of nothing":   {edit(t, doc, p.certificate, `<ds:X509Certificate>AAAA</ds:X509Certificate>`), Malformed},
		"no certificate":           {edit(t, doc, p.certificate, ``), Malformed},
		"five certificates":        {edit(t, doc, p.certificate, strings.Repeat(p.certificate, 5)), Malformed},
		"certificate by its name":  {edit(t, doc, p.certificate, p.certificate+`<ds:X509SubjectName>CN=VSP One</ds:X509SubjectName>`), Malformed},
		"key for the certificate":  {edit(t, doc, `<ds:X509Data>`+p.certificate+`</ds:X509Data>`, `<ds:KeyValue/>`), Malformed},
		"key beside it":            {edit(t, doc, `<ds:KeyInfo>`, `<ds:KeyInfo><ds:KeyName>k</ds:KeyName>`), Malformed},
		"DTD":                      {edit(t, doc, p.head, `<!DOCTYPE x [<!ENTITY e "1-evil">]>`+p.head), Malformed},
		"entity":                   {edit(t, doc, "1-abc111", "&e;"), Malformed},
		"no XML":                   {[]byte("1-abc111"), Malformed},
		"nothing":                  {nil, Malformed},
		"too large":                {edit(t, doc, p.head, p.head+strings.Repeat(" ", MaxDocument)), Malformed},
		"other root":               {[]byte(strings.ReplaceAll(string(doc), "signedCode", "signedMark")), Malformed},
		"other namespace":          {[]byte(strings.ReplaceAll(string(doc), "verificationCode-1.0", "verificationCode-2.0")), Malformed},
		"no id":                    {edit(t, doc, ` id="signedCode"`, ``), Malformed},
		"id of another namespace":  {edit(t, doc, ` id="signedCode"`, ` xmlns:x="urn:x" x:id="signedCode"`), Malformed},
		"two ids":                  {edit(t, doc, ` id="signedCode"`, ` id="signedCode" xmlns:x="urn:x" x:id="other"`), Malformed},
		"id that is no name":       {edit(t, edit(t, doc, `id="signedCode"`, `id="1 2"`), `#signedCode`, `#1 2`), Malformed},
		"no code":                  {edit(t, doc, p.code, ``), Malformed},
		"two codes":                {edit(t, doc, p.code, p.code+p.code), Malformed},
		"code after the signature": {edit(t, edit(t, doc, p.code, ``), p.signature, p.signature+p.code), Malformed},
		"markup in the code":       {edit(t, doc, "1-abc111", "1-abc<b>111</b>"), Malformed},
		"no code's form":           {edit(t, doc, "1-abc111", "abc111"), Malformed},
		"text beside":              {edit(t, doc, p.code, p.code+"1-evil"), Malformed},
		"no signature":             {edit(t, doc, p.signature, ``), Malformed},
		"two signatures":           {edit(t, doc, p.signature, p.signature+p.signature), Malformed},
		"object in the signature":  {edit(t, doc, `</ds:KeyInfo>`, `</ds:KeyInfo><ds:Object/>`), Malformed},
		"two signed infos":         {edit(t, doc, p.signedInfo, p.signedInfo+p.signedInfo), Malformed},
		"attribute of a signature": {edit(t, doc, `<ds:Signature `, `<ds:Signature Id="signedCode" `), Malformed},
		"two references":           {edit(t, doc, `</ds:Reference>`, `</ds:Reference><ds:Reference URI="#signedCode"/>`), Malformed},
		"reference to all":         {edit(t, doc, `"#signedCode"`, `""`), Malformed},
		"reference elsewhere":      {edit(t, doc, `"#signedCode"`, `"#other"`), Malformed},
		"reference by pointer":     {edit(t, doc, `"#signedCode"`, `"#xpointer(id('signedCode'))"`), Malformed},
		"reference by address":     {edit(t, doc, `"#signedCode"`, `"http://127.0.0.1/"`), Malformed},
		"one transform":            {edit(t, doc, `<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>`, ``), Algorithm},
		"a third transform":        {edit(t, doc, `</ds:Transforms>`, `<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/></ds:Transforms>`), Algorithm},
		"XPath transform":          {edit(t, doc, `http://www.w3.org/2000/09/xmldsig#enveloped-signature`, `http://www.w3.org/TR/1999/REC-xpath-19991116`), Algorithm},
		"XSLT transform":           {edit(t, doc, `http://www.w3.org/2000/09/xmldsig#enveloped-signature`, `http://www.w3.org/TR/1999/REC-xslt-19991116`), Algorithm},
		"SHA-1 for the digest":     {edit(t, doc, `http://www.w3.org/2001/04/xmlenc#sha256`, `http://www.w3.org/2000/09/xmldsig#sha1`), Algorithm},
		"SHA-1 for the signature":  {edit(t, doc, `http://www.w3.org/2001/04/xmldsig-more#rsa-sha256`, `http://www.w3.org/2000/09/xmldsig#rsa-sha1`), Algorithm},
		"HMAC with the public key": {edit(t, doc, `http://www.w3.org/2001/04/xmldsig-more#rsa-sha256`, `http://www.w3.org/2001/04/xmldsig-more#hmac-sha256`), Algorithm},
		"HMAC of no length": {edit(t, doc, `<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>`,
			`<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"><ds:HMACOutputLength>0</ds:HMACOutputLength></ds:SignatureMethod>`), Algorithm},
		"inclusive canonicalization": {edit(t, doc, `<ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>`,
			`<ds:CanonicalizationMethod Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"/>`), Algorithm},
		"canonicalization with comments": {edit(t, doc, `<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>`,
			`<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#WithComments"/>`), Algorithm},
		"inclusive prefixes": {edit(t, doc, `<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>`,
			`<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"><InclusiveNamespaces xmlns="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="ds"/></ds:Transform>`), Algorithm},
	} {
		wants(t, name, verifier(), c.doc, now, c.want)
	}
}

// Signature wrapping: the signed element is kept somewhere, and another one
// stands where the code is read.
func TestWrappedSignaturesAreRefused(t *testing.T) {
	doc := good(t)
	p := cut(t, doc)
	whole := string(doc)[strings.Index(string(doc), "<verificationCode:signedCode"):]
	bare := strings.Replace(whole, p.signature, "", 1)
	const evil = `<verificationCode:code type="domain">1-evil</verificationCode:code>`
	head := func(id string) string { return strings.Replace(p.head, "signedCode\"", id+"\"", 1) }
	const tail = `</verificationCode:signedCode>`
	inObject := strings.Replace(p.signature, `</ds:Signature>`, `<ds:Object>`+bare+`</ds:Object></ds:Signature>`, 1)
	for name, doc := range map[string]string{
		"signed element in the signature's object": head("evil") + evil + inObject + tail,
		"the same with the same id":                head("signedCode") + evil + inObject + tail,
		"signed element before the code":           head("evil") + bare + evil + p.signature + tail,
		"signed element after the signature":       head("evil") + evil + p.signature + bare + tail,
		"signed element within the code":           head("evil") + `<verificationCode:code type="domain">1-evil` + bare + `</verificationCode:code>` + p.signature + tail,
		"whole document within":                    head("evil") + evil + whole + tail,
		"whole document within another element":    `<x>` + head("evil") + evil + `</verificationCode:signedCode>` + whole + `</x>`,
		"whole document before the code":           head("evil") + whole + evil + tail,
		"in the certificates":                      head("evil") + evil + strings.Replace(p.signature, `<ds:X509Data>`, `<ds:X509Data>`+bare, 1) + tail,
		"in a second key info":                     head("evil") + evil + strings.Replace(p.signature, `</ds:KeyInfo>`, `</ds:KeyInfo><ds:KeyInfo>`+bare+`</ds:KeyInfo>`, 1) + tail,
		"in the reference":                         head("evil") + evil + strings.Replace(p.signature, `</ds:Transforms>`, bare+`</ds:Transforms>`, 1) + tail,
		"another code, unsigned":                   head("signedCode") + evil + p.signature + tail,
		"another code before":                      head("signedCode") + evil + p.code + p.signature + tail,
	} {
		got, err := verifier().Verify([]byte(doc), now)
		if err == nil {
			t.Errorf("%s: %+v is believed", name, got.Code)
		}
	}
	// A comment in a code is not signed, and is not read either.
	got, err := verifier().Verify(edit(t, doc, "1-abc111", "1-abc<!-- x -->111"), now)
	if err != nil || got.Code != code {
		t.Errorf("%+v, %v", got, err)
	}
}

// signature makes a signature as a provider with other habits would.
func signature(t *testing.T, prefix, id string, canon dsig.Canonicalizer) []byte {
	t.Helper()
	ctx, err := dsig.NewSigningContext(key(), [][]byte{root().leaf("VSP One", key().Public()).Raw})
	if err != nil {
		t.Fatal(err)
	}
	ctx.IdAttribute, ctx.Prefix, ctx.Canonicalizer = "id", prefix, canon
	doc := etree.NewDocument()
	if err := doc.ReadFromString(`<v:signedCode xmlns:v='` + epp.NSVerificationCode + `' xmlns:unused='urn:u' id='` + id + `'>
  <v:code   type = 'domain' >1-abc111</v:code>
</v:signedCode>`); err != nil {
		t.Fatal(err)
	}
	signed, err := ctx.SignEnveloped(doc.Root())
	if err != nil {
		t.Fatal(err)
	}
	doc.SetRoot(signed)
	out, err := doc.WriteToBytes()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Other prefixes, ids and layouts are taken; other algorithms are refused even
// where the signature holds.
func TestOtherHabits(t *testing.T) {
	exclusive := dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList
	for name, doc := range map[string][]byte{
		"prefixes":                            signature(t, "dsig", "_a.b-1", exclusive("")),
		"default namespace for the signature": signature(t, "", "c1", exclusive("")),
	} {
		if got, err := verifier().Verify(doc, now); err != nil || got.Code != code {
			t.Errorf("%s: %+v, %v\n%s", name, got, err, doc)
		}
	}
	for name, canon := range map[string]dsig.Canonicalizer{
		"inclusive 1.1": dsig.MakeC14N11Canonicalizer(),
		"inclusive 1.0": dsig.MakeC14N10RecCanonicalizer(),
		"with comments": dsig.MakeC14N10ExclusiveWithCommentsCanonicalizerWithPrefixList(""),
	} {
		wants(t, name, verifier(), signature(t, "ds", "c1", canon), now, Algorithm)
	}
}
