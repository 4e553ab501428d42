# Real peers for the servers that a launch reaches, for the Makefile at the top: Buildbot, a client of
# Jenkins, and GitHub's own schema. What is missing is installed when root asks for it.
peers := $(dir $(lastword $(MAKEFILE_LIST)))peers

.PHONY: test-peers

test-peers:
	@$(peers)/run $(PEER_TESTS)
