package epp

func (d *decoder) launchCreate(el *Element) *LaunchCreate {
	c := &LaunchCreate{Type: d.attr(el, "type")}
	switch c.Type {
	case "", LaunchApplication, LaunchRegistration:
	default:
		d.fail(CodeValueSyntax, el, "unknown type of launch object")
	}
	d.inTurn(el, func(x *Element) int {
		switch {
		case x.Is(NSLaunch, "phase"):
			return 1
		case x.Is(NSLaunch, "notice"):
			return -3
		case x.Space != NSLaunch, x.Local == "codeMark":
			return -2
		}
		return 0
	})
	for _, x := range el.Children {
		switch {
		case x.Is(NSLaunch, "phase"):
			c.Phase = d.launchPhase(x)
		case x.Is(NSLaunch, "codeMark"):
			c.CodeMarks = append(c.CodeMarks, d.codeMark(x))
		case x.Is(NSLaunch, "notice"):
			c.Notices = append(c.Notices, d.launchNotice(x))
		case x.Is(NSSignedMark, "encodedSignedMark"):
			c.Encoded = append(c.Encoded, d.encodedSignedMark(x))
		case x.Is(NSSignedMark, "signedMark"):
			c.SignedMarks = append(c.SignedMarks, d.signedMark(x))
		case x.Space != NSLaunch && x.Space != NSSignedMark: // takes the place of smd:abstractSignedMark
			x.Tail = ""
			c.SignedMarks = append(c.SignedMarks, &Raw{Element: x})
		default:
			d.unexpected(x)
		}
	}
	d.require(c.Phase.Phase != "", "phase")
	kinds := 0
	for _, n := range [...]int{len(c.CodeMarks), len(c.SignedMarks), len(c.Encoded)} {
		if n > 0 {
			kinds++
		}
	}
	if kinds > 1 {
		d.fail(CodeSyntaxError, el, "marks of different forms")
	}
	return c
}

func (d *decoder) codeMark(el *Element) CodeMark {
	var m CodeMark
	d.inTurn(el, func(x *Element) int {
		switch {
		case x.Is(NSLaunch, "code"):
			return 1
		case x.Space != NSLaunch:
			return 2
		}
		return 0
	})
	for _, x := range el.Children {
		switch {
		case x.Is(NSLaunch, "code"):
			m.Code = d.validated(x)
		case x.Space != NSLaunch:
			m.Mark = d.mark(x)
		}
	}
	d.require(m.Code.Text != "" || m.Mark != nil, "code or mark")
	return m
}

func (d *decoder) launchNotice(el *Element) LaunchNotice {
	var n LaunchNotice
	d.sequence(el, "noticeID notAfter acceptedDate", func(x *Element) {
		switch x.Local {
		case "noticeID":
			n.ID = d.validated(x)
		case "notAfter":
			n.NotAfter = d.time(x)
		case "acceptedDate":
			n.AcceptedDate = d.time(x)
		default:
			d.unexpected(x)
		}
	})
	d.require(n.ID.Text != "", "noticeID")
	d.require(!n.NotAfter.IsZero(), "notAfter")
	d.require(!n.AcceptedDate.IsZero(), "acceptedDate")
	return n
}
