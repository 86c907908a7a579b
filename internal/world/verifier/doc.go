// Package verifier is the authority that tells whether a registrant is who he
// claims to be: a verification service provider with a population register, an
// organisation register, rules for domain names, and opinions of its own. It is
// outside of the registrar and shares nothing with it but the wire.
//
// It answers as two providers, which take from the same registers:
//
//   - Provider 1 speaks EPP with the name verification mapping (nv-1.0,
//     draft-ietf-regext-nv-mapping-00) over TLS with client certificates. What
//     it can't say at once it says later, by poll.
//   - Provider 2 speaks JSON over HTTP, with requests and callbacks under an
//     HMAC, and words of its own. See http.go for the calls.
//
// Codes are signed ([github.com/openregistrar/openregistrar/epp/signedcode]);
// they begin with the provider's number, and registries of the world take both.
//
// # Opinions
//
// Provider 1 writes an opinion into the message of creData/failed and of
// panData: the result, the facts in brackets where there are any, a blank, and
// words for people, as in
//
//	N005[issued=2026-11-20;until=2026-12-04] 证件签发不久，登记里还查不到
//
// A value that has ; = ] or % in it has them percent-encoded; days are written
// 2006-01-02. Provider 2 gives the same as refusals[] of reason, params and
// detail.
//
//	N000  PASSED                verified
//	N001  CERT_NO_NOT_FOUND     no such number in the population register
//	N002  NAME_NOT_CONSISTENT   (persons) the register has another name; field=name
//	N003  HUKOU_MIGRATING       the household registration is being moved
//	N004  SPECIAL_OCCUPATION    the number of this occupation can't be checked
//	N005  NOT_YET_LISTED        too new for the register; issued, until (a day from which it is there)
//	N006  CERT_EXPIRED          the document is over; until (its last day)
//	N007  MATERIAL_UNQUALIFIED  the material is unfit; answer (what is wrong with it)
//	N008  REGION_NOT_SERVED     the region is not taken; region
//	N009  ORG_RECORD_DIFFERS    (organisations) the register differs; field = name, representative or number
//	N010  IDENTITY_UNCLEAR      who that is can't be established
//	N011  IN_PROCEEDINGS        in court or arbitration over names; case, since
//	N012  IMAGE_UNREADABLE      the picture can't be read
//	N013  ON_OFFENDER_LIST      on the ministry's list; entry
//	N014  REGISTRY_RESTRICTED   barred by a registry; registry, reason
//	N015  CERT_TYPE_SUPERSEDED  the document type is no longer taken; type
//	N020  NAME_RESTRICTED       (names) needs the code of a verified registrant; word
//	N021  NAME_FORBIDDEN        (names) will not be verified; word
//	N022  SUBJECT_CODE_INVALID  (names) the registrant's code is not one of ours that holds
//
// # After a lost answer
//
// Provider 1 knows a hand-over by its authorization information: a registrar
// draws a new one for each (6 to 64 characters), keeps it before it sends, and
// may send the create again with the same until it has an answer. The first
// that arrives makes the verification; every other is answered with how that
// one stands: creData of success, pending or failed, with the same code, and
// nothing is judged twice. The same authorization information with another
// input is refused with 2302. Within these bounds a create is idempotent, and
// the question after a lost answer is the create. What the code is once known:
// info tells of it, 2304 while there is nothing signed (the reason begins with
// pendingCompliant, or with nonCompliant and the opinion).
//
// Provider 2 knows one by bizNo, the registrar's own number: POST is idempotent
// in the same way (code 4009 for another content), and GET /v2/tasks?bizNo= asks
// without handing over anything; code 4004 says that it never arrived.
//
// Pictures are kept until there is an opinion, and the input that info tells of
// has none afterwards.
//
// # Time
//
// Delays, dates and the gaps between callbacks are business time; timestamps of
// signatures are wall time. What is told by poll or callback is a hint that may
// contradict the record (a setting makes it): the signed code is in info, or in
// GET, alone.
package verifier
