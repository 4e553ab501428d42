# The box killed at random moments of a launch, for the Makefile at the top: KILLS is how often, KILLS_SEED=N
# repeats one run.
KILLS ?= 200

.PHONY: test-kills

test-kills:
	KILLS='$(KILLS)' KILLS_SEED='$(KILLS_SEED)' $(GO) test -count=1 -parallel 8 -timeout 30m -run '^TestKills$$' ./cmd/ship-it
