package policy

import (
	"strings"
	"testing"
)

func TestShippedPolicies(t *testing.T) {
	rows, err := Shipped()
	if err != nil {
		t.Fatal(err)
	}
	table, err := Parse(rows)
	if err != nil {
		t.Fatal(err)
	}
	for suffix, registry := range map[string]string{"com": "verisim", "net": "verisim", "cn": "cnsim", "com.cn": "cnsim",
		"xn--fiqs8s": "cnsim", "top": "newsim", "xyz": "newsim", "club": "newsim"} {
		s, ok := table.Suffix(suffix)
		if !ok || s.Registry != registry {
			t.Errorf("%s: %v at %q", suffix, ok, s.Registry)
		}
		if s.New < s.Cost || s.Renew < s.CostRenew {
			t.Errorf("%s is sold below what it costs", suffix)
		}
	}
	if first := table.Suffixes()[0].Suffix; first != "com" {
		t.Errorf("first in search is %s", first)
	}
	com, _ := table.Suffix("com")
	if p, _ := com.Price("new", 3); p != 6800+2*7500 {
		t.Errorf("three years of .com cost %d", p)
	}
	if com.Allows(11) || com.Allows(0) || !com.Allows(10) {
		t.Error("periods")
	}
}

func TestParseIsStrict(t *testing.T) {
	rows, _ := Shipped()
	for name, edit := range map[string]func(string) string{
		"unknown key": func(s string) string { return s + "\nsurprise = 1\n" },
		"no price":    func(s string) string { return strings.Replace(s, "new = ", "new = 0 # ", 1) },
		"verification": func(s string) string {
			return strings.NewReplacer(`"after"`, `"never"`, `"before"`, `"never"`).Replace(s)
		},
		"proof": func(s string) string {
			return strings.NewReplacer(`proof = "codes"`, `proof = "word"`, `proof = "contact"`, `proof = "word"`).Replace(s)
		},
		"code types": func(s string) string { return strings.Replace(s, `["real-name"]`, `["blood"]`, 1) },
		"refuses":    func(s string) string { return strings.Replace(s, `"auth-code"`, `"sleep"`, 1) },
		"not TOML":   func(s string) string { return s + "\n=\n" },
	} {
		bad := append([]Row(nil), rows...)
		bad[1].Body = edit(bad[1].Body)
		if _, err := Parse(bad); err == nil || !strings.Contains(err.Error(), bad[1].Key) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Parse(rows[1:]); err == nil {
		t.Error("a table without the house row passes")
	}
}

// Rows from before verification was pushed to registries say how by what they have.
func TestVerificationOfOlderRows(t *testing.T) {
	rows, err := Shipped()
	if err != nil {
		t.Fatal(err)
	}
	for i := range rows {
		var kept []string
		for _, line := range strings.Split(rows[i].Body, "\n") {
			switch key, _, _ := strings.Cut(line, " ="); key {
			case "proof", "code_types", "unverified_refuses", "proof_reminders", "contact_days", "change_lock_days":
			default:
				kept = append(kept, line)
			}
		}
		rows[i].Body = strings.Join(kept, "\n")
	}
	table, err := Parse(rows)
	if err != nil {
		t.Fatal(err)
	}
	cn, _ := table.Suffix("cn")
	com, _ := table.Suffix("com")
	if cn.Proof != ProofContact || !cn.Refuses(RefuseRenew) || !cn.Refuses(RefuseEdit) || cn.WantsCode("real-name") {
		t.Errorf("cn: %+v", cn)
	}
	if com.Proof != ProofCodes || com.Refuses(RefuseRenew) || !com.Refuses(RefuseAuthCode) || !com.WantsCode("real-name") || com.WantsCode("domain") {
		t.Errorf("com: %+v", com)
	}
	if h := table.House; h.ContactDays != 15 || h.ChangeLockDays != 60 || len(h.ProofReminders) != 2 {
		t.Errorf("house: %+v", h)
	}
}
