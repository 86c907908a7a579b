package realname

// textChecks look at what was read from the picture, and compare it with what was typed.
var textChecks = []Check{textType, textNumber, textName, textValidity, textCode}

// unread is a result that judges nothing, and why.
func unread(why string) Result { return Result{NotPerformed: why} }
