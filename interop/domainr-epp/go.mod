// Not a part of the product: it proves that an EPP client of somebody else's talks to the simulated registries.
module github.com/openregistrar/openregistrar/interop/domainr-epp

go 1.26.0

require github.com/domainr/epp v0.2.0

require github.com/nbio/xx v0.0.0-20240429160905-7032719db059 // indirect
