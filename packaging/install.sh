#!/bin/sh
#
# Installs ship-it or removes it, for "make install" and "make uninstall", which set BINARY, PREFIX and
# DESTDIR (see install.mk). Every file gets its mode from here, whatever the umask is. A file in /etc that
# the administrator has edited is never touched; the init script isn't meant to be edited.
set -eu

here=$(dirname "$0")
program=$PREFIX/sbin/ship-it
script=/etc/init.d/ship-it
unit=/etc/systemd/system/ship-it.service
rules=/etc/udev/rules.d/60-ship-it.rules
sample=$PREFIX/share/doc/ship-it/config.toml
config=/etc/ship-it/config.toml
aside=/var/backups/ship-it.init.older

# The files that an administrator may edit: what they are here, and where they go.
settings="ship-it.default:/etc/default/ship-it ship-it.logrotate:/etc/logrotate.d/ship-it"

# Help, below share: the manual pages, and for each shell its completion.
share=$PREFIX/share
pages="man5/ship-it.toml.5 man7/ship-it.socket.7 man8/ship-it.8"
completions="bash:bash-completion/completions/ship-it zsh:zsh/site-functions/_ship-it fish:fish/vendor_completions.d/ship-it.fish"

say() {
    echo "ship-it: $*"
}

# is_ours tells our init script from one that an older program left under the same name.
is_ours() {
    grep -q '^# pidfile: /run/ship-it.*\.pid$' "$DESTDIR$script"
}

# set_aside moves an older program's init script out of the way. That program is stopped before, by its
# own script: left running it would answer a press just as the new one does.
set_aside() {
    if [ -z "$DESTDIR" ] && [ -x "$script" ]; then
        say "stopping the older program that $script starts"
        "$script" stop || true
    fi
    [ -d "$DESTDIR/var/backups" ] || install -d -m 0755 "$DESTDIR/var/backups"
    mv --backup=numbered "$DESTDIR$script" "$DESTDIR$aside"
    say "WARNING: the older program's init script is now $DESTDIR$aside"
    say "WARNING: see that nothing of that program runs any more, or both answer a press"
}

# install_help leaves the completions out where the program is another machine's, which can't be asked here.
install_help() {
    for page in $pages; do
        install -D -m 0644 "$here/man/${page#*/}" "$DESTDIR$share/man/$page"
    done
    for completion in $completions; do
        if text=$("$(realpath "$BINARY")" completion "${completion%:*}" 2>/dev/null); then
            printf '%s\n' "$text" | install -D -m 0644 /dev/stdin "$DESTDIR$share/${completion#*:}"
        fi
    done
}

# package_state prints what dpkg says of the package ship-it, if anything. Its files in /etc lie where ours do, and
# are its own until it is purged.
package_state() {
    [ -n "$DESTDIR" ] || dpkg-query -W -f '${db:Status-Status}' ship-it 2>/dev/null || true
}

do_install() {
    if [ "$(package_state)" = installed ]; then
        say "the package ship-it is installed, and both would answer a press: sudo apt remove ship-it first" >&2
        exit 1
    fi
    if [ -e "$DESTDIR$script" ] && ! is_ours; then
        set_aside
    fi
    install -D -m 0755 "$BINARY" "$DESTDIR$program"
    text=$(sed "s|^DAEMON=.*|DAEMON=$program|" "$here/ship-it.init")
    printf '%s\n' "$text" | install -D -m 0755 /dev/stdin "$DESTDIR$script"
    text=$(sed "s|^\(Exec[A-Za-z]*=-*\)/usr/sbin/ship-it|\1$program|" "$here/ship-it.service")
    printf '%s\n' "$text" | install -D -m 0644 /dev/stdin "$DESTDIR$unit"
    install -D -m 0644 "$here/deb/udev.rules" "$DESTDIR$rules"
    install -D -m 0644 "$here/config.toml" "$DESTDIR$sample"
    install_help
    for setting in $settings; do
        from=$here/${setting%:*}
        to=$DESTDIR${setting#*:}
        if [ ! -e "$to" ]; then
            install -D -m 0644 "$from" "$to"
        elif ! cmp -s "$from" "$to"; then
            say "$to is kept as it is; ours is $from"
        fi
    done
    [ -d "$DESTDIR/etc/ship-it" ] || install -d -m 0755 "$DESTDIR/etc/ship-it"
    [ -n "$DESTDIR" ] || settle
}

# make_user makes the user that the service is, unless there is one, and has him use the chip and the sound
# card.
make_user() {
    for group in gpio audio; do
        getent group "$group" >/dev/null || groupadd --system "$group"
    done
    id ship-it >/dev/null 2>&1 ||
        useradd --system --user-group --home-dir /nonexistent --no-create-home --shell /usr/sbin/nologin ship-it
    usermod --append --groups gpio,audio ship-it
}

# give_chips gives the chips that are there to the group; udev does it with those that come.
give_chips() {
    if [ -e /run/udev/control ] && command -v udevadm >/dev/null; then
        udevadm control --reload || true
        udevadm trigger --action=change --subsystem-match=gpio || true
        udevadm settle --timeout=5 || true
    fi
}

# settle has the machine start the service at boot, and says what is left to do.
settle() {
    make_user
    give_chips
    if command -v update-rc.d >/dev/null; then
        update-rc.d ship-it defaults
    fi
    if [ -d /run/systemd/system ]; then
        systemctl daemon-reload
        systemctl --quiet enable ship-it.service
    fi
    say "installed; it starts at boot. What is left to do:"
    if [ ! -e "$config" ]; then
        echo "    sudo install -m 0644 $sample $config"
        echo "    sudo editor $config"
    fi
    echo "    sudo $program check"
    if SYSTEMCTL_SKIP_REDIRECT=yes "$script" status >/dev/null 2>&1; then
        echo "    sudo service ship-it restart    # until then the old program goes on running"
    else
        echo "    sudo service ship-it start"
    fi
}

do_uninstall() {
    # The package's script is ours, too, but starts another program.
    if [ -e "$DESTDIR$script" ] && is_ours && grep -qxF "DAEMON=$program" "$DESTDIR$script"; then
        remove_service
    fi
    rm -f "$DESTDIR$program" "$DESTDIR$sample" "$DESTDIR$rules"
    for page in $pages; do
        rm -f "$DESTDIR$share/man/$page"
    done
    for completion in $completions; do
        rm -f "$DESTDIR$share/${completion#*:}"
    done
    case $(package_state) in
    "" | not-installed) remove_settings ;;
    esac
    rmdir "$DESTDIR${sample%/*}" 2>/dev/null || true
    say "removed"
    for path in "$DESTDIR"/etc/ship-it/* "$DESTDIR"/etc/default/ship-it "$DESTDIR"/etc/logrotate.d/ship-it \
        "$DESTDIR"/var/log/ship-it.log* "$DESTDIR"/var/lib/ship-it "$DESTDIR$aside"*; do
        [ ! -e "$path" ] || echo "    kept: $path"
    done
}

# remove_settings removes from /etc what nobody has edited.
remove_settings() {
    for setting in $settings; do
        if cmp -s "$here/${setting%:*}" "$DESTDIR${setting#*:}"; then
            rm -f "$DESTDIR${setting#*:}"
        fi
    done
    rmdir "$DESTDIR${config%/*}" 2>/dev/null || true
}

# remove_service stops the service, whoever started it, and removes its script. What is needed to stop a
# daemon stays as long as it runs.
remove_service() {
    if [ -z "$DESTDIR" ] && ! SYSTEMCTL_SKIP_REDIRECT=yes "$script" stop; then
        say "the service doesn't stop, so nothing was removed" >&2
        exit 1
    fi
    if [ -z "$DESTDIR" ] && [ -d /run/systemd/system ]; then
        systemctl disable --quiet --now ship-it.service
    fi
    rm -f "$DESTDIR$script" "$DESTDIR$unit"
    if [ -z "$DESTDIR" ] && command -v update-rc.d >/dev/null; then
        update-rc.d ship-it remove
    fi
}

if [ -z "$DESTDIR" ] && [ "$(id -u)" -ne 0 ]; then
    say "it takes root: sudo make $1, or give DESTDIR" >&2
    exit 1
fi
"do_$1"
