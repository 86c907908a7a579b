package registry

import (
	"slices"
	"strings"
)

// domainStatuses are the statuses that can be put on a domain; the boolean
// says whether a client may (RFC 5731 section 2.3).
var domainStatuses = map[string]bool{
	"clientDeleteProhibited": true, "clientHold": true, "clientRenewProhibited": true,
	"clientTransferProhibited": true, "clientUpdateProhibited": true,
	"serverDeleteProhibited": false, "serverHold": false, "serverRenewProhibited": false,
	"serverTransferProhibited": false, "serverUpdateProhibited": false,
}

var contactStatuses = map[string]bool{
	"clientDeleteProhibited": true, "clientTransferProhibited": true, "clientUpdateProhibited": true,
	"serverDeleteProhibited": false, "serverTransferProhibited": false, "serverUpdateProhibited": false,
}

var hostStatuses = map[string]bool{
	"clientDeleteProhibited": true, "clientUpdateProhibited": true,
	"serverDeleteProhibited": false, "serverUpdateProhibited": false,
}

// pendingStatus is the status of a name while a command of a kind waits.
var pendingStatus = map[string]string{
	"create": "pendingCreate", "renew": "pendingRenew", "update": "pendingUpdate",
}

// action is a set of transforming commands.
type action uint8

const (
	actUpdate action = 1 << iota
	actRenew
	actDelete
	actTransfer
	actRestore

	actAny = actUpdate | actRenew | actDelete | actTransfer | actRestore
)

// domainBars says which commands a status of a domain refuses, 2304 (RFC 5731
// section 2.3). Lifting clientUpdateProhibited is the one update that it lets
// through; a restore is the one command for what is pendingDelete.
var domainBars = map[string]action{
	"clientUpdateProhibited":   actUpdate,
	"serverUpdateProhibited":   actUpdate,
	"clientRenewProhibited":    actRenew,
	"serverRenewProhibited":    actRenew,
	"clientDeleteProhibited":   actDelete,
	"serverDeleteProhibited":   actDelete,
	"clientTransferProhibited": actTransfer,
	"serverTransferProhibited": actTransfer,
	"pendingCreate":            actAny,
	"pendingRenew":             actAny,
	"pendingUpdate":            actAny,
	"pendingTransfer":          actAny,
	"pendingDelete":            actAny &^ actRestore,
}

// contactBars is the same for contacts (RFC 5733 section 2.2).
var contactBars = map[string]action{
	"clientUpdateProhibited":   actUpdate,
	"serverUpdateProhibited":   actUpdate,
	"clientDeleteProhibited":   actDelete,
	"serverDeleteProhibited":   actDelete,
	"clientTransferProhibited": actTransfer,
	"serverTransferProhibited": actTransfer,
	"pendingTransfer":          actAny,
}

// hostBars is the same for hosts (RFC 5732 section 2.3).
var hostBars = map[string]action{
	"clientUpdateProhibited": actUpdate,
	"serverUpdateProhibited": actUpdate,
	"clientDeleteProhibited": actDelete,
	"serverDeleteProhibited": actDelete,
	"pendingTransfer":        actAny,
}

// excludes lists the prohibitions that may not be put beside a pending action
// (RFC 5731 section 2.3).
var excludes = map[string]string{
	"pendingDelete": "DeleteProhibited", "pendingRenew": "RenewProhibited",
	"pendingTransfer": "TransferProhibited", "pendingUpdate": "UpdateProhibited",
}

// barred refuses an action that one of the statuses forbids; lifted are the
// client statuses that the command takes off.
func barred(bars map[string]action, statuses []string, a action, lifted []string) error {
	for _, s := range statuses {
		if bars[s]&a == 0 {
			continue
		}
		if a == actUpdate && s == "clientUpdateProhibited" && slices.Contains(lifted, s) {
			continue
		}
		return refuse(2304, s)
	}
	return nil
}

// barred refuses what the domain's statuses forbid.
func (d *Domain) barred(a action, lifted []string) error {
	return barred(domainBars, slices.Concat(d.pendings(), d.Statuses), a, lifted)
}

// fits says whether a status may stand beside the actions under way.
func fits(status string, pendings []string) bool {
	for _, p := range pendings {
		if suffix := excludes[p]; suffix != "" && strings.HasSuffix(status, suffix) {
			return false
		}
	}
	return true
}

// Reasons for serverHold.
const (
	holdRegistry     = "registry" // by the registry's own hand
	holdVerification = "verification"
	holdNaming       = "naming"
)

// hold puts serverHold on for a reason; the name stays held until every
// reason is gone.
func (d *Domain) hold(why string) {
	if d.has("serverHold") && len(d.Holds) == 0 {
		d.Holds = []string{holdRegistry} // put on before reasons were kept
	}
	if !slices.Contains(d.Holds, why) {
		d.Holds = append(d.Holds, why)
	}
	if !d.has("serverHold") {
		d.Statuses = append(d.Statuses, "serverHold")
		slices.Sort(d.Statuses)
	}
}

// unhold takes a reason away, and serverHold with the last one. A hold that
// was never put on for that reason stays.
func (d *Domain) unhold(why string) {
	if !slices.Contains(d.Holds, why) {
		return
	}
	d.Holds = slices.DeleteFunc(d.Holds, func(s string) bool { return s == why })
	if len(d.Holds) == 0 {
		d.Statuses = slices.DeleteFunc(d.Statuses, func(s string) bool { return s == "serverHold" })
	}
}
