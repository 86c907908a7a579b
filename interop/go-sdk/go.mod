// Not a part of the product: it proves that the published Go SDK of the product whose API is spoken here works
// against OpenRegistrar unchanged.
module github.com/openregistrar/openregistrar/interop/go-sdk

go 1.26

require github.com/tencentcloud/tencentcloud-sdk-go v1.0.162
