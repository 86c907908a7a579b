package storetest

import (
	"database/sql"
	"slices"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/store"
)

// openColumns hold bytes that are not sealed: hashes, and what is bound to a session.
var openColumns = []string{"chain_head.hash", "event.chain_hash", "event.payload_hash", "poll_message.hash", "reach_code.mac", "session.data",
	"session.token_hash", "template.number_mac"}

// Every column of bytes is known: what the vault sealed is sealed again after a rotation, or it is no seal.
func sealedColumns(b *bench) {
	q := "select table_name || '.' || column_name from information_schema.columns where table_schema = current_schema() and data_type = 'bytea'"
	if b.Engine() == store.SQLite {
		q = "select m.name || '.' || p.name from sqlite_master m join pragma_table_info(m.name) p where m.type = 'table' and lower(p.type) = 'blob'"
	}
	rows, err := b.DB().QueryContext(b.ctx, q)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var all []string
	for rows.Next() {
		var c string
		if err := rows.Scan(&c); err != nil {
			b.Fatal(err)
		}
		if !strings.HasPrefix(c, "river_") { // the job engine's own
			all = append(all, c)
		}
	}
	if err := rows.Err(); err != nil {
		b.Fatal(err)
	}
	known := slices.Concat(store.SealedColumns(), openColumns)
	slices.Sort(all)
	slices.Sort(known)
	b.same("columns of bytes, sealed or not", all, known)
}

// After a rotation everything that the older key sealed is sealed again, once; the other rows are not touched.
func resealing(b *bench) {
	a := b.rich(1000)
	doc, mate := b.document(a.ID), b.document(a.ID)
	mate.Picture = []byte("2newer picture")
	t := b.template(a.ID)
	t.SealedNumber, t.SealedContact, t.NextActionAt = []byte("1number"), []byte("1contact"), time.Time{}
	const account = "verisim"
	held := b.tenure(a.ID, "held.com")
	held.Template, held.SealedAuth, held.AuthUntil = t.ID, []byte("1auth"), now.AddDate(0, 0, 5)
	b.commit(doc, mate, ops.InsertTemplate{Template: t}, ops.SetReading{ID: doc.Document.ID, To: domain.ReadingDone, Text: []byte("1text")},
		ops.InsertAPIKey{Key: domain.APIKey{SecretID: "AKID1", SealedSecret: []byte("1secret"), Account: a.ID, Role: domain.Owner, CreatedAt: now}},
		ops.InsertTenure{Tenure: held},
		ops.InsertCredential{Credential: domain.Credential{RegistryAccount: account, Kind: domain.CredentialPassword, State: domain.CredentialCurrent, Sealed: []byte("1password"), CreatedAt: wall}})
	for i, name := range []domain.Name{"", "one.cn", "two.cn"} {
		b.commit(ops.PutCode{Template: t.ID, Name: name, Code: domain.SignedCode{Type: "real-name", Value: "1-a", Provider: "p", IssuedAt: now}, Sealed: []byte{'1', byte('a' + i)}})
	}
	b.plan(ops.Plan{Messages: []domain.Message{{Account: a.ID, To: "+86.13800000000", Kind: "reach-code", Channel: domain.ChannelSMS, Sealed: []byte("1code"), At: now}}})
	for _, name := range []string{"key-check", "mac-key"} {
		if _, err := b.Fix(b.ctx, name, []byte("1"+name)); err != nil {
			b.Fatal(err)
		}
	}
	p := b.order(a.ID, "act.com")
	act := &placed(p).Intents[0]
	act.Payload.SealedAuthInfo, act.Payload.SealedCodes = []byte("1info"), [][]byte{[]byte("1first"), []byte("2second")}
	b.plan(p)

	got := map[string]string{} // context to what was opened
	again := func(sealed []byte, where string) ([]byte, error) {
		got[where] += string(sealed) + " "
		return append([]byte("2"), sealed[1:]...), nil
	}
	stale := func(head []byte) bool { return head[0] == '1' }
	n, err := b.Reseal(b.ctx, stale, again)
	if err != nil {
		b.Fatal(err)
	}
	b.same("opened by context", got, map[string]string{
		domain.DocumentSeal(doc.Document.ID):                         "1sealed picture ",
		domain.DocumentTextSeal(doc.Document.ID):                     "1text ",
		domain.NumberSeal(t.ID):                                      "1number ",
		domain.ContactNumberSeal(t.ID):                               "1contact ",
		domain.KeySeal("AKID1"):                                      "1secret ",
		domain.AuthCodeSeal("held.com"):                              "1auth ",
		domain.SignedCodeSeal(t.ID):                                  "1a 1b 1c ",
		domain.MessageSeal("+86.13800000000"):                        "1code ",
		domain.CredentialContext(account, domain.CredentialPassword): "1password ",
		domain.InstallationSeal("key-check"):                         "1key-check ",
		domain.InstallationSeal("mac-key"):                           "1mac-key ",
		domain.AuthInfoSeal("act.com"):                               "1info ",
		domain.AuthCodeSeal("act.com"):                               "1first ",
	})
	b.same("values replaced", n, 14) // both of the act's are one
	b.same("key", string(must[domain.APIKey](b)(b.APIKey(b.ctx, "AKID1")).SealedSecret), "2secret")
	b.same("act", b.lease(1, wall)[0].Intent.Payload.SealedCodes, [][]byte{[]byte("2first"), []byte("2second")})
	kept := must[domain.Template](b)(b.Template(b.ctx, t.ID))
	if string(kept.SealedNumber) != "2number" || string(kept.SealedContact) != "2contact" || kept.Version != 1 {
		b.Fatalf("%+v", kept)
	}
	for _, c := range store.SealedColumns() {
		table, column, _ := strings.Cut(c, ".")
		var value string
		err := b.DB().QueryRowContext(b.ctx, "select "+column+" from "+table+" where "+column+" is not null and substr("+column+", 1, 1) <> $1", []byte("2")).Scan(&value)
		if err != sql.ErrNoRows {
			b.Errorf("%s: %q is left: %v", c, value, err)
		}
	}
	if n, err := b.Reseal(b.ctx, stale, again); n != 0 || err != nil {
		b.Fatalf("%d again, %v", n, err)
	}
}
