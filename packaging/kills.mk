# The box killed at random moments of a launch, for the Makefile at the top: KILLS is how often, KILLS_SEED=N
# repeats one run.
KILLS ?= 200

.PHONY: test-kills

test-kills:
	$(GO) test -c -o bin/kills.test ./cmd/ship-it
	cd cmd/ship-it && KILLS='$(KILLS)' KILLS_SEED='$(KILLS_SEED)' ../../bin/kills.test -test.run='^TestKills$$' -test.parallel=8 -test.timeout=30m
