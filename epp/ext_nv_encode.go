package epp

// Encode implements [Value].
func (c *NVCheck) Encode(w *Writer) {
	w.Root("nv:check", NSNV)
	w.leaves("nv:name", c.Names)
	w.Close("nv:check")
}

// Encode implements [Value].
func (i *NVInfo) Encode(w *Writer) {
	kind := "signedCode"
	if i.Input {
		kind = "input"
	}
	w.Root("nv:info", NSNV, "type", kind)
	w.Leaf("nv:code", i.Code)
	w.nvAuth(i.AuthInfo)
	w.Close("nv:info")
}

func (w *Writer) nvAuth(a *AuthInfo) {
	if a != nil {
		w.authInfo("nv:authInfo", "nv:pw", "nv:ext", "", a)
	}
}

// Encode implements [Value].
func (c *NVCreate) Encode(w *Writer) {
	w.Root("nv:create", NSNV)
	c.content(w)
	w.Close("nv:create")
}

func (i *NVInput) content(w *Writer) {
	if r := i.RNV; r != nil {
		w.Open("nv:rnv", "role", r.Role)
		w.Leaf("nv:name", r.Name)
		w.Leaf("nv:num", r.Num)
		w.Leaf("nv:proofType", r.ProofType)
		for _, doc := range r.Documents {
			w.Open("nv:document")
			w.Leaf("nv:fileType", doc.FileType)
			w.Leaf("nv:fileContent", doc.FileContent)
			w.Close("nv:document")
		}
		w.Close("nv:rnv")
	} else if n := i.DNV; n != nil {
		w.Open("nv:dnv")
		w.Leaf("nv:name", n.Name)
		w.Opt("nv:rnvCode", n.RNVCode)
		w.Close("nv:dnv")
	}
	w.nvAuth(i.AuthInfo)
}

// Encode implements [Value].
func (u *NVUpdate) Encode(w *Writer) {
	w.Root("nv:update", NSNV)
	w.Leaf("nv:code", u.Code)
	w.Open("nv:chg")
	w.authInfo("nv:authInfo", "nv:pw", "nv:ext", "", u.AuthInfo)
	w.Close("nv:chg")
	w.Close("nv:update")
}

// Encode implements [Value].
func (d *NVCheckData) Encode(w *Writer) {
	w.Root("nv:chkData", NSNV)
	for _, it := range d.Items {
		w.Open("nv:cd")
		attrs := []string{"avail", "0"}
		if it.Avail {
			attrs[1] = "1"
		}
		if it.Restricted {
			attrs = append(attrs, "restricted", "1")
		}
		w.Leaf("nv:name", it.ID, attrs...)
		if it.Reason != "" {
			w.text("nv:reason", it.Reason, it.Lang)
		}
		w.Close("nv:cd")
	}
	w.Close("nv:chkData")
}

// Encode implements [Value].
func (d *NVInfoData) Encode(w *Writer) {
	w.Root("nv:infData", NSNV)
	if s := d.SignedCode; s != nil {
		w.Open("nv:signedCode")
		w.nvCode(s.Code)
		if s.Status != "" {
			w.Leaf("nv:status", "", "s", string(s.Status))
		}
		w.nvAuth(s.AuthInfo)
		w.Leaf("nv:encodedSignedCode", s.Encoded)
		w.Close("nv:signedCode")
	} else if d.Input != nil {
		w.Open("nv:input")
		d.Input.content(w)
		w.Close("nv:input")
	}
	w.Close("nv:infData")
}

func (w *Writer) nvCode(c NVCode) { w.Leaf("nv:code", c.Value, "type", c.Type) }

// Encode implements [Value].
func (d *NVCreateData) Encode(w *Writer) {
	name := "nv:" + string(d.Outcome)
	w.Root("nv:creData", NSNV)
	w.Open(name)
	if d.Outcome != NVFailed {
		w.nvCode(d.Code)
	}
	w.Leaf("nv:status", "", "s", string(d.Status))
	switch d.Outcome {
	case NVSuccess:
		w.Time("nv:crDate", d.CrDate)
		w.Leaf("nv:encodedSignedCode", d.Encoded)
	case NVWaiting:
		w.Time("nv:crDate", d.CrDate)
	case NVFailed:
		w.text("nv:msg", d.Msg, d.Lang)
	}
	w.Close(name)
	w.Close("nv:creData")
}

// Encode implements [Value].
func (d *NVPendingData) Encode(w *Writer) {
	w.Root("nv:panData", NSNV)
	w.nvCode(d.Code)
	w.Leaf("nv:paStatus", "", "s", string(d.Status))
	w.text("nv:msg", d.Msg, d.Lang)
	w.Time("nv:paDate", d.Date)
	w.Close("nv:panData")
}
