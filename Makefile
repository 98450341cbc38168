# Xuedu 学都. Two commands to begin with: make run, make test.

GO      ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS  = -s -w -X xuedu/internal/cli.Version=$(VERSION)

.PHONY: run test check bench generate build clean help

help: ## list the targets
	@grep -E '^[a-z]+:.*##' Makefile | sed 's/:.*## /\t/'

run: ## a demonstration city on http://localhost:8080; needs nothing but Go
	$(GO) run -ldflags '-X xuedu/internal/cli.Version=$(VERSION)' ./cmd/xuedu demo --dir demo --addr localhost:8080

test: ## install what is missing, run every check and test, leave nothing running
	@scripts/test.sh

check: ## static checks and generated files, without running tests
	@scripts/check.sh

bench: ## measure against peers, write docs/benchmarks.md; smaller: make bench BENCH='--rows 5000000'
	@scripts/bench.sh $(BENCH)

generate: ## make the committed generated files again
	@scripts/generate.sh

build: ## one static binary: bin/xuedu
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o bin/xuedu ./cmd/xuedu

clean: ## remove what the other targets made
	rm -rf bin demo .cache artifacts
