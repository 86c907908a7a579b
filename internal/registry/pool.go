package registry

import "github.com/openregistrar/openregistrar/epp"

// class says what a session is wanted for.
type class int

const (
	transformClass class = iota // acts: first in line
	readClass                   // checks and infos: yield to acts, and leave one session to them
	freshClass                  // a read on a session that is dialled now
	pollClass                   // the message queue
)

func (c class) pool() epp.Class {
	switch c {
	case transformClass:
		return epp.ClassTransform
	case pollClass:
		return epp.ClassPoll
	}
	return epp.ClassRead
}
