# make run needs Go and make only; make test installs the rest from Debian.
GO ?= go
N ?= 20
FUZZTIME ?= 10m
CHECKS ?= 10000
ARGS ?=
BIN := bin/openregistrar

export CGO_ENABLED := 0

.PHONY: run build test bench chaos fuzz prop conformance fmt lint clean

# The registrar and its world on this machine. State is in ./data; ARGS="--data DIR --port-base :0" go through.
run: build
	./$(BIN) demo $(ARGS)

build:
	$(GO) build -trimpath -ldflags "-s -w" -o $(BIN) ./cmd/openregistrar

# Everything that has to hold before a change is good.
test:
	@GO=$(GO) bash scripts/test.sh

# Long runs. bench prints a table; chaos kills N times and brings N storms per engine; prop checks each property CHECKS times.
bench:
	$(GO) run ./bench $(ARGS)

chaos:
	OPENREGISTRAR_KILLS=$(N) OPENREGISTRAR_ROUNDS=$(N) $(GO) test -count=1 -v -timeout 12h -run '^Test(Kills|Chaos)$$' ./e2e/...

fuzz:
	GO=$(GO) FUZZTIME=$(FUZZTIME) bash scripts/fuzz.sh

prop:
	$(GO) test -count=1 -timeout 4h $$(grep -rl '"pgregory.net/rapid"' --include='*_test.go' . | xargs -n1 dirname | sort -u) -rapid.checks=$(CHECKS)

# The wire against the RFCs' examples and schemas, the database contract on both engines, and ICANN's EPP cases: a row
# per case, "epp-NN pass|FAIL …", with what is not applicable and why.
conformance:
	$(GO) test -count=1 -v -timeout 60m ./epp/... ./internal/store/...
	cd internal/world/registry/conformance && $(GO) test -count=1 -timeout 20m

fmt:
	gofmt -w $$(find . \( -name node_modules -o -name .git \) -prune -o -name '*.go' -print)

lint:
	$(GO) vet ./...
	@command -v golangci-lint >/dev/null && golangci-lint run || echo "golangci-lint is not installed; vet only"

# What was built; never ./data, where names and money live.
clean:
	rm -rf bin
