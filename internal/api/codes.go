package api

import (
	"net/http"
	"strings"

	"github.com/openregistrar/openregistrar/internal/fault"
)

// productCodes maps our codes to the product's. What isn't here goes by its family (byKind).
var productCodes = map[fault.Code]string{
	"api.key-unknown":       "AuthFailure.SecretIdNotFound",
	"api.signature-expired": "AuthFailure.SignatureExpire",
	"api.signature-wrong":   "AuthFailure.SignatureFailure",
	"api.unknown-action":    "InvalidAction",
	"api.unknown-version":   "NoSuchVersion",
	"api.malformed-body":    "InvalidParameter",
	"api.missing-field":     "MissingParameter",
	"api.malformed-field":   "InvalidParameter",
	"api.unknown-field":     "UnknownParameter",
	"api.rate-limit":        "RequestLimitExceeded",
	"api.body-too-large":    "RequestSizeLimitExceeded",

	"account.denied": "AuthFailure.UnauthorizedOperation",

	"input.no-names":        "MissingParameter.DomainIsEmpty",
	"input.too-many-names":  "InvalidParameter.UpTo4000",
	"input.duplicate-name":  "InvalidParameter.DuplicateDomainExists",
	"input.name-malformed":  "InvalidParameter.DomainNameIsInvalid",
	"input.name-servers":    "InvalidParameter.DomainIsInvalid",
	"input.email-malformed": "InvalidParameter.EmailIsInvalid",
	"input.amount":          "InvalidParameterValue.InvalidParameterFormat",
	"suffix.unsupported":    "InvalidParameter.DomainIsInvalid",

	"template.not-found":    "ResourceNotFound.TemplateNotFound",
	"template.not-approved": "ResourceNotFound.ApprovedTemplateNotFound",
	"template.too-many":     "FailedOperation.TemplateMaxNumFailed",
	"template.not-editable": "FailedOperation.TemplateCanNotModify",
	"template.old-form":     "FailedOperation.TemplateCanNotModify",
	"template.not-old-form": "FailedOperation",
	"template.in-use":       "FailedOperation.DeleteTemplateFailed",

	"upload.too-small":      "InvalidParameter.ImageSizeBelow",
	"upload.too-large":      "InvalidParameter.ImageSizeExceed",
	"upload.format":         "InvalidParameter.ImageFormatIsInvalid",
	"document.not-found":    "InvalidParameter.CertificateImageIsInvalid",
	"document.busy":         "FailedOperation.UploadImageFailed",
	"document.too-many":     "FailedOperation.UploadImageFailed",
	"document.link-expired": "InvalidParameter.CertificateImageIsInvalid",
	"document.not-colour":   "InvalidParameter.CertificateImageIsInvalid",
	"document.unclear":      "InvalidParameter.CertificateImageIsInvalid",
	"document.incomplete":   "InvalidParameter.CertificateImageIsInvalid",
	"document.covered":      "InvalidParameter.CertificateImageIsInvalid",
	"document.watermark":    "InvalidParameter.CertificateImageIsInvalid",
	"document.wrong-side":   "InvalidParameter.CertificateImageIsInvalid",
	"document.unrecognised": "InvalidParameter.CertificateImageIsInvalid",
	"document.expired":      "InvalidParameter.CertificateImageIsInvalid",
	"document.near-expiry":  "InvalidParameter.CertificateImageIsInvalid",
	"reach.not-found":       "ResourceNotFound",
	"reach.duplicate":       "FailedOperation.DuplicatePhoneEmail",
	"reach.prohibited":      "FailedOperation.ProhibitPhoneEmail",
	"reach.too-many-codes":  "FailedOperation.SendVerifyCodeIsLimited",
	"reach.code-wrong":      "InvalidParameter.VerifyCodeIsInvalid",
	"reach.code-expired":    "InvalidParameter.VerifyCodeIsInvalid",
	"reach.in-use":          "ResourceInUse",
	"reach.no-channel":      "FailedOperation.SendTcbPhoneEmailCodeFailed",

	"verify.number-malformed":             "InvalidParameter.CertificateCodeIsInvalid",
	"verify.number-confusable":            "InvalidParameter.CertificateCodeIsInvalid",
	"verify.number-wrong-field":           "InvalidParameter.CertificateCodeIsInvalid",
	"verify.number-photo-mismatch":        "InvalidParameter.CertificateCodeIsInvalid",
	"verify.number-incomplete-in-photo":   "InvalidParameter.CertificateImageIsInvalid",
	"verify.type-mismatch":                "InvalidParameter.CodeTypeIsInvalid",
	"verify.type-licence-as-certificate":  "InvalidParameter.CodeTypeIsInvalid",
	"verify.owner-name-malformed":         "InvalidParameter.OrgIsInvalid",
	"verify.owner-name-mismatch":          "InvalidParameter.OrgIsInvalid",
	"verify.owner-name-is-representative": "InvalidParameter.OrgIsInvalid",
	"verify.owner-name-transliteration":   "InvalidParameter.NameEnCnIsInvalid",
	"verify.foreign-name-differs":         "InvalidParameter.OrgInCNInvalid",
	"verify.contact-not-person":           "InvalidParameter.NameCnIsInvalid",
	"verify.address-incomplete":           "InvalidParameter.TemplateAddressInvalid",
	"verify.region-unsupported":           "InvalidParameter.CountryCnInvalid",

	"order.not-found":            "ResourceNotFound",
	"order.years":                "InvalidParameterValue.InvalidParameterFormat",
	"order.agreement-old":        "FailedOperation.RegisterDomainFailed",
	"order.price-changed":        "FailedOperation.GetDomainPriceFailed",
	"order.key-used":             "ResourceInUse",
	"order.pay-mode-unsupported": "UnsupportedOperation",
	"wallet.insufficient":        "ResourceInsufficient.InsufficientQuota",
	"order.balance-out":          "ResourceInsufficient.InsufficientQuota",

	"domain.not-found":         "ResourceNotFound.DomainNotFound",
	"domain.busy":              "ResourceUnavailable.DomainIsModifyingDNS",
	"domain.update-prohibited": "UnsupportedOperation.DomainUpdateProhibitionLockStartOn",
	"domain.status-forbids":    "UnsupportedOperation",
	"restore.not-redeemable":   "UnsupportedOperation",
	"renew.too-long":           "InvalidParameterValue.InvalidParameterFormat",
	"renew.expiry-moved":       "FailedOperation",
	"registration.taken":       "FailedOperation.RegisterDomain",
	"registration.reserved":    "FailedOperation.RegisterDomain",
	"search.reputation-risk":   "FailedOperation.RegisterDomain",

	"registration.restricted-word": "FailedOperation.RegisterDomain",
	"registration.policy-word":     "FailedOperation.RegisterDomain",
	"words.not-found":              "ResourceNotFound",
	"naming.review-not-found":      "ResourceNotFound",
	"naming.appeal-open":           "ResourceInUse",
	"naming.decided":               "ResourceInUse",

	"state.moved": "ResourceInUse",
}

var byKind = map[fault.Kind]string{
	fault.Internal: "InternalError", fault.Invalid: "InvalidParameter", fault.Missing: "ResourceNotFound",
	fault.Conflict: "FailedOperation", fault.Denied: "AuthFailure.UnauthorizedOperation",
	fault.Limited: "LimitExceeded", fault.Unavailable: "FailedOperation",
}

// missing are parameters whose absence has a code of its own.
var missing = map[string]string{
	"Domains": "MissingParameter.DomainIsEmpty", "Domain": "MissingParameter.DomainIsEmpty", "DomainName": "MissingParameter.DomainIsEmpty",
	"TemplateId": "MissingParameter.TemplateIdIsEmpty", "ContactInfo": "MissingParameter.RepDataIsNone",
}

// malformed are headers whose being wrong has a code of its own.
var malformed = map[string]string{
	"Authorization": "AuthFailure.InvalidAuthorization", "X-TC-Timestamp": "AuthFailure.InvalidAuthorization", "X-TC-Token": "AuthFailure.TokenFailure",
}

// templateFields are the product's codes for a template's fields: in general, for what isn't ASCII where that is
// asked for, and for characters that XML or a registry can't carry.
var templateFields = map[string]struct{ any, ascii, characters string }{
	"OrganizationNameCN": {"OrgIsInvalid", "", "OrgCnXmlInvalid"},
	"OrganizationName":   {"OrgIsInvalid", "OrgASCIIInvalid", "OrgXMLInvalid"},
	"RegistrantNameCN":   {"NameCnIsInvalid", "", "NameCnXmlInvalid"},
	"RegistrantName":     {"NameEnIsInvalid", "NameEnASCIIInvalid", "NameEnXmlInvalid"},
	"CountryCN":          {any: "CountryCnInvalid"},
	"Country":            {any: "CountryCnInvalid"},
	"ProvinceCN":         {any: "ProvinceCnInvalid"},
	"Province":           {any: "ProvinceCnInvalid"},
	"CityCN":             {any: "CityCnInvalid"},
	"City":               {any: "CityCnInvalid"},
	"StreetCN":           {any: "StreetIsInvalid"},
	"Street":             {any: "StreetIsInvalid"},
	"ZipCode":            {any: "ZipCodeIsInvalid"},
	"Telephone":          {any: "TelephoneIsInvalid"},
	"Email":              {any: "EmailIsInvalid"},
	"RegistrantType":     {any: "UserTypeIsInvalid"},
	"CertificateType":    {any: "CodeTypeIsInvalid"},
	"CertificateCode":    {any: "CertificateCodeIsInvalid"},
	"ImgUrl":             {any: "CertificateImageIsInvalid"},
	"ValidFrom":          {any: "CertificateImageIsInvalid"},
	"ValidUntil":         {any: "CertificateImageIsInvalid"},

	"RegistrantCertificateCode": {any: "CertificateCodeIsInvalid"},
	"RegistrantCertificateType": {any: "RepTypeIsInvalid"},
	"RegistrantImgUrl":          {any: "CertificateImageIsInvalid"},
}

// addressFields are the product's codes for parts of an address that is incomplete.
var addressFields = map[string]string{"ProvinceCN": "ProvinceCnInvalid", "CityCN": "CityCnInvalid", "StreetCN": "StreetIsInvalid", "Street": "StreetIsInvalid"}

// subjectFields are the product's codes for a person or an organisation that registries don't take, by whose it is.
var subjectFields = map[string]string{"owner": "OrgIsKeyword", "contact": "NameIsKeyword"}

// productCode finds the product's error code for a fault of an action.
func productCode(f *fault.Error, act action) string {
	if strings.HasPrefix(string(f.Code), "template.field-") {
		if t, ok := templateFields[f.Facts["field"]]; ok {
			switch {
			case f.Facts["rule"] == "ascii" && t.ascii != "":
				return "InvalidParameter." + t.ascii
			case f.Facts["rule"] == "characters" && t.characters != "":
				return "InvalidParameter." + t.characters
			}
			return "InvalidParameter." + t.any
		}
	}
	field := f.Facts["field"]
	switch {
	case f.Code == "template.reach-unverified":
		return "InvalidParameter." + field + "IsUnverified"
	case f.Code == "verify.address-incomplete" && addressFields[field] != "":
		return "InvalidParameter." + addressFields[field]
	case strings.HasPrefix(string(f.Code), "registrant.") && subjectFields[f.Facts["role"]] != "":
		return "InvalidParameter." + subjectFields[f.Facts["role"]]
	case f.Code == "upload.format" && f.Facts["extension"] != "" && f.Facts["extension"] != f.Facts["found"]:
		return "InvalidParameter.ImageExtInvalid"
	case f.Code == "api.malformed-field" && field == "ImageFile":
		return "InvalidParameter.ImageFileIsInvalid"
	case f.Code == "api.missing-field" && missing[field] != "":
		return missing[field]
	case f.Code == "api.malformed-field" && malformed[field] != "":
		return malformed[field]
	case f.Code == "api.malformed-field" && f.Facts["allowed"] != "":
		return "InvalidParameterValue.InvalidParameterFormat"
	case f.Code == "order.pay-mode-unsupported" && f.Facts["mode"] == "2":
		return "InvalidParameter.PackageResourceIdInvalid"
	}
	if code, ok := productCodes[f.Code]; ok {
		return code
	}
	if f.Kind == fault.Unavailable && act.failed != "" {
		return act.failed
	}
	return byKind[f.Kind]
}

var statusByKind = map[fault.Kind]int{
	fault.Internal: http.StatusInternalServerError, fault.Invalid: http.StatusBadRequest, fault.Missing: http.StatusNotFound,
	fault.Conflict: http.StatusConflict, fault.Denied: http.StatusForbidden,
	fault.Limited: http.StatusTooManyRequests, fault.Unavailable: http.StatusServiceUnavailable,
}

// statuses are the codes whose HTTP status isn't their family's.
var statuses = map[fault.Code]int{
	"api.key-unknown":     http.StatusUnauthorized,
	"api.body-too-large":  http.StatusRequestEntityTooLarge,
	"wallet.insufficient": http.StatusPaymentRequired,
	"template.too-many":   http.StatusConflict,
}

func httpStatus(f *fault.Error) int {
	switch {
	case f.Code == "api.malformed-field" && f.Facts["field"] == "Authorization":
		return http.StatusUnauthorized
	case f.Code == "api.malformed-field" && f.Facts["field"] == "Content-Type":
		return http.StatusUnsupportedMediaType
	case f.Code == "api.unknown-action" && f.Facts["method"] != "":
		return http.StatusMethodNotAllowed
	}
	if s, ok := statuses[f.Code]; ok {
		return s
	}
	return statusByKind[f.Kind]
}
