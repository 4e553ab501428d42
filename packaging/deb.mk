# The Debian packages and a release, for the Makefile at the top: they go to dist/.
#
#   make deb                  for all Raspberry Pis (armhf, arm64) and for a desk (amd64)
#   make release V=2.0.0      all that is published, tested; packaging/RELEASE.md is the playbook
.PHONY: deb release

deb:
	@$(packaging)deb/build

release:
	@$(packaging)release '$(V)'
