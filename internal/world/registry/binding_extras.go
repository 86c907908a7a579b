package registry

import (
	"github.com/openregistrar/openregistrar/epp"
)

// createExtras reads the extensions of a domain create.
func (b *binding) createExtras(cmd *domainCreate) (err error) {
	exts := b.cmd.Extensions
	if x, ok := epp.Find[*epp.CNNICDomainCreate](exts); ok {
		cmd.Resident = &Resident{Type: x.Type, Purveyor: x.Purveyor}
	}
	cmd.Token = b.token()
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
	u.Codes, err = b.codes()
	return err
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
