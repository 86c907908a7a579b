package api

import (
	"context"
	"net/http"
	"reflect"
)

// action is one row of the table; both wire forms are made of it.
type action struct {
	name    string // the product's name, or a name of ours for plain actions
	summary string
	doc     string
	need    need
	rate    int    // requests a second of one key
	body    int64  // bytes that a body may have; 0: Limits.Body
	failed  string // the product's code when an outside doesn't answer

	product bool // also in form 1
	keyed   bool // takes an Idempotency-Key
	method  string
	path    string // of form 2

	in, out reflect.Type
	stream  bool // out is one line of an NDJSON stream
	run     func(ctx context.Context, a *API, c caller, src source) (any, error)
}

// lines is a streamed answer: it calls emit for each line, one at a time.
type lines func(emit func(line any))

// shared makes an action of the product: POST /api/v1/{name} in form 2.
func shared[In, Out any](name string, rate int, failed, summary, doc string, h func(context.Context, *API, caller, *In) (*Out, error)) action {
	act := plain(http.MethodPost, "/api/v1/"+name, name, own, rate, summary, doc, h)
	act.product, act.failed = true, failed
	return act
}

// plain makes an action of form 2 alone.
func plain[In, Out any](method, path, name string, n need, rate int, summary, doc string, h func(context.Context, *API, caller, *In) (*Out, error)) action {
	return action{
		name: name, summary: summary, doc: doc, need: n, rate: rate, method: method, path: path,
		in: reflect.TypeFor[In](), out: reflect.TypeFor[Out](),
		run: func(ctx context.Context, a *API, c caller, src source) (any, error) {
			in := new(In)
			if err := src.into(in); err != nil {
				return nil, err
			}
			return h(ctx, a, c, in)
		},
	}
}

// streamed makes a plain action whose answer is lines of Out.
func streamed[In, Out any](path, name string, rate int, summary, doc string, h func(context.Context, *API, caller, *In) (lines, error)) action {
	return action{
		name: name, summary: summary, doc: doc, rate: rate, method: http.MethodGet, path: path, stream: true,
		in: reflect.TypeFor[In](), out: reflect.TypeFor[Out](),
		run: func(ctx context.Context, a *API, c caller, src source) (any, error) {
			in := new(In)
			if err := src.into(in); err != nil {
				return nil, err
			}
			return h(ctx, a, c, in)
		},
	}
}

// posted makes a streamed action take its input as a body.
func posted(act action) action {
	act.method = http.MethodPost
	return act
}

// largeBody takes the largest picture that can be converted, in base64.
const largeBody = 28 << 20

// large makes an action take pictures.
func large(act action) action {
	act.body = largeBody
	return act
}

// table is every action there is. Rates are the product's published ones.
func table() []action {
	create := shared("CreateDomainBatch", 20, "FailedOperation.RegisterDomainFailed", "Register up to 4,000 names",
		"Starts an order and answers with its LogId; CheckBatchStatus follows it. Paid from the balance (PayMode 1), name by name: what fails is released. A name that is malformed or given twice refuses the call. One that can't be ordered (its suffix is not on offer, the template won't do for it, the balance doesn't reach it) fails alone, with its Reason in DescribeBatchOperationLogDetails; where the same reason holds for all of them, the call is refused. Calling it accepts the current registration agreement. An exact repetition of a signed request, or of an Idempotency-Key, is the same order.", createDomainBatch)
	create.keyed = true
	renew := shared("RenewDomainBatch", 20, "FailedOperation", "Renew up to 4,000 names",
		"Starts an order and answers with its LogId. Paid from the balance (PayMode 1), name by name: what fails is released. A name whose expiry has moved since is not renewed again. An exact repetition of a signed request, or of an Idempotency-Key, is the same order.", renewDomainBatch)
	redeem := shared("CreateDomainRedemption", 20, "FailedOperation", "Take a deleted name back out of its redemption period",
		"Paid from the balance when it is back.", createDomainRedemption)
	restore := plain(http.MethodPost, "/api/v1/restores", "RestoreDomain", own, 20, "Take a deleted name back out of its redemption period",
		"Answers with the batch's LogId. Paid from the balance when it is back; `max_total` is the price that was shown, minor units.", restoreDomain)
	renew.keyed, redeem.keyed, restore.keyed = true, true, true
	place := plain(http.MethodPost, "/api/v1/orders", "PlaceOrder", own, 20, "Order up to 4,000 names, each with its own fate",
		"A name that can't be ordered (malformed, given twice, not on offer, dearer than was shown, more than is left in the balance) fails alone, with its own code; `whole` refuses the order instead. A premium name is ordered where `price` is its price of today.", placeOrder)
	place.keyed = true
	return []action{
		shared("CheckDomain", 10, "FailedOperation.CheckDomainFailed", "Ask whether a name can be registered",
			"Asks the registry. Prices are whole units of the currency, rounded up.", checkDomain),
		shared("DescribeTldList", 20, "FailedOperation.DescribeDomainFailed", "List the suffixes on offer", "", describeTldList),
		shared("DescribeDomainPriceList", 10, "FailedOperation.DomainPriceListFailed", "List prices by suffix, years and operation",
			"Without a filter, everything. Prices are whole units of the currency, rounded up.", describePriceList),

		shared("CreateTemplate", 20, "FailedOperation.CreateTemplateFailed", "Make a registrant template and submit it",
			"Telephone and e-mail have to be verified, and ImgUrl be what UploadImage answered. What our checks refuse is not kept. Without CertificateInfo it is a draft (NotUpload). InAudit until it is decided; only an Approved one holds names for good.", createTemplate),
		shared("ModifyTemplate", 20, "FailedOperation", "Change a registrant template and submit it", "Not while it is InAudit or Approved. What our checks refuse changes nothing.", modifyTemplate),
		shared("DeleteTemplate", 20, "FailedOperation.DeleteTemplateFailed", "Delete a registrant template", "Not while it is InAudit, or names or orders under way rest on it. Its pictures are shredded.", deleteTemplate),
		shared("DescribeTemplate", 20, "FailedOperation.DescribeTemplateFailed", "Read a registrant template", "The document's number is masked.", describeTemplate),
		shared("DescribeTemplateList", 20, "FailedOperation.DescribeTemplateFailed", "List registrant templates", "Newest first.", describeTemplateList),
		large(shared("UploadImage", 20, "FailedOperation.UploadImageFailed", "Upload the picture of an identity document",
			"55 KB to 5 MB; jpg, jpeg, png, tiff, tif, bmp, gif or webp. Kept sealed, without metadata.", uploadImage)),
		shared("SendPhoneEmailCode", 20, "FailedOperation.SendTcbPhoneEmailCodeFailed", "Send a code to a telephone number or an e-mail address",
			"Six digits, good for some minutes; as many an hour as the operator lets there be.", sendPhoneEmailCode),
		shared("CreatePhoneEmail", 20, "FailedOperation", "Keep a telephone number or an e-mail address that the code proves", "", createPhoneEmail),
		shared("DeletePhoneEmail", 20, "FailedOperation", "Forget a verified telephone number or e-mail address", "Not while a template that is InAudit or Approved rests on it.", deletePhoneEmail),
		shared("DescribePhoneEmailList", 20, "FailedOperation", "List verified telephone numbers and e-mail addresses", "Newest first.", describePhoneEmailList),

		create,
		shared("ModifyDomainDNSBatch", 20, "FailedOperation.SetDomainDnsFailed", "Change the name servers of up to 4,000 names",
			"Starts a batch and answers with its LogId.", modifyDNSBatch),
		renew, redeem,
		shared("TransferProhibitionBatch", 20, "FailedOperation", "Set or lift the transfer lock of up to 4,000 names",
			"clientTransferProhibited. Starts a batch and answers with its LogId. Not while the update lock is on.", transferProhibitionBatch),
		shared("UpdateProhibitionBatch", 20, "FailedOperation", "Set or lift the update lock of up to 4,000 names",
			"clientUpdateProhibited. Starts a batch and answers with its LogId.", updateProhibitionBatch),
		shared("BatchModifyDomainInfo", 20, "FailedOperation", "Put up to 4,000 names under another template",
			"Starts a batch and answers with its LogId.", batchModifyDomainInfo),
		shared("CheckBatchStatus", 20, "FailedOperation", "Ask how batches stand", "At most 200 LogIds. A LogId that isn't the account's is an error.", checkBatchStatus),
		shared("DescribeBatchOperationLogs", 20, "FailedOperation", "List batches", "Newest first.", describeBatchLogs),
		shared("DescribeBatchOperationLogDetails", 20, "FailedOperation", "List the names of a batch", "In the order that they were given in.", describeBatchDetails),

		shared("DescribeDomainNameList", 20, "FailedOperation.DescribeDomainListFailed", "List the account's names", "By name. Dates are Asia/Shanghai.", describeNameList),
		shared("DescribeDomainSimpleInfo", 20, "FailedOperation.DescribeDomainFailed", "Read one of the account's names and whose it is", "Dates are Asia/Shanghai.", describeSimpleInfo),
		shared("DescribeDomainBaseInfo", 20, "FailedOperation.DescribeDomainFailed", "Read one of the account's names", "Dates are Asia/Shanghai.", describeBaseInfo),

		place,
		plain(http.MethodGet, "/api/v1/orders", "ListOrders", own, 20, "List orders", "Newest first.", listOrders),
		plain(http.MethodGet, "/api/v1/orders/items", "ListOrderItems", own, 20, "List an order's names with what became of each", "In the order that they were given in.", listOrderItems),
		plain(http.MethodPost, "/api/v1/orders/cancel", "CancelOrder", own, 20, "Cancel what of an order still waits to be sent",
			"What has been sent goes on. Money that was set aside for what is cancelled is back at once.", cancelOrder),
		plain(http.MethodGet, "/api/v1/proof", "GetProof", own, 20, "Read how far a name's registry has been shown who registered it", "With the terms of it, and what is refused to the name meanwhile.", getProof),
		plain(http.MethodGet, "/api/v1/dnssec", "GetDNSSEC", own, 20, "Read a name's DS records", "As the registry showed them last.", getDNSSEC),
		plain(http.MethodPost, "/api/v1/dnssec/changes", "SetDNSSEC", own, 20, "Set a name's DS records", "The records replace those that there are; none: unsigned. Answers with the batch's LogId.", setDNSSEC),
		plain(http.MethodPost, "/api/v1/auth-codes", "CreateAuthCode", own, 20, "Have an authorization code set for a transfer away",
			"Answers with the batch's LogId; once it is done, ShowAuthCode gives the code. It is cleared at the registry when its days are over.", createAuthCode),
		plain(http.MethodPost, "/api/v1/auth-codes/show", "ShowAuthCode", own, 20, "Read the authorization code, once", "It is erased here with the answer.", showAuthCode),
		plain(http.MethodPost, "/api/v1/auth-codes/clear", "ClearAuthCode", own, 20, "Have the registry forget the authorization code", "Answers with the batch's LogId.", clearAuthCode),
		plain(http.MethodPost, "/api/v1/deletions", "DeleteDomain", own, 20, "Give a name up",
			"Answers with the batch's LogId. A name registered a few days ago is gone at once; any other can be restored for a while. Nothing is refunded.", deleteDomain),
		restore,
		plain(http.MethodPost, "/api/v1/transfers/answers", "AnswerTransfer", own, 20, "Approve or reject another registrar's request for a name", "Answers with the batch's LogId.", answerTransfer),

		large(plain(http.MethodPost, "/api/v1/documents", "UploadDocument", own, 20, "Upload the picture of an identity document",
			"55 KB to 5 MB; jpg, jpeg, png, tiff, tif, bmp, gif or webp, by content and by name. Kept sealed, without metadata. Its text is read afterwards.", uploadDocument)),
		plain(http.MethodGet, "/api/v1/documents", "GetDocument", own, 20, "Read what is known of an uploaded picture", "", getDocument),
		plain(http.MethodGet, "/api/v1/documents/picture", "ShowDocument", own, 20, "Get an uploaded picture back", "That it was looked at stands in the log.", showDocument),
		large(plain(http.MethodPost, "/api/v1/documents/convert", "ConvertDocument", own, 5, "Make a picture fit to be uploaded",
			"An upright JPEG of the right size, where that can be mended; nothing is kept.", convertDocument)),

		plain(http.MethodPost, "/api/v1/templates/check", "CheckTemplate", own, 20, "Check a form and its pictures", "Nothing is kept. Pictures' text is judged as soon as it is read.", checkTemplate),
		plain(http.MethodPost, "/api/v1/templates", "SaveTemplate", own, 20, "Keep a draft of a template", "It may lack anything.", saveTemplate),
		plain(http.MethodPost, "/api/v1/templates/modify", "ChangeTemplate", own, 20, "Change a draft or a rejected template", "It is not submitted by this.", changeTemplate),
		plain(http.MethodPost, "/api/v1/templates/submit", "SubmitTemplate", own, 20, "Submit a template to be verified", "What our checks refuse is an error with the first code, and an open case for each.", submitTemplate),
		plain(http.MethodPost, "/api/v1/templates/withdraw", "WithdrawTemplate", own, 20, "Take a submission back", "", withdrawTemplate),
		plain(http.MethodGet, "/api/v1/templates/verification", "GetVerification", own, 20, "Ask where a template's submission stands", "The newest one, with its history.", getVerification),
		plain(http.MethodPost, "/api/v1/templates/copy", "CopyTemplate", own, 20, "Make a draft of a template", "Whatever its status.", onTemplate(copyTemplate)),
		plain(http.MethodPost, "/api/v1/templates/convert", "ConvertTemplate", own, 20, "Make a draft of a template of an old form", "", onTemplate(convertTemplate)),
		plain(http.MethodPost, "/api/v1/templates/default", "SetDefaultTemplate", own, 20, "Make a template the default", "", onTemplate(makeDefault)),
		plain(http.MethodPost, "/api/v1/desk/templates/retire", "RetireTemplate", wide, 20, "Make a template one of an old form", "For operators: what is ordered with it, and not sent yet, is refused with its money back.", retireTemplate),
		plain(http.MethodPost, "/api/v1/templates/delete", "DropTemplate", own, 20, "Delete a template", "As DeleteTemplate.", dropTemplate),

		plain(http.MethodGet, "/api/v1/privacy/export", "ExportData", own, 1, "Get everything that is kept about the account's owner",
			"A ZIP archive, base64: data.json with numbers in full, who looked at which picture, and the pictures up to 64 MB together.", exportData),
		plain(http.MethodPost, "/api/v1/privacy/erasures", "EraseData", own, 1, "Erase what is kept about the account's owner and nothing rests on",
			"What running names, orders under way and submissions in review rest on stays, and is told.", eraseData),

		plain(http.MethodPost, "/api/v1/naming/appeals", "AppealName", own, 20, "Ask people to look at a name that was refused", "Against our word lists, or against the registry's audit of a name of the account.", appealName),
		plain(http.MethodPost, "/api/v1/naming/appeals/withdraw", "WithdrawAppeal", own, 20, "Take an appeal back", "", withdrawAppeal),
		plain(http.MethodGet, "/api/v1/naming/reviews", "ListNamingReviews", wide, 20, "List people's looks at names", "Newest first.", listNamingReviews),
		plain(http.MethodPost, "/api/v1/desk/naming/decisions", "DecideNamingReview", wide, 20, "Decide a look at a name", "For operators. A doubted name is sent to its registry, or refused with its money back.", decideNamingReview),
		plain(http.MethodGet, "/api/v1/desk/words", "ListWordLists", wide, 20, "List the word lists", "For operators; without their words.", listWordLists),
		large(plain(http.MethodPost, "/api/v1/desk/words", "LoadWordList", wide, 5, "Put a word list in place of the one of its name", "For operators. What is refused changes nothing.", loadWordList)),
		plain(http.MethodPost, "/api/v1/desk/words/drop", "DropWordList", wide, 20, "Remove a word list", "For operators.", dropWordList),
		plain(http.MethodPost, "/api/v1/desk/words/test", "TestWordLists", wide, 20, "Ask what the word lists have against a name", "For operators: every entry that it meets, and where.", testWordLists),

		plain(http.MethodGet, "/api/v1/wallet", "GetWallet", own, 20, "Read the balance", "Minor units of the currency.", getWallet),
		plain(http.MethodPost, "/api/v1/wallet/top-ups", "CreateTopUp", own, 20, "Pay into the balance", "Minor units of the currency; a payment that was seen before under the same ref is not made again.", createTopUp),
		plain(http.MethodGet, "/api/v1/cases", "ListCases", wide, 20, "List faults found, with their evidence and remedies", "", listCases),
		plain(http.MethodPost, "/api/v1/lookup", "LookupName", own, 10, "Ask why a name isn't in one's list", "", lookupName),
		plain(http.MethodGet, "/api/v1/log", "ListLog", wide, 20, "Read the operation log", "Newest first; `before` is the id to go on from. Each line has its place in the chain of hashes, once it is sealed.", listLog),
		plain(http.MethodGet, "/api/v1/log/export", "ExportLog", wide, 1, "Get the operation log as CSV", "With the filters of ListLog; at most 20,000 lines in one answer, `next` goes on.", exportLog),
		plain(http.MethodGet, "/api/v1/freshness", "GetFreshness", own, 20, "Ask whether a page of this version is still true", "", getFreshness),
		plain(http.MethodPost, "/api/v1/risks/acknowledgements", "AcknowledgeRisks", own, 20, "Say that the past of names is known",
			"An order of names that were complained about or blocked before (`risk` in a search) asks for it. It is kept, with what was known.", acknowledgeRisks),
		plain(http.MethodGet, "/api/v1/risks", "GetRisk", own, 20, "Read what is known of a name's past", "", getRisk),
		plain(http.MethodPost, "/api/v1/risks/appeals", "AppealRisk", own, 5, "Ask that a list's entry is not held against a name", "The operator decides; the answer comes by mail.", appealRisk),
		plain(http.MethodGet, "/api/v1/risks/appeals", "ListRiskAppeals", own, 20, "List one's appeals", "Newest first.", listRiskAppeals),
		large(plain(http.MethodPost, "/api/v1/desk/feeds", "LoadFeed", wide, 5, "Put a list of names with a bad past in place of the one of its name",
			"For operators. Formats: hosts, plain, rpz, csv. At most 300,000 names in 28 MiB of request.", loadFeed)),
		plain(http.MethodPost, "/api/v1/desk/feeds/drop", "DropFeed", wide, 5, "Remove a list of names with a bad past", "For operators.", dropFeed),
		posted(streamed[searchListIn, SearchLine]("/api/v1/search", "SearchList", 5, "Search up to 4,000 names",
			"Answers a line of JSON for each name as its registry answers. Minor units of the currency.", searchList)),
		streamed[searchIn, SearchLine]("/api/v1/search", "SearchNames", 10, "Search a text over the suffixes on offer",
			"Answers a line of JSON for each name as its registry answers. Minor units of the currency.", searchNames),
	}
}
