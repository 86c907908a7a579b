package api

// ContactInfo is a registrant's data in Chinese and Latin forms.
type ContactInfo struct {
	OrganizationNameCN string `json:"OrganizationNameCN" doc:"Owner, in Chinese; a person's own name when RegistrantType is I."`
	OrganizationName   string `json:"OrganizationName" doc:"Owner, in Latin letters."`
	RegistrantNameCN   string `json:"RegistrantNameCN" doc:"Contact person, in Chinese."`
	RegistrantName     string `json:"RegistrantName" doc:"Contact person, in Latin letters."`
	ProvinceCN         string `json:"ProvinceCN"`
	CityCN             string `json:"CityCN"`
	StreetCN           string `json:"StreetCN"`
	Street             string `json:"Street"`
	CountryCN          string `json:"CountryCN"`
	Telephone          string `json:"Telephone" doc:"+86.13800000000"`
	Email              string `json:"Email"`
	ZipCode            string `json:"ZipCode"`
	RegistrantType     string `json:"RegistrantType" doc:"E enterprise, I individual."`
	Province           string `json:"Province,omitempty"`
	City               string `json:"City,omitempty"`
	Country            string `json:"Country,omitempty" doc:"ISO 3166-1 alpha-2; CN when left out."`
}

// DraftContact is ContactInfo where nothing need be there yet.
type DraftContact struct {
	OrganizationNameCN string `json:"OrganizationNameCN,omitempty"`
	OrganizationName   string `json:"OrganizationName,omitempty"`
	RegistrantNameCN   string `json:"RegistrantNameCN,omitempty"`
	RegistrantName     string `json:"RegistrantName,omitempty"`
	ProvinceCN         string `json:"ProvinceCN,omitempty"`
	CityCN             string `json:"CityCN,omitempty"`
	StreetCN           string `json:"StreetCN,omitempty"`
	Street             string `json:"Street,omitempty"`
	CountryCN          string `json:"CountryCN,omitempty"`
	Telephone          string `json:"Telephone,omitempty"`
	Email              string `json:"Email,omitempty"`
	ZipCode            string `json:"ZipCode,omitempty"`
	RegistrantType     string `json:"RegistrantType,omitempty"`
	Province           string `json:"Province,omitempty"`
	City               string `json:"City,omitempty"`
	Country            string `json:"Country,omitempty"`
}

// CertificateInfo names the documents behind a template.
type CertificateInfo struct {
	CertificateCode           string `json:"CertificateCode" doc:"The document's number; masked in answers. In a change, the masked number stands for the one that is kept."`
	CertificateType           string `json:"CertificateType" doc:"SFZ, HZ, YYZZ, ORG, TYDMZ …"`
	ImgUrl                    string `json:"ImgUrl,omitempty" doc:"What UploadImage answered, or a document's id. In answers an address that works for five minutes."`
	OriginImgUrl              string `json:"OriginImgUrl,omitempty"`
	RegistrantCertificateCode string `json:"RegistrantCertificateCode,omitempty" doc:"Of the contact person's own document, for an organisation."`
	RegistrantCertificateType string `json:"RegistrantCertificateType,omitempty"`
	RegistrantImgUrl          string `json:"RegistrantImgUrl,omitempty"`
}

// DraftCertificate is CertificateInfo where nothing need be there yet.
type DraftCertificate struct {
	CertificateCode           string `json:"CertificateCode,omitempty"`
	CertificateType           string `json:"CertificateType,omitempty"`
	ImgUrl                    string `json:"ImgUrl,omitempty"`
	OriginImgUrl              string `json:"OriginImgUrl,omitempty"`
	RegistrantCertificateCode string `json:"RegistrantCertificateCode,omitempty"`
	RegistrantCertificateType string `json:"RegistrantCertificateType,omitempty"`
	RegistrantImgUrl          string `json:"RegistrantImgUrl,omitempty"`
}

type createTemplateIn struct {
	ContactInfo     ContactInfo      `json:"ContactInfo"`
	CertificateInfo *CertificateInfo `json:"CertificateInfo,omitempty"`
}

type modifyTemplateIn struct {
	TemplateId      string          `json:"TemplateId" doc:"tmpl-xxxxxxxx"`
	ContactInfo     ContactInfo     `json:"ContactInfo"`
	CertificateInfo CertificateInfo `json:"CertificateInfo"`
}

type templateIn struct {
	TemplateId string `json:"TemplateId" doc:"tmpl-xxxxxxxx"`
}

// TemplateOut is one template.
type TemplateOut struct {
	Template TemplateInfo `json:"Template"`
}

// TemplateInfo is a registrant template.
type TemplateInfo struct {
	TemplateId      string          `json:"TemplateId"`
	AuditStatus     string          `json:"AuditStatus" doc:"NotUpload (a draft), InAudit, Approved, Reject, NotVerified (its telephone or e-mail has to be verified)"`
	CreatedOn       string          `json:"CreatedOn"`
	UpdatedOn       string          `json:"UpdatedOn"`
	UserUin         string          `json:"UserUin"`
	IsDefault       string          `json:"IsDefault" doc:"yes, no"`
	AuditReason     string          `json:"AuditReason"`
	CertificateInfo CertificateInfo `json:"CertificateInfo"`
	ContactInfo     ContactInfo     `json:"ContactInfo"`
	IsValidTemplate int64           `json:"IsValidTemplate" doc:"1 usable, 0 of an old form"`
	InvalidReason   string          `json:"InvalidReason"`
	IsBlack         bool            `json:"IsBlack" doc:"Its owner or contact is on the ministry's list."`
}

type templateListIn struct {
	Offset  int    `json:"Offset,omitempty" minimum:"0"`
	Limit   *int   `json:"Limit,omitempty" minimum:"1" maximum:"100" doc:"20 when left out."`
	Type    string `json:"Type,omitempty" enum:"all,I,E"`
	Status  string `json:"Status,omitempty" enum:"NotUpload,InAudit,Approved,Reject,NotVerified"`
	Keyword string `json:"Keyword,omitempty" maxLength:"64" doc:"Part of the owner's name."`
}

// TemplateListOut is a page of templates.
type TemplateListOut struct {
	TotalCount  int64          `json:"TotalCount"`
	TemplateSet []TemplateInfo `json:"TemplateSet"`
}

type uploadImageIn struct {
	ImageFile string `json:"ImageFile" doc:"The picture, base64; at most 5 MB before that."`
}

// UploadImageOut is where an uploaded picture is.
type UploadImageOut struct {
	AccessUrl string `json:"AccessUrl" doc:"For CertificateInfo.ImgUrl. It shows the picture to its owner for five minutes; as a reference it holds as long as the picture is kept."`
}

type sendCodeIn struct {
	Code string `json:"Code" maxLength:"254" doc:"A telephone number, +86.13800000000, or an e-mail address."`
	Type int    `json:"Type" enum:"1,2" doc:"1 telephone, 2 e-mail"`
}

type createReachIn struct {
	Code       string `json:"Code" maxLength:"254"`
	Type       int    `json:"Type" enum:"1,2"`
	VerifyCode string `json:"VerifyCode" maxLength:"16" doc:"The six digits that were sent."`
}

type reachListIn struct {
	Type   int    `json:"Type,omitempty" enum:"0,1,2" doc:"0: both"`
	Offset int    `json:"Offset,omitempty" minimum:"0"`
	Limit  *int   `json:"Limit,omitempty" minimum:"1" maximum:"200" doc:"20 when left out."`
	Code   string `json:"Code,omitempty" maxLength:"254"`
}

// ReachListOut is a page of verified telephone numbers and addresses.
type ReachListOut struct {
	PhoneEmailList []PhoneEmail `json:"PhoneEmailList"`
	TotalCount     int64        `json:"TotalCount"`
}

// PhoneEmail is a verified telephone number or address.
type PhoneEmail struct {
	Code        string `json:"Code"`
	Type        int64  `json:"Type" doc:"1 telephone, 2 e-mail"`
	CreatedOn   string `json:"CreatedOn"`
	CheckStatus int64  `json:"CheckStatus" doc:"1: verified here"`
}

// TemplateForm is everything that a template is made of. Dates are YYYY-MM-DD.
type TemplateForm struct {
	ContactInfo     *DraftContact     `json:"ContactInfo,omitempty"`
	CertificateInfo *DraftCertificate `json:"CertificateInfo,omitempty"`
	ValidFrom       string            `json:"ValidFrom,omitempty" doc:"Of the document."`
	ValidUntil      string            `json:"ValidUntil,omitempty" doc:"Left out where it is long-term."`
	LongTerm        bool              `json:"LongTerm,omitempty"`
	Document        string            `json:"document_id,omitempty" doc:"doc-xxxxxxxx; instead of ImgUrl."`
	ContactDocument string            `json:"contact_document_id,omitempty" doc:"Of the contact person's own document."`
	Suffixes        []string          `json:"suffixes,omitempty" maxItems:"200" doc:"That it is meant for; only checked with."`
}

// FindingOut is something that a check found.
type FindingOut struct {
	Check    string            `json:"check"`
	Code     string            `json:"code"`
	Severity string            `json:"severity" doc:"refuse, warn, inform"`
	Role     string            `json:"role" doc:"owner, contact"`
	Field    string            `json:"field,omitempty"`
	Position int               `json:"position,omitempty" doc:"Of the first character that is wrong, from 1."`
	Facts    map[string]string `json:"facts"`
	Region   *RegionOut        `json:"region,omitempty" doc:"In the upright picture, pixels."`
	Title    string            `json:"title"`
	Text     string            `json:"text"`
	Remedy   []string          `json:"remedy"`
	Fix      string            `json:"fix,omitempty" doc:"What would mend the field."`
}

// RegionOut is a rectangle of a picture.
type RegionOut struct {
	X int `json:"x"`
	Y int `json:"y"`
	W int `json:"w"`
	H int `json:"h"`
}

// MeasureOut is what was measured of a picture.
type MeasureOut struct {
	Check  string     `json:"check"`
	Name   string     `json:"name"`
	Value  float64    `json:"value"`
	Limit  float64    `json:"limit"`
	Passed bool       `json:"passed"`
	Region *RegionOut `json:"region,omitempty"`
}
