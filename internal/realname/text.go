package realname

// textChecks look at what was read from the picture, and compare it with what was typed.
var textChecks = []Check{}
