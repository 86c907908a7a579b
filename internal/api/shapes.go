package api

// Inputs and outputs of the product's actions, field by field as its SDKs have them. In an input a field without
// omitempty is required; the other tags bound it, here and in the OpenAPI document.

type checkDomainIn struct {
	DomainName string `json:"DomainName" doc:"A name, in Chinese or xn-- form."`
	Period     string `json:"Period,omitempty" enum:"1,2,3,4,5,6,7,8,9,10" doc:"Years that RealPrice of a premium name is for."`
}

// CheckDomainOut tells whether a name can be registered.
type CheckDomainOut struct {
	DomainName    string  `json:"DomainName"`
	Available     bool    `json:"Available"`
	Reason        string  `json:"Reason" doc:"Why not; empty when it is available."`
	Premium       bool    `json:"Premium"`
	Price         int64   `json:"Price" doc:"First year, whole units of the currency, rounded up."`
	BlackWord     bool    `json:"BlackWord" doc:"The name hits a word list."`
	Describe      *string `json:"Describe" doc:"About a premium name, or one that was complained about or blocked before."`
	FeeRenew      *int64  `json:"FeeRenew" doc:"Renewal of a premium name, a year."`
	RealPrice     *int64  `json:"RealPrice" doc:"Price of one year; of a premium name, of Period years."`
	FeeTransfer   *int64  `json:"FeeTransfer"`
	FeeRestore    int64   `json:"FeeRestore"`
	Period        int64   `json:"Period"`
	RecordSupport bool    `json:"RecordSupport" doc:"Can be filed for a website (ICP, Beijing)."`
}

type empty struct{}

// TldListOut lists suffixes with their dot.
type TldListOut struct {
	List []string `json:"List" doc:"Suffixes with their dot."`
}

type priceListIn struct {
	TldList   []string `json:"TldList,omitempty" maxItems:"200" doc:"Suffixes, with or without their dot; none: all."`
	Year      []int    `json:"Year,omitempty" maxItems:"10" doc:"Years, 1 to 10; none: all."`
	Operation []string `json:"Operation,omitempty" maxItems:"4" doc:"new, renew, redem, tran; none: all."`
}

// PriceListOut lists prices.
type PriceListOut struct {
	PriceList []PriceInfo `json:"PriceList"`
}

// PriceInfo is what one operation costs for a number of years, whole units of the currency.
type PriceInfo struct {
	Tld       string `json:"Tld"`
	Year      int64  `json:"Year"`
	Price     int64  `json:"Price"`
	RealPrice int64  `json:"RealPrice"`
	Operation string `json:"Operation"`
}

type createDomainBatchIn struct {
	TemplateId          string   `json:"TemplateId" doc:"An Approved template."`
	Period              int      `json:"Period" minimum:"1" maximum:"10" doc:"Years."`
	Domains             []string `json:"Domains" doc:"1 to 4,000 names."`
	PayMode             int      `json:"PayMode" enum:"0,1,2" doc:"1: from the balance. 0 (online) and 2 (package) are refused."`
	AutoRenewFlag       int      `json:"AutoRenewFlag,omitempty" enum:"0,1"`
	PackageResourceId   string   `json:"PackageResourceId,omitempty" maxLength:"128"`
	UpdateProhibition   int      `json:"UpdateProhibition,omitempty" enum:"0,1" doc:"1: set clientUpdateProhibited."`
	TransferProhibition int      `json:"TransferProhibition,omitempty" enum:"0,1" doc:"1: set clientTransferProhibited."`
	ChannelFrom         string   `json:"ChannelFrom,omitempty" maxLength:"255" doc:"Taken and not used."`
	OrderFrom           string   `json:"OrderFrom,omitempty" maxLength:"255" doc:"Taken and not used."`
	ActivityId          string   `json:"ActivityId,omitempty" maxLength:"255" doc:"Taken and not used."`
}

// LogOut names a batch.
type LogOut struct {
	LogId int64 `json:"LogId"`
}

type modifyDNSIn struct {
	Domains []string `json:"Domains" doc:"1 to 4,000 names."`
	Dns     []string `json:"Dns" minItems:"2" maxItems:"13"`
}

type batchStatusIn struct {
	LogIds []int64 `json:"LogIds" minItems:"1" maxItems:"200"`
}

// BatchStatusOut tells how batches stand.
type BatchStatusOut struct {
	StatusSet []BatchStatus `json:"StatusSet"`
}

// BatchStatus is how one batch stands.
type BatchStatus struct {
	LogId       int64  `json:"LogId"`
	Status      string `json:"Status" doc:"doing, success, failed, partial_success"`
	BatchAction string `json:"BatchAction"`
}

type batchLogsIn struct {
	Offset int  `json:"Offset,omitempty" minimum:"0"`
	Limit  *int `json:"Limit,omitempty" minimum:"1" maximum:"200" doc:"20 when left out."`
}

// BatchLogsOut is a page of batches.
type BatchLogsOut struct {
	TotalCount        int64      `json:"TotalCount"`
	DomainBatchLogSet []BatchLog `json:"DomainBatchLogSet"`
}

// BatchLog is one batch.
type BatchLog struct {
	LogId     int64  `json:"LogId"`
	Number    int64  `json:"Number" doc:"How many names."`
	Status    string `json:"Status" doc:"doing, done"`
	CreatedOn string `json:"CreatedOn"`
	Success   int64  `json:"Success"`
	Doing     int64  `json:"Doing"`
	Failed    int64  `json:"Failed"`
	PayStatus bool   `json:"PayStatus" doc:"Money is involved."`
	BigDealId string `json:"BigDealId" doc:"Order number."`
}

type batchDetailsIn struct {
	LogId  int64 `json:"LogId"`
	Offset int   `json:"Offset,omitempty" minimum:"0"`
	Limit  *int  `json:"Limit,omitempty" minimum:"1" maximum:"200" doc:"20 when left out."`
}

// BatchDetailsOut is a page of a batch's names.
type BatchDetailsOut struct {
	TotalCount           int64         `json:"TotalCount"`
	DomainBatchDetailSet []BatchDetail `json:"DomainBatchDetailSet"`
}

// BatchDetail is one name of a batch.
type BatchDetail struct {
	Id        int64  `json:"Id"`
	Action    string `json:"Action"`
	Domain    string `json:"Domain"`
	Status    string `json:"Status" doc:"doing, failed, success"`
	Reason    string `json:"Reason" doc:"Why it failed, or what it waits for; ends with the fault code in brackets."`
	CreatedOn string `json:"CreatedOn"`
	UpdatedOn string `json:"UpdatedOn"`
	BigDealId string `json:"BigDealId"`
}

type nameListIn struct {
	Offset int  `json:"Offset,omitempty" minimum:"0"`
	Limit  *int `json:"Limit,omitempty" minimum:"1" maximum:"100" doc:"20 when left out."`
}

// NameListOut is a page of names.
type NameListOut struct {
	DomainSet  []DomainListed `json:"DomainSet"`
	TotalCount int64          `json:"TotalCount"`
}

// DomainListed is a name in a list.
type DomainListed struct {
	IsPremium      *bool  `json:"IsPremium" doc:"null: not recorded."`
	DomainId       string `json:"DomainId"`
	DomainName     string `json:"DomainName"`
	AutoRenew      int64  `json:"AutoRenew" doc:"0 never set, 1 on, 2 switched off"`
	CreationDate   string `json:"CreationDate"`
	ExpirationDate string `json:"ExpirationDate"`
	Tld            string `json:"Tld"`
	CodeTld        string `json:"CodeTld" doc:"Tld in xn-- form."`
	BuyStatus      string `json:"BuyStatus"`
}

type baseInfoIn struct {
	Domain string `json:"Domain"`
}

// BaseInfoOut is one name with its account.
type BaseInfoOut struct {
	DomainInfo DomainBaseInfo `json:"DomainInfo"`
	Uin        string         `json:"Uin"`
}

// SimpleInfoOut is one name with whose it is.
type SimpleInfoOut struct {
	DomainInfo DomainSimpleInfo `json:"DomainInfo"`
	Uin        string           `json:"Uin"`
}

type simpleInfoIn struct {
	DomainName string `json:"DomainName"`
}

// DomainSimpleInfo is DomainBaseInfo and the names of its registrant.
type DomainSimpleInfo struct {
	DomainId                    string   `json:"DomainId"`
	DomainName                  string   `json:"DomainName"`
	RealNameAuditStatus         string   `json:"RealNameAuditStatus" doc:"NotUpload, InAudit, Approved, Reject, NoAudit"`
	RealNameAuditUnpassReason   string   `json:"RealNameAuditUnpassReason"`
	DomainNameAuditStatus       string   `json:"DomainNameAuditStatus" doc:"NotAudit, Pending, Auditing, Approved, Rejected"`
	DomainNameAuditUnpassReason string   `json:"DomainNameAuditUnpassReason"`
	CreationDate                string   `json:"CreationDate" doc:"YYYY-MM-DD"`
	ExpirationDate              string   `json:"ExpirationDate" doc:"YYYY-MM-DD"`
	DomainStatus                []string `json:"DomainStatus"`
	BuyStatus                   string   `json:"BuyStatus"`
	RegistrarType               string   `json:"RegistrarType"`
	NameServer                  []string `json:"NameServer"`
	LockTransfer                bool     `json:"LockTransfer" doc:"The 60-day lock after a change of registrant or registrar."`
	LockEndTime                 string   `json:"LockEndTime"`
	RegistrantType              string   `json:"RegistrantType" doc:"E enterprise, I individual."`
	OrganizationNameCN          string   `json:"OrganizationNameCN"`
	OrganizationName            string   `json:"OrganizationName"`
	RegistrantNameCN            string   `json:"RegistrantNameCN"`
	RegistrantName              string   `json:"RegistrantName"`
}

// DomainBaseInfo is one name.
type DomainBaseInfo struct {
	DomainId                    string   `json:"DomainId"`
	DomainName                  string   `json:"DomainName"`
	RealNameAuditStatus         string   `json:"RealNameAuditStatus" doc:"NotUpload, InAudit, Approved, Reject, NoAudit"`
	RealNameAuditUnpassReason   string   `json:"RealNameAuditUnpassReason"`
	DomainNameAuditStatus       string   `json:"DomainNameAuditStatus" doc:"NotAudit, Pending, Auditing, Approved, Rejected"`
	DomainNameAuditUnpassReason string   `json:"DomainNameAuditUnpassReason"`
	CreationDate                string   `json:"CreationDate" doc:"YYYY-MM-DD"`
	ExpirationDate              string   `json:"ExpirationDate" doc:"YYYY-MM-DD"`
	DomainStatus                []string `json:"DomainStatus"`
	BuyStatus                   string   `json:"BuyStatus"`
	RegistrarType               string   `json:"RegistrarType"`
	NameServer                  []string `json:"NameServer"`
	LockTransfer                bool     `json:"LockTransfer" doc:"The 60-day lock after a change of registrant or registrar."`
	LockEndTime                 string   `json:"LockEndTime"`
}
