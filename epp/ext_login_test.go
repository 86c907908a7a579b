package epp

import (
	"slices"
	"testing"
)

// Servers differ about what is an object and what an extension; they are asked
// in their own terms.
func TestServicesAreAskedForWhereTheServerHasThem(t *testing.T) {
	c := &Client{codec: NewCodec(allExt...), greeting: &Greeting{
		ObjURIs: []string{NSDomain, NSHost, "urn:odd:object", NSLaunch},
		ExtURIs: []string{NSMaintenance, NSRGP, "urn:odd:extension", NSOrg},
	}}
	l, err := c.login()
	if err != nil {
		t.Fatal(err)
	}
	if obj := []string{NSDomain, NSHost, NSLaunch}; !slices.Equal(l.ObjURIs, obj) {
		t.Errorf("objects %v, want %v", l.ObjURIs, obj)
	}
	slices.Sort(l.ExtURIs)
	if ext := []string{NSMaintenance, NSOrg, NSRGP}; !slices.Equal(l.ExtURIs, ext) {
		t.Errorf("extensions %v, want %v", l.ExtURIs, ext)
	}
	for uri, want := range map[string]bool{NSMaintenance: true, NSLaunch: true, NSRGP: true, NSContact: false, "urn:odd:object": false} {
		if c.HasService(uri) != want {
			t.Errorf("HasService(%s) is not %v", uri, want)
		}
	}
	c.cfg.Objects = []string{NSDomain}
	if l, err = c.login(); err != nil || slices.Contains(l.ExtURIs, NSMaintenance) || !slices.Equal(l.ObjURIs, []string{NSDomain, NSLaunch}) {
		t.Errorf("limited to domains: %v %v, %v", l.ObjURIs, l.ExtURIs, err)
	}
	c.greeting.ObjURIs = []string{"urn:odd:object"}
	if _, err := c.login(); err == nil {
		t.Error("logged in with no object at all")
	}
}
