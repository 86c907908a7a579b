package console

import (
	"strings"

	"github.com/openregistrar/openregistrar/internal/fault"
)

// removal is the form that removes one of the desk's lists, once its name has been typed again.
type removal struct {
	Action        string
	Say           string // what removing it means
	Names         []string
	Chosen, Typed string
	Fault         *notice // about what was typed
}

// remove does it; what was chosen and typed comes back, for the form where it is refused.
func (v *visit) remove(do func(name string) error) (removal, error) {
	if err := v.formErr(); err != nil {
		return removal{}, err
	}
	r := removal{Chosen: v.r.PostFormValue("list"), Typed: strings.TrimSpace(v.r.PostFormValue("confirm"))}
	if r.Chosen == "" || r.Typed != r.Chosen {
		err := fault.New(fault.Invalid, "input.confirmation", "name", clip(r.Chosen, 60))
		n := v.notice(fault.Of(err))
		n.Field = "confirm"
		r.Fault = &n
		return r, err
	}
	return r, do(r.Chosen)
}
