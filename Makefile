# Two commands to begin with: make demo, make test. The gate is make check.

GO     ?= go
BINARY ?= bin/ship-it
# Without HTTP/2, which nothing here speaks: half a megabyte less to hold in memory.
BUILD   = CGO_ENABLED=0 $(GO) build -trimpath -tags nethttpomithttp2 -ldflags '-s -w'
LINT    = $(GO) tool -modfile=.ci/tools/go.mod golangci-lint

# The race detector needs a C compiler.
CC_FOUND = $(shell (command -v "$$($(GO) env CC)") 2>/dev/null)
RACE     = $(if $(CC_FOUND),-race)

.PHONY: build demo test test-faults check format vet lint cross tidy bench generate screenshots clean

build:
	$(BUILD) -o $(BINARY) ./cmd/ship-it

demo: build
	$(BINARY) sim <packaging/demo.sim

test:
	@$(if $(RACE),,echo 'There is no C compiler here: testing without -race.')
	$(GO) test $(RACE) -parallel 8 ./...
	$(if $(RACE),$(GO) test -run '^TestPanel' ./cmd/ship-it) # what the race detector skips

# Launches through networks and servers on which everything goes wrong that can, and prints what became of them.
FAULTS ?= 10000
test-faults:
	$(GO) test -c -o bin/faults.test ./shipit/ci
	SHIP_IT_FAULTS=$(FAULTS) bin/faults.test -test.run='^TestFaults$$' -test.parallel=8 -test.timeout=1h

check:
	packaging/check

format:
	$(LINT) fmt --diff

vet:
	$(GO) vet ./...

lint:
	$(LINT) run

# Every Raspberry Pi: 1 and Zero, 2 to 5 with a 32-bit and a 64-bit system.
cross:
	GOOS=linux GOARCH=arm GOARM=6 $(BUILD) -o bin/linux-armv6/ship-it ./cmd/ship-it
	GOOS=linux GOARCH=arm GOARM=7 $(BUILD) -o bin/linux-armv7/ship-it ./cmd/ship-it
	GOOS=linux GOARCH=arm64 $(BUILD) -o bin/linux-arm64/ship-it ./cmd/ship-it

tidy:
	$(GO) mod tidy -diff

# Prints figures; nothing is asserted on them.
bench:
	packaging/bench

generate:
	$(GO) generate ./...

# The README's pictures of the program, from the program in a tmux.
screenshots:
	$(GO) test -count=1 -run '^TestScreenshots$$' ./cmd/ship-it -update

clean:
	rm -rf bin dist

include packaging/install.mk
include packaging/deb.mk
include packaging/vm.mk
include packaging/pi.mk
include packaging/peers.mk
include packaging/kills.mk
