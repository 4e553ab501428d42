# Shared by the scripts that build test machines from Debian's packages; to be sourced. The caller sets me,
# the name in front of its words.
# shellcheck shell=sh disable=SC2154 # me is the caller's

say() {
    echo "$me: $*" >&2
}

die() {
    say "$*"
    exit 1
}

# need_tools sees to it that these packages are there: root installs what is missing, others are told how.
need_tools() {
    command -v apt-get >/dev/null || die "test machines are built from Debian's packages: there is no apt-get here"
    missing=
    for package in "$@"; do
        dpkg-query -W -f '${Status}\n' "$package" 2>/dev/null | grep -q '^install ok installed$' || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    [ "$(id -u)" = 0 ] || die "missing packages, to be had with: sudo apt-get install --no-install-recommends$missing"
    say "installing$missing"
    apt-get update -q >&2
    # shellcheck disable=SC2086 # it is a list
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing >&2 ||
        die "could not install$missing"
}
