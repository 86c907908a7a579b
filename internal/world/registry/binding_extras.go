package registry

import (
	"slices"
	"time"

	"golang.org/x/net/idna"

	"github.com/openregistrar/openregistrar/epp"
)

// createExtras reads the extensions of a domain create.
func (b *binding) createExtras(cmd *domainCreate) (err error) {
	exts := b.cmd.Extensions
	if x, ok := epp.Find[*epp.CNNICDomainCreate](exts); ok {
		cmd.Resident = &Resident{Type: x.Type, Purveyor: x.Purveyor}
	}
	cmd.Token = b.token()
	if x, ok := epp.Find[*epp.CDNCreate](exts); ok {
		cmd.Variants, cmd.Simplified, cmd.Traditional = x.VCDN, x.SCDN, x.TCDN
	}
	if x, ok := epp.Find[*epp.TTLCreate](exts); ok {
		if cmd.TTLs, err = ttlsOf(x.Values); err != nil {
			return err
		}
	}
	if x, ok := epp.Find[*epp.LaunchCreate](exts); ok {
		if err := b.launchCreate(cmd, x); err != nil {
			return err
		}
	}
	cmd.Codes, err = b.codes()
	return err
}

// token is the allocation token of a command.
func (b *binding) token() *string {
	if x, ok := epp.Find[*epp.AllocationToken](b.cmd.Extensions); ok {
		return &x.Token
	}
	return nil
}

// updateExtras reads the extensions of a domain update.
func (b *binding) updateExtras(u *domainUpdate) (err error) {
	if _, ok := epp.Find[*epp.LaunchUpdate](b.cmd.Extensions); ok {
		return refuse(2303, "no such application")
	}
	if x, ok := epp.Find[*epp.CNNICDomainUpdate](b.cmd.Extensions); ok {
		u.Resident = &Resident{Type: x.Type, Purveyor: x.Purveyor}
	}
	if x, ok := epp.Find[*epp.CDNUpdate](b.cmd.Extensions); ok {
		if x.SCDN != "" || x.TCDN != "" {
			return refuse(2306, "the two forms follow from the name")
		}
		u.AddVariants, u.RemVariants = x.Add, x.Rem
	}
	if x, ok := epp.Find[*epp.TTLUpdate](b.cmd.Extensions); ok {
		if u.TTLs, err = ttlsOf(x.Values); err != nil {
			return err
		}
	}
	u.Codes, err = b.codes()
	return err
}

func ttlsOf(values []epp.TTLValue) (out []TTL, err error) {
	for _, v := range values {
		if v.For == epp.TTLForCustom {
			return nil, refuse(2306, "no TTL of such records")
		}
		t := TTL{For: v.For, Seconds: -1}
		if v.TTL != nil {
			t.Seconds = int(*v.TTL)
		}
		out = append(out, t)
	}
	return out, nil
}

// ttlData answers a TTL info (RFC 9803 section 2.1).
func (c *core) ttlData(d *Domain, z *Zone, policy bool) *epp.TTLInfoData {
	data := &epp.TTLInfoData{}
	for _, kind := range ttlTypes {
		v := epp.TTLValue{For: kind}
		if i := slices.IndexFunc(d.TTLs, func(t TTL) bool { return t.For == kind }); i >= 0 {
			n := int32(d.TTLs[i].Seconds)
			v.TTL = &n
		}
		if policy && z != nil && z.TTL {
			low, def, high := int32(c.p.MinTTL/time.Second), int32(defaultTTL/time.Second), int32(c.p.MaxTTL/time.Second)
			v.Min, v.Default, v.Max = &low, &def, &high
		}
		if v.TTL != nil || policy {
			data.Values = append(data.Values, v)
		}
	}
	return data
}

// noteForms keeps the forms of a name for the answer to a transform.
func (b *binding) noteForms(c *core, d *Domain) {
	if x, ok := c.bundleOf(d); ok && b.conn.HasService(epp.NSCDN) {
		_, z := c.zoneOf(d.Name)
		b.forms = &epp.CDNNames{SCDN: z.full(x.Simplified), TCDN: z.full(x.Traditional)}
		for _, v := range x.Variants {
			b.forms.VCDN = append(b.forms.VCDN, z.full(v))
		}
	}
}

// withForms adds them.
func (b *binding) withForms(resp *epp.Response, verb epp.Verb) *epp.Response {
	if b.forms != nil {
		resp.Extensions = append(resp.Extensions, &epp.CDNData{Verb: verb, CDNNames: *b.forms})
	}
	return resp
}

// cdnData answers an info.
func (c *core) cdnData(d *Domain) (*epp.CDNInfoData, bool) {
	b, ok := c.bundleOf(d)
	if !ok {
		return nil, false
	}
	puny := func(u string) string {
		a, err := idna.ToASCII(u)
		if err != nil {
			return u
		}
		return a
	}
	_, z := c.zoneOf(d.Name)
	simple, trad := z.full(b.Simplified), z.full(b.Traditional)
	data := &epp.CDNInfoData{OCDNPunycode: d.Name, SCDN: simple, SCDNPunycode: puny(simple), TCDN: trad, TCDNPunycode: puny(trad)}
	for _, v := range b.Variants {
		data.VCDN = append(data.VCDN, z.full(v))
		data.VCDNPunycode = append(data.VCDNPunycode, puny(z.full(v)))
	}
	return data, true
}

// codes verifies the signed codes of a command.
func (b *binding) codes() ([]Code, error) {
	x, ok := epp.Find[*epp.EncodedSignedCode](b.cmd.Extensions)
	if !ok {
		return nil, nil
	}
	docs, err := x.Documents()
	if err != nil {
		return nil, refuse(2005, "verification code: not base64")
	}
	now := b.f.r.now()
	var out []Code
	for _, doc := range docs {
		c, err := b.f.r.verifyCode(doc, now)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

// infoExtras are the extensions of an answer to a domain info. The server
// leaves out those that the client has not logged in for.
func (b *binding) infoExtras(c *core, d *Domain) (out []epp.Value, err error) {
	label, z := c.zoneOf(d.Name)
	if _, ok := epp.Find[*epp.AllocationTokenInfo](b.cmd.Extensions); ok {
		token, restricted := c.token(d.Name, label, z)
		switch {
		case d.Sponsor != b.clID:
			return nil, refuse(2201, "allocation token of another's name")
		case !restricted:
			return nil, refuse(2303, "no allocation token")
		}
		out = append(out, &epp.AllocationToken{Token: token})
	}
	if x, ok := epp.Find[*epp.LaunchInfo](b.cmd.Extensions); ok {
		if x.ApplicationID != "" {
			return nil, refuse(2303, "no such application")
		}
		out = append(out, &epp.LaunchInfoData{Phase: epp.LaunchPhase{Phase: c.phase(z)}})
	}
	if x, ok := epp.Find[*epp.TTLInfo](b.cmd.Extensions); ok {
		out = append(out, c.ttlData(d, z, x.Policy))
	}
	if data, ok := c.cdnData(d); ok {
		out = append(out, data)
	}
	if q, ok := epp.Find[*epp.VerificationCodeInfo](b.cmd.Extensions); ok && d.Sponsor == b.clID {
		out = append(out, c.verificationData(d, q.Profile))
	}
	if r := d.Resident; r != nil {
		out = append(out, &epp.CNNICDomainInfoData{CNNICDomainData: epp.CNNICDomainData{Type: r.Type, Purveyor: r.Purveyor}})
	}
	return out, nil
}

// verificationData answers for one profile or, where profile is empty, for
// all: there is one.
func (c *core) verificationData(d *Domain, profile string) *epp.VerificationCodeInfoData {
	state := epp.VerificationStatus(d.verificationState())
	data := &epp.VerificationCodeInfoData{Status: state}
	v := c.p.Verification
	if v.Profile == "" || profile != "" && profile != v.Profile {
		data.Status = epp.VerificationNotApplicable
		return data
	}
	p := epp.VerificationProfile{Name: v.Profile, Status: state}
	if !d.VerifyDue.IsZero() {
		for _, t := range c.missing(d) {
			p.Missing = append(p.Missing, epp.MissingVerificationCode{Type: t, Due: d.VerifyDue})
		}
	}
	for _, x := range d.Codes {
		p.Set = append(p.Set, epp.SetVerificationCode{Value: x.Code, Type: x.Type, Date: x.Date})
	}
	data.Profiles = []epp.VerificationProfile{p}
	return data
}
