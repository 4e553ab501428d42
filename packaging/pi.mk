# The emulated Raspberry Pis, for the Makefile at the top: the ARM binaries on Debian's kernels, in QEMU.
# PI_TESTS are arguments for the tests: make test-pi PI_TESTS=-test.run=TestStory
pi := $(dir $(lastword $(MAKEFILE_LIST)))pi

.PHONY: test-pi

# The tests that want a Raspberry Pi's own pin driver and registers.
test-pi:
	@$(pi)/run $(PI_TESTS)
