package store

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/store/db"
)

// Times are kept to the microsecond in UTC, so that both engines give back the same.

func moment(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

func maybe(t time.Time) sql.NullTime { return sql.NullTime{Time: moment(t), Valid: !t.IsZero()} }

func when(t sql.NullTime) time.Time {
	if !t.Valid {
		return time.Time{}
	}
	return t.Time.UTC()
}

func jsonText(v any) (string, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("store: %w", err)
	}
	return string(b), nil
}

func factsText(f map[string]string) string {
	if len(f) == 0 {
		return "{}"
	}
	b, _ := json.Marshal(f) // strings always marshal
	return string(b)
}

func factsOf(text string) map[string]string {
	if text == "" || text == "{}" {
		return nil
	}
	var f map[string]string
	if json.Unmarshal([]byte(text), &f) != nil {
		return nil
	}
	return f
}

// Lists without spaces in their members are kept as words; statuses have one before and after each, for "like".

func statusText(s domain.Statuses) string {
	var b strings.Builder
	for _, v := range s {
		b.WriteString(" " + string(v))
	}
	return b.String() + " "
}

func statusesOf(text string) domain.Statuses {
	var s domain.Statuses
	for _, w := range strings.Fields(text) {
		s = append(s, domain.Status(w))
	}
	return s
}

func wordsOf(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Fields(text)
}

func dsText(list []domain.DS) string {
	lines := make([]string, len(list))
	for i, d := range list {
		lines[i] = d.String()
	}
	return strings.Join(lines, "\n")
}

func dsOf(text string) []domain.DS {
	var out []domain.DS
	for line := range strings.Lines(text) {
		var d domain.DS
		if _, err := fmt.Sscanf(line, "%d %d %d %s", &d.KeyTag, &d.Algorithm, &d.DigestType, &d.Digest); err == nil {
			out = append(out, d)
		}
	}
	return out
}

func accountOf(r db.Account) domain.Account {
	return domain.Account{ID: domain.AccountID(r.ID), Email: r.Email, Name: r.Name, Role: domain.Role(r.Role), Locale: r.Locale,
		PasswordHash: r.PasswordHash, ViewVersion: r.ViewVersion, CreatedAt: r.CreatedAt.UTC(), PriceGroup: r.PriceGroup}
}

func apiKeyOf(r db.ApiKey) domain.APIKey {
	return domain.APIKey{SecretID: r.SecretID, SealedSecret: r.SealedSecret, Account: domain.AccountID(r.AccountID),
		Label: r.Label, Role: domain.Role(r.Role), CreatedAt: r.CreatedAt.UTC(), RevokedAt: when(r.RevokedAt)}
}

func templateOf(r db.Template) (domain.Template, error) {
	t := domain.Template{ID: domain.TemplateID(r.ID), Account: domain.AccountID(r.AccountID), Version: r.Version,
		Status: domain.TemplateStatus(r.Status), Reason: r.Reason, CertificateType: r.CertificateType,
		SealedNumber: r.SealedNumber, MaskedNumber: r.MaskedNumber, IsDefault: r.IsDefault,
		CreatedAt: r.CreatedAt.UTC(), UpdatedAt: r.UpdatedAt.UTC(), NextActionAt: when(r.NextActionAt),
		OldForm: r.OldForm, Document: domain.DocumentID(r.DocumentID), ValidFrom: when(r.ValidFrom), ValidUntil: when(r.ValidUntil),
		LongTerm: r.LongTerm, ContactType: r.ContactType, SealedContact: r.SealedContact, MaskedContact: r.MaskedContact,
		ContactDocument: domain.DocumentID(r.ContactDocumentID), Verification: domain.VerificationID(r.VerificationID)}
	if err := json.Unmarshal([]byte(r.Contact), &t.Contact); err != nil {
		return domain.Template{}, fmt.Errorf("store: template %d: %w", r.ID, err)
	}
	return t, nil
}

func templatesOf(rows []db.Template) ([]domain.Template, error) {
	out := make([]domain.Template, 0, len(rows))
	for _, r := range rows {
		t, err := templateOf(r)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, nil
}

func orderOf(r db.Order) domain.Order {
	return domain.Order{ID: domain.OrderID(r.ID), Number: r.Number, Account: domain.AccountID(r.AccountID),
		Action: domain.Action(r.Action), Count: int(r.Count), Total: r.Total, Currency: r.Currency,
		PolicyVersion: r.PolicyVersion, Agreement: r.Agreement, Language: r.Language, Via: r.Via, Key: r.Key, Asked: r.Asked, CreatedAt: r.CreatedAt.UTC()}
}

func itemOf(r db.Item) domain.Item {
	return domain.Item{ID: domain.ItemID(r.ID), Order: domain.OrderID(r.OrderID), Account: domain.AccountID(r.AccountID),
		Name: domain.Name(r.Name), Status: domain.ItemStatus(r.Status), Code: r.Code, Facts: factsOf(r.Facts),
		Price: r.Price, Currency: r.Currency, Hold: domain.HoldState(r.Hold),
		CreatedAt: r.CreatedAt.UTC(), UpdatedAt: r.UpdatedAt.UTC()}
}

func intentOf(r db.Intent) (domain.Intent, error) {
	i := domain.Intent{ID: domain.IntentID(r.ID), Item: domain.ItemID(r.ItemID), Account: domain.AccountID(r.AccountID),
		RegistryAccount: r.RegistryAccount, Name: domain.Name(r.Name), Kind: domain.IntentKind(r.Kind),
		State: domain.IntentState(r.State), ClTRID: r.ClTrid, Template: domain.TemplateID(r.TemplateID),
		Attempts: int(r.Attempts), Absences: int(r.Absences), SentAt: when(r.SentAt), NextTryAt: r.NextTryAt.UTC(),
		LostAt: when(r.LostAt), DeadlineAt: when(r.DeadlineAt), CreatedAt: r.CreatedAt.UTC(),
		Lease: domain.Lease{Owner: r.LeaseOwner, Until: when(r.LeaseUntil)}}
	if err := json.Unmarshal([]byte(r.Payload), &i.Payload); err != nil {
		return domain.Intent{}, fmt.Errorf("store: intent %d: %w", r.ID, err)
	}
	return i, nil
}

func tenureOf(r db.Tenure) domain.Tenure {
	return domain.Tenure{ID: domain.TenureID(r.ID), Account: domain.AccountID(r.AccountID), Name: domain.Name(r.Name),
		RegistryAccount: r.RegistryAccount, Template: domain.TemplateID(r.TemplateID), Order: domain.OrderID(r.OrderID),
		ROID: r.Roid, Statuses: statusesOf(r.Statuses), NameServers: wordsOf(r.NameServers), Years: int(r.Years),
		AutoRenew: int(r.AutoRenew), RegisteredAt: when(r.RegisteredAt), ExpiresAt: when(r.ExpiresAt),
		NextActionAt: when(r.NextActionAt), EndedAt: when(r.EndedAt), Version: r.Version, UpdatedAt: when(r.UpdatedAt),
		DS: dsOf(r.Ds), SealedAuth: r.SealedAuth, AuthUntil: when(r.AuthUntil), DeletedAt: when(r.DeletedAt),
		VerifyBy: when(r.VerifyBy), CodesOf: domain.TemplateID(r.CodesOf), ContactBy: when(r.ContactBy), LockUntil: when(r.LockUntil)}
}

func tenuresOf(rows []db.Tenure) []domain.Tenure {
	out := make([]domain.Tenure, 0, len(rows))
	for _, r := range rows {
		out = append(out, tenureOf(r))
	}
	return out
}

func cartLineOf(r db.CartLine) ops.CartLine {
	return ops.CartLine{Account: domain.AccountID(r.AccountID), Name: domain.Name(r.Name), Years: int(r.Years), Fee: r.Fee, Renewal: r.RenewFee,
		AddedAt: r.AddedAt.UTC()}
}
