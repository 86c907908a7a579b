package realname

import "slices"

// Checks lists every check, form first, then the picture, then its text.
func Checks() []Check { return slices.Concat(formChecks, pictureChecks, textChecks) }

// formChecks look at what was typed alone.
var formChecks = []Check{numberForm, ownerName, contactPerson, latinName, foreignName, address, region, validity, superseded}
