// Not a part of the product: it proves that an RDAP client of somebody else's reads OpenRegistrar's directory.
module github.com/openregistrar/openregistrar/interop/rdap

go 1.26.0

require github.com/openrdap/rdap v0.10.2

require (
	github.com/alecthomas/kingpin/v2 v2.4.0 // indirect
	github.com/alecthomas/units v0.0.0-20240927000941-0f3dac36c52b // indirect
	github.com/mitchellh/go-homedir v1.1.0 // indirect
	github.com/xhit/go-str2duration/v2 v2.1.0 // indirect
	golang.org/x/crypto v0.56.0 // indirect
)
