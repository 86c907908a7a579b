package api

import (
	"context"
	"regexp"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/naming"
	"github.com/openregistrar/openregistrar/internal/ops"
)

func contactOf(ci ContactInfo) domain.Contact {
	return domain.Contact{
		Kind:           domain.SubjectKind(ci.RegistrantType),
		OrganizationCN: ci.OrganizationNameCN, Organization: ci.OrganizationName,
		NameCN: ci.RegistrantNameCN, Name: ci.RegistrantName,
		CountryCN: ci.CountryCN, Country: ci.Country, ProvinceCN: ci.ProvinceCN, Province: ci.Province,
		CityCN: ci.CityCN, City: ci.City, StreetCN: ci.StreetCN, Street: ci.Street,
		PostalCode: ci.ZipCode, Telephone: ci.Telephone, Email: ci.Email,
	}
}

// productForm is a form of the product's two parts.
func productForm(ci ContactInfo, cert *CertificateInfo) (ops.TemplateForm, error) {
	form := ops.TemplateForm{Contact: contactOf(ci)}
	if cert == nil {
		return form, nil
	}
	form.CertificateType, form.CertificateNumber = cert.CertificateType, cert.CertificateCode
	form.ContactType, form.ContactNumber = cert.RegistrantCertificateType, cert.RegistrantCertificateCode
	var err error
	if form.Document, err = documentRef(cert.ImgUrl); err != nil {
		return form, err
	}
	form.ContactDocument, err = documentRef(cert.RegistrantImgUrl)
	return form, err
}

var documentIn = regexp.MustCompile(`doc-[0-9a-z]{8}`)

// documentRef finds the document in an address that UploadImage gave, or in an id; nothing is no document.
func documentRef(s string) (domain.DocumentID, error) {
	if s == "" {
		return 0, nil
	}
	id, ok := domain.ParseDocumentID(documentIn.FindString(s))
	if !ok {
		return 0, fault.New(fault.Missing, "document.not-found", "document", clip(s))
	}
	return id, nil
}

func createTemplate(ctx context.Context, a *API, c caller, in *createTemplateIn) (*TemplateOut, error) {
	form, err := productForm(in.ContactInfo, in.CertificateInfo)
	if err != nil {
		return nil, err
	}
	t, err := a.Ops.CreateTemplate(ctx, c.scope, form)
	if err != nil {
		return nil, err
	}
	return &TemplateOut{a.templateInfo(t, c)}, nil
}

func modifyTemplate(ctx context.Context, a *API, c caller, in *modifyTemplateIn) (*TemplateOut, error) {
	id, err := templateID(in.TemplateId)
	if err != nil {
		return nil, err
	}
	form, err := productForm(in.ContactInfo, &in.CertificateInfo)
	if err != nil {
		return nil, err
	}
	t, err := a.Ops.ReplaceTemplate(ctx, c.scope, id, form)
	if err != nil {
		return nil, err
	}
	return &TemplateOut{a.templateInfo(t, c)}, nil
}

func deleteTemplate(ctx context.Context, a *API, c caller, in *templateIn) (*empty, error) {
	id, err := templateID(in.TemplateId)
	if err != nil {
		return nil, err
	}
	return &empty{}, a.Ops.DeleteTemplate(ctx, c.scope, id)
}

func describeTemplate(ctx context.Context, a *API, c caller, in *templateIn) (*TemplateOut, error) {
	id, err := templateID(in.TemplateId)
	if err != nil {
		return nil, err
	}
	t, err := a.Ops.Template(ctx, c.scope, id)
	if err != nil {
		return nil, err
	}
	out := a.templateInfo(t, c)
	if t.Reason != "" { // with its evidence, where the submission has it
		switch v, err := a.Ops.VerificationOf(ctx, c.scope, id); {
		case err == nil:
			for _, d := range v.Verdicts {
				if d.Code == t.Reason {
					out.AuditReason = bracketed(c.lang, fault.Code(d.Code), d.Facts)
				}
			}
		case fault.Of(err).Kind != fault.Missing:
			return nil, err
		}
	}
	return &TemplateOut{out}, nil
}

func templateID(public string) (domain.TemplateID, error) {
	id, ok := domain.ParseTemplateID(public)
	if !ok {
		return 0, fault.New(fault.Missing, "template.not-found", "template", clip(public))
	}
	return id, nil
}

func describeTemplateList(ctx context.Context, a *API, c caller, in *templateListIn) (*TemplateListOut, error) {
	f := ops.TemplateFilter{Page: page(in.Offset, in.Limit), Status: domain.TemplateStatus(in.Status), Keyword: in.Keyword}
	if in.Type != "all" {
		f.Kind = domain.SubjectKind(in.Type)
	}
	list, total, err := a.Ops.Templates(ctx, c.scope, f)
	if err != nil {
		return nil, err
	}
	out := &TemplateListOut{TotalCount: int64(total), TemplateSet: []TemplateInfo{}}
	for _, t := range list {
		out.TemplateSet = append(out.TemplateSet, a.templateInfo(t, c))
	}
	return out, nil
}

func (a *API) templateInfo(t domain.Template, c caller) TemplateInfo {
	ct := t.Contact
	out := TemplateInfo{
		TemplateId: t.ID.Public(), AuditStatus: string(t.Status), CreatedOn: stamp(t.CreatedAt), UpdatedOn: stamp(t.UpdatedAt),
		UserUin: t.Account.Uin(), IsDefault: "no", IsValidTemplate: 1, IsBlack: t.Reason == "registrant.blacklisted",
		CertificateInfo: CertificateInfo{CertificateCode: t.MaskedNumber, CertificateType: t.CertificateType,
			ImgUrl: a.pictureURL(c.scope, t.Document), RegistrantCertificateCode: t.MaskedContact, RegistrantCertificateType: t.ContactType,
			RegistrantImgUrl: a.pictureURL(c.scope, t.ContactDocument)},
		ContactInfo: ContactInfo{
			OrganizationNameCN: ct.OrganizationCN, OrganizationName: ct.Organization, RegistrantNameCN: ct.NameCN, RegistrantName: ct.Name,
			ProvinceCN: ct.ProvinceCN, CityCN: ct.CityCN, StreetCN: ct.StreetCN, Street: ct.Street, CountryCN: ct.CountryCN,
			Telephone: ct.Telephone, Email: ct.Email, ZipCode: ct.PostalCode, RegistrantType: string(ct.Kind),
			Province: ct.Province, City: ct.City, Country: ct.Country,
		},
	}
	if t.IsDefault {
		out.IsDefault = "yes"
	}
	if t.Reason != "" {
		out.AuditReason = bracketed(c.lang, fault.Code(t.Reason), nil)
	}
	if t.OldForm {
		out.IsValidTemplate, out.InvalidReason = 0, bracketed(c.lang, "template.old-form", nil)
	}
	return out
}

// pictureURL is where a document can be seen by the caller for a few minutes.
func (a *API) pictureURL(scope domain.Scope, id domain.DocumentID) string {
	if id == 0 {
		return ""
	}
	return a.URL + "/documents/" + id.Public() + "?" + a.Ops.DocumentLink(scope, id)
}

// auditStatus is a template's status as the product shows it of a name, whose list is shorter.
func auditStatus(s domain.TemplateStatus) string {
	if s == domain.TemplateNotVerified {
		return string(domain.TemplateNotUpload)
	}
	return string(s)
}

func describeSimpleInfo(ctx context.Context, a *API, c caller, in *simpleInfoIn) (*SimpleInfoOut, error) {
	base, err := describeBaseInfo(ctx, a, c, &baseInfoIn{Domain: in.DomainName})
	if err != nil {
		return nil, err
	}
	b := base.DomainInfo
	info := DomainSimpleInfo{DomainId: b.DomainId, DomainName: b.DomainName, RealNameAuditStatus: b.RealNameAuditStatus,
		RealNameAuditUnpassReason: b.RealNameAuditUnpassReason, DomainNameAuditStatus: b.DomainNameAuditStatus,
		DomainNameAuditUnpassReason: b.DomainNameAuditUnpassReason, CreationDate: b.CreationDate, ExpirationDate: b.ExpirationDate,
		DomainStatus: b.DomainStatus, BuyStatus: b.BuyStatus, RegistrarType: b.RegistrarType, NameServer: b.NameServer,
		LockTransfer: b.LockTransfer, LockEndTime: b.LockEndTime}
	t, err := a.Ops.Domain(ctx, c.scope, in.DomainName)
	if err != nil {
		return nil, err
	}
	switch tmpl, err := a.Ops.Template(ctx, c.scope, t.Template); {
	case err == nil:
		ct := tmpl.Contact
		info.RegistrantType, info.OrganizationNameCN, info.OrganizationName = string(ct.Kind), ct.OrganizationCN, ct.Organization
		info.RegistrantNameCN, info.RegistrantName = ct.NameCN, ct.Name
	case fault.Of(err).Kind != fault.Missing:
		return nil, err
	}
	return &SimpleInfoOut{DomainInfo: info, Uin: base.Uin}, nil
}

// form reads a form of ours: the product's parts and what they have no place for.
func (f TemplateForm) form() (ops.TemplateForm, error) {
	var ci DraftContact
	if f.ContactInfo != nil {
		ci = *f.ContactInfo
	}
	var cert *CertificateInfo
	if f.CertificateInfo != nil {
		whole := CertificateInfo(*f.CertificateInfo)
		cert = &whole
	}
	form, err := productForm(ContactInfo(ci), cert)
	if err != nil {
		return form, err
	}
	for _, d := range []struct {
		field, typed string
		into         *domain.DocumentID
	}{{"document_id", f.Document, &form.Document}, {"contact_document_id", f.ContactDocument, &form.ContactDocument}} {
		if d.typed == "" {
			continue
		}
		id, ok := domain.ParseDocumentID(d.typed)
		if !ok {
			return form, fault.New(fault.Missing, "document.not-found", "document", clip(d.typed))
		}
		*d.into = id
	}
	for _, d := range []struct {
		field, typed string
		into         *time.Time
	}{{"ValidFrom", f.ValidFrom, &form.ValidFrom}, {"ValidUntil", f.ValidUntil, &form.ValidUntil}} {
		if d.typed == "" {
			continue
		}
		at, err := time.Parse(time.DateOnly, d.typed)
		if err != nil {
			return form, mistyped("form."+d.field, "YYYY-MM-DD")
		}
		*d.into = at
	}
	form.LongTerm = f.LongTerm
	for _, s := range f.Suffixes {
		if n, err := naming.Parse("x." + s); err == nil {
			s = n.Suffix()
		}
		form.Suffixes = append(form.Suffixes, s)
	}
	return form, nil
}
