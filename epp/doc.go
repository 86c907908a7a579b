// Package epp speaks the Extensible Provisioning Protocol, by which domain
// registrars talk to registries: RFC 5730 (the protocol), 5731 (domains), 5732
// (hosts), 5733 (contacts), 5734 (framing over TLS), with extensions as
// values. It holds both directions of everything, so that the same package
// makes a client, a server, or a tool that reads transcripts.
//
// # Messages
//
// A [Message] is one data unit: a hello, a [Greeting], a [Command] or a
// [Response]. A command holds an [Action] (what to do, with the object's
// data: [*DomainCreate], [*ContactInfo], [*Poll] ...), extensions, and the
// client's transaction id. A response holds results, at most one [MsgQ],
// object data ([*DomainInfoData] ...), extensions, and both transaction ids.
// [Find] picks a typed value out of those lists. [AppendMessage] encodes; a
// [Codec] decodes.
//
// Decoding goes by namespace: prefixes, places of declaration, CDATA and
// layout make no difference, UTF-8 and UTF-16 are read. Document type
// declarations are refused, depth, size and attributes are bounded. Commands
// are held to the schemas, answers are read generously. Encoding writes the
// conventional prefixes in the order of the schemas.
//
// # Client
//
// [Dial] opens a session and logs in with the services that both sides know.
// [Client.Do] sends a command and waits. A response of any code comes back as
// a response; [Response.Err] turns failures into [*ResultError]. A Go error
// is a [*TransportError], and its Sent field is the important bit of this
// package: once a transforming command may have reached the server, a lost
// answer means that nobody knows what happened, and sending it again may buy
// twice. See [OutcomeUnknown]. Reads can be pipelined: [Client.DoAll].
//
// # Pool
//
// A [Pool] shares the sessions of one account among many: within a limit
// that can be moved, transforms before reads, a slot kept for poll, sessions
// pinged, replaced when old and thrown away when they may not be logged in
// any more, and a server that is down or refuses the login left alone for a
// growing time.
//
// # Server
//
// A [Server] does the protocol's own duties (greeting, login rules, limits,
// unknown commands, services not negotiated, answers in the order of the
// commands) and gives the rest to a [Handler]. What clients may take is bounded
// by [Limits]: connections before login, sessions, frames, and the time for
// login, for a frame, for a command and between them. [WireAct] makes a server
// misbehave on purpose, for simulators.
//
// # To begin with
//
// The examples are whole programs but for their certificates: [Dial] for a
// client, [Server] for a server with its handler, [Extension] for an extension
// of one's own, [Poll] for the message queue, [OutcomeUnknown] for an answer
// that was lost.
//
// # Extensions
//
// An [Extension] is a namespace with decoding functions; its types encode
// themselves with a [Writer]. Extensions are given in lists, nothing
// registers itself, and what nobody knows is kept as [*Raw]. One's own are
// written the same way as those that are here:
//
//   - [RGP] (RFC 3915), [SecDNS] (RFC 5910), [Fee] (RFC 8748) and, for
//     registries that have not come so far, its draft [Fee08]
//   - [Launch] (RFC 8334) with the marks of RFC 7848
//   - [ChangePoll] (RFC 8590), [Maintenance] (RFC 9167)
//   - [Org] (RFC 8543), [OrgExt] (RFC 8544), [AllocationTokens] (RFC 8495)
//   - [LoginSec] (RFC 8807): long passwords and security warnings at login
//   - [SecureAuthInfo] (RFC 9154), with [NewAuthInfo] and its siblings
//   - [UnhandledNamespaces] (RFC 9038): what a client did not log in for, in
//     the result's values
//   - [CNNICContact], [CNNICDomain], [CNNICHost] and [CNNICRegistry], of the
//     registry of .cn, as far as they are known
//   - [VerificationCode] (draft-ietf-regext-verificationcode-06); its signed
//     codes are made and verified by the package signedcode
//   - [NV] (draft-ietf-regext-nv-mapping-00): the providers of such codes
//   - [Bundle] (RFC 9095) and [CDN]: names that live as one; [IDN]: by which table
//   - [TTL] (RFC 9803), [AddlEmail] (RFC 9873), [LowBalance] (of Verisign)
//
// The package schematest holds the frames of one's tests against XML schemas.
//
// # Secrets
//
// Errors never repeat the content of frames, and types that hold passwords
// print without them. Transcripts are raw: pass frames through [Mask] before
// keeping them.
package epp
