# The test machine, for the Makefile at the top: a Linux kernel with simulated GPIO chips, in QEMU.
# VM_TESTS are arguments for the tests in it: make test-kernel VM_TESTS=-test.run=TestStory
vm := $(dir $(lastword $(MAKEFILE_LIST)))vm

.PHONY: vm test-kernel soak

# Builds the machine from Debian's packages, once.
vm:
	@$(vm)/build

# The tests that want a real kernel's lines.
test-kernel:
	@$(vm)/run $(VM_TESTS)

# The box in the test machine, with all that can happen to one at random: SOAK=2m makes it shorter than ten
# minutes, SOAK_SEED=N repeats one.
soak:
	@$(vm)/soak/run $(VM_TESTS)
