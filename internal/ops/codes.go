package ops

import "github.com/openregistrar/openregistrar/internal/domain"

// codesReady is what follows for a template's names when it is approved.
func (o *Ops) codesReady(domain.Template) []Write { return nil }
