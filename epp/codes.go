package epp

import "strconv"

// Code is a result code of RFC 5730 section 3.
type Code int

// The result codes of RFC 5730 section 3. All thirty-four are listed; a
// server may not use others.
const (
	CodeOK                    Code = 1000
	CodeOKPending             Code = 1001
	CodeNoMessages            Code = 1300
	CodeAckToDequeue          Code = 1301
	CodeEndingSession         Code = 1500
	CodeUnknownCommand        Code = 2000
	CodeSyntaxError           Code = 2001
	CodeUseError              Code = 2002
	CodeMissingParameter      Code = 2003
	CodeValueRange            Code = 2004
	CodeValueSyntax           Code = 2005
	CodeUnimplementedVersion  Code = 2100
	CodeUnimplementedCommand  Code = 2101
	CodeUnimplementedOption   Code = 2102
	CodeUnimplementedExt      Code = 2103
	CodeBillingFailure        Code = 2104
	CodeNotRenewable          Code = 2105
	CodeNotTransferable       Code = 2106
	CodeAuthentication        Code = 2200
	CodeAuthorization         Code = 2201
	CodeInvalidAuthInfo       Code = 2202
	CodePendingTransfer       Code = 2300
	CodeNotPendingTransfer    Code = 2301
	CodeObjectExists          Code = 2302
	CodeObjectDoesNotExist    Code = 2303
	CodeStatusProhibits       Code = 2304
	CodeAssociationProhibits  Code = 2305
	CodeParameterPolicy       Code = 2306
	CodeUnimplementedObject   Code = 2307
	CodeDataManagementPolicy  Code = 2308
	CodeCommandFailed         Code = 2400
	CodeCommandFailedClosing  Code = 2500
	CodeAuthenticationClosing Code = 2501
	CodeSessionLimitClosing   Code = 2502
)

// Codes lists every result code of RFC 5730 in ascending order.
var Codes = [...]Code{
	1000, 1001, 1300, 1301, 1500,
	2000, 2001, 2002, 2003, 2004, 2005,
	2100, 2101, 2102, 2103, 2104, 2105, 2106,
	2200, 2201, 2202,
	2300, 2301, 2302, 2303, 2304, 2305, 2306, 2307, 2308,
	2400, 2500, 2501, 2502,
}

// Text returns the English response text of RFC 5730 section 3, or "" for a
// number that is not one of its codes.
func (c Code) Text() string {
	switch c {
	case CodeOK:
		return "Command completed successfully"
	case CodeOKPending:
		return "Command completed successfully; action pending"
	case CodeNoMessages:
		return "Command completed successfully; no messages"
	case CodeAckToDequeue:
		return "Command completed successfully; ack to dequeue"
	case CodeEndingSession:
		return "Command completed successfully; ending session"
	case CodeUnknownCommand:
		return "Unknown command"
	case CodeSyntaxError:
		return "Command syntax error"
	case CodeUseError:
		return "Command use error"
	case CodeMissingParameter:
		return "Required parameter missing"
	case CodeValueRange:
		return "Parameter value range error"
	case CodeValueSyntax:
		return "Parameter value syntax error"
	case CodeUnimplementedVersion:
		return "Unimplemented protocol version"
	case CodeUnimplementedCommand:
		return "Unimplemented command"
	case CodeUnimplementedOption:
		return "Unimplemented option"
	case CodeUnimplementedExt:
		return "Unimplemented extension"
	case CodeBillingFailure:
		return "Billing failure"
	case CodeNotRenewable:
		return "Object is not eligible for renewal"
	case CodeNotTransferable:
		return "Object is not eligible for transfer"
	case CodeAuthentication:
		return "Authentication error"
	case CodeAuthorization:
		return "Authorization error"
	case CodeInvalidAuthInfo:
		return "Invalid authorization information"
	case CodePendingTransfer:
		return "Object pending transfer"
	case CodeNotPendingTransfer:
		return "Object not pending transfer"
	case CodeObjectExists:
		return "Object exists"
	case CodeObjectDoesNotExist:
		return "Object does not exist"
	case CodeStatusProhibits:
		return "Object status prohibits operation"
	case CodeAssociationProhibits:
		return "Object association prohibits operation"
	case CodeParameterPolicy:
		return "Parameter value policy error"
	case CodeUnimplementedObject:
		return "Unimplemented object service"
	case CodeDataManagementPolicy:
		return "Data management policy violation"
	case CodeCommandFailed:
		return "Command failed"
	case CodeCommandFailedClosing:
		return "Command failed; server closing connection"
	case CodeAuthenticationClosing:
		return "Authentication error; server closing connection"
	case CodeSessionLimitClosing:
		return "Session limit exceeded; server closing connection"
	}
	return ""
}

// IsSuccess reports whether the code is in the 1xxx class: the command was
// carried out, or accepted and pending (1001).
func (c Code) IsSuccess() bool { return c >= 1000 && c < 2000 }

// Closes reports whether the sender of this code ends the session with it:
// 1500, 2500, 2501 and 2502.
func (c Code) Closes() bool {
	return c == CodeEndingSession || c >= 2500 && c < 2600
}

// String returns the decimal number.
func (c Code) String() string { return strconv.Itoa(int(c)) }
