# The Debian packages and a release, for the Makefile at the top: they go to dist/.
#
#   make deb                  for all Raspberry Pis (armhf, arm64) and for a desk (amd64)
#   make test-deb             what dpkg and both init systems do with a package, as root; DEB_TESTS are arguments
#                             for go test: make test-deb DEB_TESTS=-run=TestBoot/systemd
#   make release V=2.0.0      all that is published, tested; packaging/RELEASE.md is the playbook
.PHONY: deb test-deb release

deb:
	@$(packaging)deb/build

test-deb:
	@$(packaging)debtest/run $(DEB_TESTS)

release:
	@$(packaging)release '$(V)'
