package standalone

import (
	"slices"

	"github.com/openregistrar/openregistrar/epp"
)

// extension is what the configuration calls an extension by.
type extension struct {
	name, namespace string
	byDefault       bool
}

// extensions that the simulated registry serves. Object mappings among them
// (maintenance, lowBalance) are announced as such.
var extensions = []extension{
	{"rgp", epp.RGP.Namespace, true},
	{"secDNS", epp.SecDNS.Namespace, true},
	{"fee", epp.Fee.Namespace, true},
	{"fee-0.8", epp.NSFee08, false},
	{"launch", epp.NSLaunch, true},
	{"changePoll", epp.NSChangePoll, true},
	{"loginSec", epp.NSLoginSec, true},
	{"maintenance", epp.NSMaintenance, true},
	{"unhandled-namespaces", epp.NSUnhandled, true},
	{"secure-authinfo", epp.NSSecureAuthInfo, false},
	{"allocationToken", epp.NSAllocationToken, false},
	{"ttl", epp.NSTTL, false},
	{"lowBalance", epp.NSLowBalance, false},
	{"verificationCode", epp.NSVerificationCode, false},
	{"cdn", epp.NSCDN, false},
	{"cnnic-contact", epp.NSCNNICContact, false},
	{"cnnic-domain", epp.NSCNNICDomain, false},
}

func extensionNames() []string {
	var out []string
	for _, x := range extensions {
		out = append(out, x.name)
	}
	return out
}

func defaultExtensions() []string {
	var out []string
	for _, x := range extensions {
		if x.byDefault {
			out = append(out, x.name)
		}
	}
	return out
}

// namespace takes a name or a namespace.
func namespace(s string) (string, bool) {
	i := slices.IndexFunc(extensions, func(x extension) bool { return x.name == s || x.namespace == s })
	if i < 0 {
		return "", false
	}
	return extensions[i].namespace, true
}
