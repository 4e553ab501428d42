# install and uninstall, for the Makefile at the top, which has defined BINARY, the built program, and the target
# "build" before it includes this file.
#
#   PREFIX   the program goes to PREFIX/sbin and its sample to PREFIX/share/doc; what the machine
#            itself reads goes to /etc, whatever PREFIX is
#   DESTDIR  a directory that stands for /: nothing outside it is written, started or stopped
PREFIX ?= /usr/local

packaging := $(dir $(lastword $(MAKEFILE_LIST)))
installer  = BINARY='$(BINARY)' PREFIX='$(PREFIX)' DESTDIR='$(DESTDIR)' sh $(packaging)install.sh

.PHONY: install uninstall

# Under sudo there is often no Go: what was built before is installed then.
install: $(if $(shell command -v go 2>/dev/null),build,$(BINARY))
	@$(installer) install

uninstall:
	@$(installer) uninstall
