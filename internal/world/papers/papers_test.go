package papers

import (
	"math/big"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"
)

// provinces are the first two digits that GB/T 2260 has.
var provinces = regexp.MustCompile(`^(1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|81|82|83)`)

// TestNumbers: every number of the population follows its standard, reckoned here another way than where it is made, and
// none could be anybody's: county digits of 96 to 98 are not allocated.
func TestNumbers(t *testing.T) {
	made := regexp.MustCompile(`^\d{4}9[678]`)
	seen := map[string]string{}
	number := func(who, n string) {
		if other := seen[n]; other != "" {
			t.Errorf("%s and %s have the same number", who, other)
		}
		seen[n] = who
		if len(n) != 18 || !provinces.MatchString(n) {
			t.Errorf("%s: %q", who, n)
		}
		// ISO 7064 MOD 11-2: the number read in powers of two leaves 1.
		sum := big.NewInt(0)
		for i, c := range n {
			v := int64(c - '0')
			if c == 'X' && i == 17 {
				v = 10
			}
			sum.Add(sum.Mul(sum, big.NewInt(2)), big.NewInt(v))
		}
		if sum.Mod(sum, big.NewInt(11)).Int64() != 1 {
			t.Errorf("%s: the check character of %s", who, n)
		}
		if birth, err := time.Parse("20060102", n[6:14]); err != nil || birth.Year() < 1960 {
			t.Errorf("%s: birth in %s", who, n)
		}
	}
	for _, p := range People() {
		number(p.Name, p.Number)
		if !made.MatchString(p.Number) {
			t.Errorf("%s: county digits of %s might be allocated", p.Name, p.Number)
		}
		if man := (p.Number[16]-'0')%2 == 1; man != (p.Sex == "男") {
			t.Errorf("%s: sex %s and number %s", p.Name, p.Sex, p.Number)
		}
		if p.Number[6:14] != p.Birth.Format("20060102") {
			t.Errorf("%s: birth %s and number %s", p.Name, p.Birth, p.Number)
		}
	}
	for _, v := range Visitors() {
		if v.Type == "GAJZZ" || v.Type == "TWJZZ" {
			number(v.Name, v.Number)
		}
	}
	for _, o := range Organisations() {
		if other := seen[o.Code]; other != "" {
			t.Errorf("%s and %s have the same code", o.Name, other)
		}
		seen[o.Code] = o.Name
		sum, power := 0, 1
		for _, c := range o.Code {
			v := strings.IndexRune("0123456789ABCDEFGHJKLMNPQRTUWXY", c)
			if v < 0 {
				t.Errorf("%s: %c in %s", o.Name, c, o.Code)
			}
			sum, power = (sum+v*power)%31, power*3%31
		}
		// The last character's weight is 3^17 mod 31, which is 22; the standard takes it as 1.
		last := strings.IndexByte("0123456789ABCDEFGHJKLMNPQRTUWXY", o.Code[17])
		sum = ((sum-last*22)%31 + 31 + last) % 31
		if len(o.Code) != 18 || sum != 0 || !made.MatchString(o.Code[2:]) {
			t.Errorf("%s: code %s (%d)", o.Name, o.Code, sum)
		}
		if o.Code[8:16]+"-"+o.Code[16:17] != o.OrgCode {
			t.Errorf("%s: organisation code %s in %s", o.Name, o.OrgCode, o.Code)
		}
		// ISO 7064 MOD 11,10.
		p := 10
		for _, c := range o.Registration[:14] {
			s := (p + int(c-'0')) % 10
			if s == 0 {
				s = 10
			}
			p = s * 2 % 11
		}
		if len(o.Registration) != 15 || (p+int(o.Registration[14]-'0'))%10 != 1 {
			t.Errorf("%s: registration number %s", o.Name, o.Registration)
		}
	}
}

// TestKnownCheckCharacters: numbers that the standards' own texts give as examples.
func TestKnownCheckCharacters(t *testing.T) {
	if got := IDNumber("110105", day("1949-12-31"), 2); got != "11010519491231002X" {
		t.Error(got) // GB 11643, its example
	}
	if got := OrgCode("D2143569"); got != "D2143569-X" {
		t.Error(got) // GB 11714, its example
	}
}

// TestPopulation: as many as promised, the first is the demo's, references hold, the same at every call.
func TestPopulation(t *testing.T) {
	people, orgs, visitors := People(), Organisations(), Visitors()
	if len(people) < 40 || len(orgs) < 20 || len(visitors) < 10 {
		t.Errorf("%d people, %d organisations, %d visitors", len(people), len(orgs), len(visitors))
	}
	if p := people[0]; p.Name != "苏禾" || p.Latin != "Su He" {
		t.Errorf("the first is %s, %s", p.Name, p.Latin)
	}
	if !reflect.DeepEqual(people, People()) || !reflect.DeepEqual(orgs, Organisations()) {
		t.Error("another population at another call")
	}
	for _, o := range orgs {
		if o.Representative < 0 || o.Representative >= len(people) {
			t.Errorf("%s: representative %d", o.Name, o.Representative)
		}
		if !o.ValidUntil.IsZero() && o.ValidUntil.Year() < 2027 {
			t.Errorf("%s ends in %s", o.Name, o.ValidUntil)
		}
	}
	for _, p := range people {
		if !p.ValidUntil.IsZero() && p.ValidUntil.Year() < 2030 {
			t.Errorf("%s's card ends in %s", p.Name, p.ValidUntil)
		}
		if first, _, ok := strings.Cut(p.Latin, " "); !ok && p.Nation != "蒙古" || first == "" {
			t.Errorf("%s: Latin %q", p.Name, p.Latin)
		}
	}
	now := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	if e := Expired(people[0], now); !e.ValidUntil.Before(now) || e.Number != people[0].Number {
		t.Errorf("expired: %s", e.ValidUntil)
	}
	if e := Expiring(people[0], now, 20); e.ValidUntil.Format(time.DateOnly) != "2026-12-15" {
		t.Errorf("expiring: %s", e.ValidUntil)
	}
}
