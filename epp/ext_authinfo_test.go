package epp

import (
	"encoding/base64"
	"errors"
	"math"
	"strings"
	"testing"
)

// secureAuthInfoGoldens: the practice has no elements; it shows in greetings
// and logins.
var secureAuthInfoGoldens = []golden{
	{"secure authInfo, greeting", `<epp xmlns="urn:ietf:params:xml:ns:epp-1.0"><greeting><svID>Example registry</svID><svDate>2026-11-23T08:00:00Z</svDate>
  <svcMenu><version>1.0</version><lang>en</lang><objURI>urn:ietf:params:xml:ns:domain-1.0</objURI>
    <svcExtension><extURI>urn:ietf:params:xml:ns:epp:secure-authinfo-transfer-1.0</extURI><extURI>urn:ietf:params:xml:ns:epp:unhandled-namespaces-1.0</extURI></svcExtension></svcMenu>
  <dcp><access><all/></access><statement><purpose><admin/><prov/></purpose><recipient><ours/><public/></recipient><retention><stated/></retention></statement></dcp></greeting></epp>`,
		&Message{Greeting: &Greeting{ServerID: "Example registry", Date: at("2026-11-23T08:00:00Z"), Versions: []string{"1.0"}, Langs: []string{"en"},
			ObjURIs: []string{NSDomain}, ExtURIs: []string{NSSecureAuthInfo, NSUnhandled}, DCP: DefaultDCP}}},
}

func TestNewAuthInfo(t *testing.T) {
	if bits := AuthInfoLength * math.Log2(float64(len(authInfoAlphabet))); bits < 128+20 {
		t.Errorf("%f bits", bits)
	}
	seen, counts := map[string]bool{}, map[rune]int{}
	const n = 5000
	for range n {
		pw := NewAuthInfo()
		if seen[pw] {
			t.Fatal("the same twice")
		}
		seen[pw] = true
		if len(pw) != AuthInfoLength || strings.ContainsAny(pw, "<>&\"' \\`|") || !isAlnum(pw[0]) {
			t.Fatalf("not fit: %q", pw)
		}
		if err := CheckAuthInfo(pw); err != nil {
			t.Fatalf("%q: %v", pw, err)
		}
		if c := classesOf(pw); c != (charClasses{true, true, true, true}) {
			t.Fatalf("a kind of character is missing: %q", pw)
		}
		for _, r := range pw[1:] {
			counts[r]++
		}
	}
	// Every character about as often as the others; kinds of which few are drawn come somewhat more often, as they must.
	mean := float64(n*(AuthInfoLength-1)) / float64(len(authInfoAlphabet))
	for _, r := range authInfoAlphabet {
		if d := math.Abs(float64(counts[r]) - mean); d > mean*0.22 {
			t.Errorf("%q came %d times, not about %.0f", r, counts[r], mean)
		}
	}
	// It goes through the wire as it is.
	m, err := NewCodec().Decode(EncodeCommand(&Command{Action: &DomainTransfer{Op: TransferRequest, Name: "a.com", AuthInfo: Password(NewAuthInfo())}, ClTRID: "OPR-1"}))
	if err != nil || !seenLike(m.Command.Action.(*DomainTransfer).AuthInfo.Pw) {
		t.Errorf("over the wire: %v", err)
	}
}

func seenLike(pw string) bool { return len(pw) == AuthInfoLength && CheckAuthInfo(pw) == nil }

func TestCheckAuthInfo(t *testing.T) {
	for pw, want := range map[string]error{
		"":                                        ErrAuthInfoWeak,
		"2fooBAR":                                 ErrAuthInfoWeak,
		"aB3$aB3$xY7!mN9?kL2":                     ErrAuthInfoWeak, // 19
		"aB3$aB3$xY7!mN9?kL2#":                    nil,             // 20 of everything
		"aB3CdE4FgH5JkL6MnP7Qr":                   ErrAuthInfoWeak, // 21 letters and digits
		"aB3CdE4FgH5JkL6MnP7QrS":                  nil,             // 22
		"aBxCdEyFgHzJkLwMnPvQrS":                  ErrAuthInfoWeak, // 22 letters
		"aBxCdEyFgHzJkLwMnPvQrSu":                 nil,             // 23
		"ab3cde4fgh5jkl6mnp7qrs8t":                ErrAuthInfoWeak, // 24 of one case
		"ab3cde4fgh5jkl6mnp7qrs8tu":               nil,             // 25
		"abcdefghijklmnopqrstuvwxyza":             ErrAuthInfoWeak, // 27 letters of one case
		"ABCDEFGHIJKLMNOPQRSTUVWXYZAB":            nil,             // 28
		"0123456789abcdef0123456789abcde":         ErrAuthInfoWeak, // 31 hexadecimal
		"0123456789abcdef0123456789abcdef":        nil,             // 32
		"01234567890123456789012345678901234567":  ErrAuthInfoWeak, // 38 digits
		"012345678901234567890123456789012345678": nil,             // 39
		strings.Repeat("aB3$", 20):                ErrAuthInfoWeak, // four characters over and over
		"aB3$aB3$xY7!mN9? kL2#":                   ErrAuthInfoChars,
		"aB3$aB3$xY7!mN9?kL2é":                    ErrAuthInfoChars,
		"aB3$aB3$xY7!mN9?kL2#\x7f":                ErrAuthInfoChars,
	} {
		if got := CheckAuthInfo(pw); !errors.Is(got, want) || (got == nil) != (want == nil) {
			t.Errorf("CheckAuthInfo(%q) = %v, want %v", pw, got, want)
		}
	}
}

func TestAuthInfoHash(t *testing.T) {
	pw := NewAuthInfo()
	a, b := HashAuthInfo(pw), HashAuthInfo(pw)
	if a == b || strings.Contains(a, pw) {
		t.Error("the hash is not salted, or shows what it hashes")
	}
	raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(a, authInfoHash))
	if err != nil || len(raw) != 32+16 {
		t.Errorf("%d bytes of hash and salt, RFC 9154 wants 32 and 16: %v", len(raw), err)
	}
	if !AuthInfoMatches(a, pw) || !AuthInfoMatches(b, pw) {
		t.Error("its own does not match")
	}
	for name, c := range map[string]struct{ hashed, pw string }{
		"another":            {a, NewAuthInfo()},
		"empty":              {a, ""},
		"empty to empty":     {HashAuthInfo(""), ""},
		"empty, hashed":      {authInfoHash + base64.StdEncoding.EncodeToString(append(saltedHash(raw[32:], ""), raw[32:]...)), ""},
		"none kept":          {"", pw},
		"the hash itself":    {a, a},
		"plain text kept":    {pw, pw},
		"not base64":         {authInfoHash + "!", pw},
		"hash without salt":  {authInfoHash + base64.StdEncoding.EncodeToString(saltedHash(nil, pw)), pw},
		"another's salt":     {authInfoHash + base64.StdEncoding.EncodeToString(append(raw[:32:32], make([]byte, 16)...)), pw},
		"hash of the prefix": {a, pw[:len(pw)-1]},
	} {
		if AuthInfoMatches(c.hashed, c.pw) {
			t.Errorf("%s: matches", name)
		}
	}
}
