package world

import "github.com/openregistrar/openregistrar/internal/world/registry"

// faultText explains a fault to whoever injects it, and says which fields of
// its form mean something.
type faultText struct {
	Kind           string
	ZH, EN         string // name
	MoreZH, MoreEN string // what happens
	Command        bool   // may be limited to a command and to names
	Delay          string // default of the delay field; "" has none
	Times          string // default of the times field; "" has none
	PlainCommand   string // default command
	Limit          string // default of the limit field; "" has none
	LimitZH        string
	LimitEN        string
	Percent        string // default of the percent field; "" has none
	Names          bool   // may be limited to names though not to a command
	Promise        bool   // the delay may be longer than the registry's promised longest command
}

// faultTexts are the faults of the page, in its order. "down" is the power switch.
var faultTexts = []faultText{
	{Kind: registry.FaultCutAfterCommit, ZH: "做完再断线", EN: "Cut after commit", MoreZH: "指令已经生效，应答没有发出，连接就断了。", MoreEN: "The command takes effect; the connection closes before the answer.", Command: true, Times: "1", PlainCommand: "domain:create"},
	{Kind: registry.FaultCutBefore, ZH: "没做就断线", EN: "Cut before", MoreZH: "收到指令，什么也没做，连接就断了。", MoreEN: "The connection closes before anything is done.", Command: true, Times: "1", PlainCommand: "domain:create"},
	{Kind: registry.FaultCutDuringCommit, ZH: "做到一半断线", EN: "Cut during commit", MoreZH: "指令正在执行，连接断了；生效没生效，一半对一半。", MoreEN: "The connection closes while the command is carried out; an even chance that it takes effect.", Command: true, Times: "1", PlainCommand: "domain:create"},
	{Kind: registry.FaultLateCommit, ZH: "断线之后才做", EN: "Late commit", MoreZH: "连接马上断，指令过一会儿才生效。", MoreEN: "The connection closes at once; the command takes effect later.", Command: true, Delay: "2s", Times: "1", PlainCommand: "domain:create", Promise: true},
	{Kind: registry.FaultDelay, ZH: "应答变慢", EN: "Slow answers", MoreZH: "每条指令都先等一会儿再应答。", MoreEN: "Each answer waits this long.", Command: true, Delay: "1500ms", Times: "0"},
	{Kind: registry.FaultHalfFrame, ZH: "应答只发一半", EN: "Half an answer", MoreZH: "指令已经生效，应答发到一半断线。", MoreEN: "The command takes effect; half of the answer is sent.", Command: true, Times: "1"},
	{Kind: registry.FaultOversize, ZH: "帧长离谱", EN: "Absurd frame length", MoreZH: "指令已经生效，应答的长度字段大得离谱。", MoreEN: "The command takes effect; the answer announces an absurd length.", Command: true, Times: "1"},
	{Kind: registry.FaultCode2400, ZH: "应答 2400", EN: "Answer 2400", MoreZH: "指令失败，会话保留，可以再试。", MoreEN: "The command fails; the session stays; it may be tried again.", Command: true, Times: "3"},
	{Kind: registry.FaultCode2500, ZH: "应答 2500 并断线", EN: "Answer 2500, then close", MoreZH: "指令失败，服务器关掉连接。", MoreEN: "The command fails and the server closes the connection.", Command: true, Times: "1"},
	{Kind: registry.FaultCode2502, ZH: "会话数超限", EN: "Session limit", MoreZH: "应答 2502：已到会话上限。", MoreEN: "Answers 2502: the session limit is reached.", Command: true, Times: "2", PlainCommand: "login"},
	{Kind: registry.FaultLoggedOut, ZH: "会话被登出", EN: "Logged out", MoreZH: "连接还在，往后的指令都应答 2002 未登录。", MoreEN: "The connection stays; every further command gets 2002, not logged in.", Command: true, Times: "1"},
	{Kind: registry.FaultRateLimit, ZH: "限速", EN: "Rate limit", MoreZH: "每家注册商一秒超过这么多条，多出来的应答 2400。", MoreEN: "Past so many commands a second and registrar, the rest get 2400.", Command: true, Times: "0", Limit: "5", LimitZH: "每秒条数", LimitEN: "Commands a second"},
	{Kind: registry.FaultEmptyDeposit, ZH: "预存款空了", EN: "Empty deposit", MoreZH: "要花钱的指令都应答 2104，账上的数不动。", MoreEN: "What costs is answered 2104; the figure itself stays.", Command: true, Times: "3"},
	{Kind: registry.FaultFeeChange, ZH: "改价", EN: "Fee change", MoreZH: "价格变成原来的百分之几，直到撤掉。", MoreEN: "Prices become this percentage of the usual ones until lifted.", Names: true, Percent: "200"},
	{Kind: registry.FaultSessionCap, ZH: "会话上限变小", EN: "Lower session cap", MoreZH: "再多的登录应答 2502；已经登录的不动。", MoreEN: "Logins beyond it get 2502; sessions that are there stay.", Limit: "1", LimitZH: "会话数", LimitEN: "Sessions"},
	{Kind: registry.FaultCertificate, ZH: "证书换了", EN: "Certificate change", MoreZH: "新连接看到的证书，是一家没人认识的机构签的。", MoreEN: "New connections see a certificate signed by an authority that nobody knows.", Times: "0"},
	{Kind: registry.FaultSkewedClock, ZH: "注册局时钟偏了", EN: "Skewed clock", MoreZH: "欢迎帧里的时间偏这么多，直到撤掉。", MoreEN: "The greeting's time is off by this much until lifted.", Delay: "1h"},
	{Kind: registry.FaultMalformedPoll, ZH: "消息看不懂", EN: "Malformed poll", MoreZH: "取消息得到的内容不合规范。", MoreEN: "Poll answers carry broken content.", Times: "1"},
}

// Texts for a kind, "down" included.
func textOf(kind string) faultText {
	for _, t := range faultTexts {
		if t.Kind == kind {
			return t
		}
	}
	if kind == registry.FaultDown {
		return faultText{Kind: kind, ZH: "停机", EN: "Powered off"}
	}
	return faultText{Kind: kind, ZH: kind, EN: kind}
}

// faultCommands are the commands that a fault can be limited to; "" is any.
var faultCommands = []string{"", "domain:create", "domain:check", "domain:info", "domain:update", "domain:renew", "domain:delete", "domain:transfer",
	"contact:create", "host:create", "poll", "login"}

// ForWhom says whether the fault can be limited to a registrar.
func (t faultText) ForWhom() bool {
	return t.Command || t.Kind == registry.FaultSessionCap || t.Kind == registry.FaultMalformedPoll
}

// Rule says whether chance, after and times mean something.
func (t faultText) Rule() bool { return t.Times != "" }

// Commands that the fault can be limited to; "" is any that it strikes.
func (t faultText) Commands() []string {
	if t.Kind == registry.FaultEmptyDeposit {
		return []string{"", "domain:create", "domain:renew", "domain:transfer", "domain:update"}
	}
	return faultCommands
}
