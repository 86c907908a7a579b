package app

import (
	"context"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/registry"
)

// codes gives registries the signed codes of registrants. The operations are made after the connections that they use.
func (a *App) codes(ctx context.Context, name domain.Name, template domain.TemplateID) ([]domain.SignedCode, error) {
	suffix, _ := a.suffix(name.Suffix())
	return a.ops.CodesFor(ctx, name, template, suffix.CodeTypes...)
}

// identity opens a registrant's document for registries that want it with the contact.
func (a *App) identity(t domain.Template) (registry.Identity, error) {
	number, err := a.vault.Open(t.SealedNumber, domain.NumberSeal(t.ID))
	if err != nil {
		return registry.Identity{}, err
	}
	return registry.Identity{Kind: t.Contact.Kind, Type: t.CertificateType, Number: string(number)}, nil
}
