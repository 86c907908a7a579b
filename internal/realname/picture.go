package realname

// pictureChecks look at bytes and pixels.
var pictureChecks = []Check{}
