package epp

import (
	"encoding/base64"
	"strings"
)

func decodeNVAction(verb Verb, _ string, el *Element) (Action, error) {
	d := &decoder{strict: true}
	var a Action
	switch verb {
	case VerbCheck:
		a = &NVCheck{Names: d.list(el, "name", 1, 255)}
	case VerbInfo:
		a = d.nvInfo(el)
	case VerbCreate:
		c := &NVCreate{}
		d.nvInput(el, &c.NVInput)
		a = c
	case VerbUpdate:
		a = d.nvUpdate(el)
	default:
		return nil, nil
	}
	return a, d.result()
}

func (d *decoder) nvInfo(el *Element) *NVInfo {
	i := &NVInfo{}
	switch kind, given := d.tokenAttr(el, "type"); {
	case kind == "input":
		i.Input = true
	case given && kind != "signedCode":
		d.fail(CodeValueSyntax, el, "unknown value of attribute type")
	}
	d.sequence(el, "code authInfo", func(c *Element) {
		switch c.Local {
		case "code":
			i.Code = d.codeValue(c)
		case "authInfo":
			i.AuthInfo = d.authInfo(c)
		}
	})
	d.require(i.Code != "", "code")
	return i
}

func (d *decoder) nvUpdate(el *Element) *NVUpdate {
	u := &NVUpdate{}
	d.sequence(el, "code chg", func(c *Element) {
		switch c.Local {
		case "code":
			u.Code = d.codeValue(c)
		case "chg":
			d.sequence(c, "authInfo", func(x *Element) { u.AuthInfo = d.authInfo(x) })
		}
	})
	d.require(u.Code != "", "code")
	d.require(u.AuthInfo != nil, "authInfo")
	return u
}

// nvInput reads what is to be verified: of a command, or of an answer.
func (d *decoder) nvInput(el *Element, i *NVInput) {
	d.sequence(el, "rnv dnv authInfo", func(c *Element) {
		switch c.Local {
		case "rnv":
			i.RNV = d.realName(c)
		case "dnv":
			if i.RNV != nil {
				d.fail(CodeSyntaxError, c, "rnv and dnv in one verification")
			}
			i.DNV = d.domainName(c)
		case "authInfo":
			i.AuthInfo = d.authInfo(c)
		}
	})
	d.require(i.RNV != nil || i.DNV != nil, "rnv")
}

func (d *decoder) realName(el *Element) *RealName {
	r := &RealName{Role: d.enumAttr(el, "role", NVPerson, NVOrganization)}
	d.sequence(el, "name num proofType document*", func(c *Element) {
		switch c.Local {
		case "name":
			r.Name = d.token(c)
		case "num":
			r.Num = d.token(c)
		case "proofType":
			r.ProofType = d.token(c)
			if d.strict && r.ProofType != ProofOfCitizen && r.ProofType != ProofOfEnterprise && r.ProofType != ProofOfOtherType {
				d.fail(CodeValueSyntax, c, "unknown type of proof")
			}
		case "document":
			var doc NVDocument
			d.sequence(c, "fileType fileContent", func(x *Element) {
				switch x.Local {
				case "fileType":
					doc.FileType = d.token(x)
				case "fileContent":
					doc.FileContent = d.base64(x)
				}
			})
			if d.strict {
				d.require(doc.FileType != "", "fileType")
				d.require(doc.FileContent != "", "fileContent")
			}
			r.Documents = append(r.Documents, doc)
		}
	})
	if d.strict {
		d.require(r.Name != "", "name")
		d.require(r.Num != "", "num")
		d.require(r.ProofType != "", "proofType")
	}
	return r
}

func (d *decoder) domainName(el *Element) *DomainName {
	n := &DomainName{}
	d.sequence(el, "name rnvCode", func(c *Element) {
		switch c.Local {
		case "name":
			n.Name = d.bounded(c, 1, 255)
		case "rnvCode":
			n.RNVCode = d.codeValue(c)
		}
	})
	d.require(n.Name != "", "name")
	return n
}

// codeValue reads a verification code: digits, a hyphen, letters and digits.
func (d *decoder) codeValue(el *Element) string {
	v := d.token(el)
	if !d.strict {
		return v
	}
	number, id, ok := strings.Cut(v, "-")
	ok = ok && number != "" && id != ""
	for _, c := range []byte(number) {
		ok = ok && c >= '0' && c <= '9'
	}
	for _, c := range []byte(id) {
		ok = ok && (c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z')
	}
	switch {
	case v == "":
		d.fail(CodeMissingParameter, el, "empty value")
	case !ok:
		d.fail(CodeValueSyntax, el, "not a verification code")
	}
	return v
}

// base64 reads content in base64 and drops its white space.
func (d *decoder) base64(el *Element) string {
	s := strings.Join(strings.Fields(d.token(el)), "")
	if _, err := base64.StdEncoding.DecodeString(s); err != nil && d.strict {
		d.fail(CodeValueSyntax, el, "not base64")
	}
	return s
}

func decodeNVData(el *Element) (Value, error) {
	d := &decoder{}
	switch el.Local {
	case "chkData":
		v := &NVCheckData{}
		for _, it := range d.check(el, "name") {
			v.Items = append(v.Items, NVCheckItem{CheckItem: it})
		}
		d.nvRestricted(el, v.Items)
		return v, d.result()
	case "infData":
		return d.nvInfoData(el), d.result()
	case "creData":
		return d.nvCreateData(el), d.result()
	case "panData":
		v := &NVPendingData{}
		d.children(el, func(c *Element) {
			switch c.Local {
			case "code":
				v.Code = d.nvCode(c)
			case "paStatus":
				v.Status = NVStatus(d.attr(c, "s"))
			case "msg":
				v.Msg, v.Lang = d.nvMsg(c)
			case "paDate":
				v.Date = d.time(c)
			}
		})
		d.require(v.Code.Value != "", "code")
		return v, d.result()
	}
	return nil, nil
}

// nvRestricted reads the one attribute that other checks do not have.
func (d *decoder) nvRestricted(el *Element, items []NVCheckItem) {
	i := 0
	for _, cd := range el.Children {
		if !cd.Is(NSNV, "cd") || i >= len(items) {
			continue
		}
		if name := cd.Child(NSNV, "name"); name != nil {
			r := d.attr(name, "restricted")
			items[i].Restricted = r == "1" || r == "true"
		}
		i++
	}
}

func (d *decoder) nvCode(el *Element) NVCode { return NVCode{d.token(el), d.attr(el, "type")} }

func (d *decoder) nvMsg(el *Element) (text, lang string) {
	lang = d.attr(el, "lang")
	if lang == "en" {
		lang = ""
	}
	return strings.TrimSpace(d.line(el)), lang
}

func (d *decoder) nvInfoData(el *Element) *NVInfoData {
	v := &NVInfoData{}
	d.children(el, func(c *Element) {
		switch c.Local {
		case "signedCode":
			s := &NVSignedCode{}
			d.children(c, func(x *Element) {
				switch x.Local {
				case "code":
					s.Code = d.nvCode(x)
				case "status":
					s.Status = NVStatus(d.attr(x, "s"))
				case "authInfo":
					s.AuthInfo = d.authInfo(x)
				case "encodedSignedCode":
					s.Encoded = d.base64(x)
				}
			})
			d.require(s.Code.Value != "", "code")
			v.SignedCode = s
		case "input":
			v.Input = &NVInput{}
			d.nvInput(c, v.Input)
		}
	})
	d.require(v.SignedCode != nil || v.Input != nil, "signedCode")
	return v
}

func (d *decoder) nvCreateData(el *Element) *NVCreateData {
	v := &NVCreateData{}
	d.children(el, func(c *Element) {
		switch o := NVOutcome(c.Local); o {
		case NVSuccess, NVWaiting, NVFailed:
			v.Outcome = o
		default:
			return
		}
		d.children(c, func(x *Element) {
			switch x.Local {
			case "code":
				v.Code = d.nvCode(x)
			case "status":
				v.Status = NVStatus(d.attr(x, "s"))
			case "crDate":
				v.CrDate = d.time(x)
			case "encodedSignedCode":
				v.Encoded = d.base64(x)
			case "msg":
				v.Msg, v.Lang = d.nvMsg(x)
			}
		})
	})
	d.require(v.Outcome != "", "success, pending or failed")
	return v
}
