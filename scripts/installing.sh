# What the scripts that install have in common; they read this file. Shell: POSIX.
#
#   /opt/kokuchi/releases/NAME   a version with all that it needs: programs in bin/, sources in src/
#   /opt/kokuchi/current         the one in use, /opt/kokuchi/previous the one before; /opt/kokuchi/bin leads into it
#
# ROOT is a folder that stands for /, such as a mounted SD card; then nothing of the running machine is touched.

ROOT="${ROOT:-}"
# The system's own: the services run as users who may not look into anybody's home.
PYTHON="${PYTHON:-/usr/bin/python3}"
source_folder=$(cd "$(dirname "$0")/.." && pwd)
releases="$ROOT/opt/kokuchi/releases"
settings_folder="$ROOT/etc/kokuchi"
state_folder="$ROOT/var/lib/kokuchi"
copies_folder="$ROOT/var/backups/kokuchi"

say() { echo "kokuchi: $*" >&2; }
fail() { say "$@"; exit 1; }

need_root() {
    [ "$(id -u)" -eq 0 ] || fail "this changes the system; run it with sudo"
    [ -z "$ROOT" ] || ROOT=$(cd "$ROOT" && pwd)
}

# A machine whose systemd runs, and which is meant.
is_live() { [ -z "$ROOT" ] && [ -d /run/systemd/system ]; }

# The name says which version it is and changes with every byte of it.
release_name() {
    version=$(sed -n 's/^__version__ = "\(.*\)"/\1/p' "$source_folder/kokuchi/__init__.py")
    sum=$(cd "$source_folder" && find $shipped -type f ! -path '*/__pycache__/*' ! -path '*/node_modules/*' |
        LC_ALL=C sort | xargs sha256sum | sha256sum | cut -c1-8)
    echo "$version-$sum"
}
shipped="kokuchi broadcaster terminal_client config sounds systemd scripts pyproject.toml constraints.txt LICENSE"

# Build releases/$1 unless it is there. It can be moved: nothing in it names the folder that it is in.
build_release() {
    release="$releases/$1"
    if [ -e "$release/.complete" ]; then return; fi
    if [ ! -e "$release/.packages" ]; then
        rm -rf "$release"
        mkdir -p "$release"
        current="$ROOT/opt/kokuchi/current"
        if cmp -s "$source_folder/pyproject.toml" "$current/src/pyproject.toml" &&
            cmp -s "$source_folder/constraints.txt" "$current/src/constraints.txt"; then
            # The same packages: the same files under a second name, which takes neither time nor room.
            cp -al "$current/bin" "$current/lib" "$current/pyvenv.cfg" "$release/"
            [ ! -e "$current/lib64" ] || ln -s lib "$release/lib64"
        else
            say "installing Python packages into $release (about a minute)"
            "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || fail "Python 3.11 or newer is needed: Debian 12"
            "$PYTHON" -m venv "$release"
            # A ledger on a server needs what no other town does.
            extra=$(grep -qs '^ledger *= *"postgres' "$settings_folder/broadcaster.toml" && echo postgresql || true)
            "$release/bin/python" -c 'import tomllib, sys
project = tomllib.load(open(sys.argv[1], "rb"))["project"]
print("\n".join(project["dependencies"] + project["optional-dependencies"].get(sys.argv[2], [])))' \
                "$source_folder/pyproject.toml" "$extra" > "$release/packages.txt"
            "$release/bin/python" -m pip install --quiet --disable-pip-version-check \
                --constraint "$source_folder/constraints.txt" --requirement "$release/packages.txt" >&2
            find "$release/bin" ! -name 'python*' -type f -delete
        fi
        touch "$release/.packages"
    fi
    rm -rf "$release/src"
    mkdir -p "$release/src"
    (cd "$source_folder" && tar -c --exclude=__pycache__ --exclude=node_modules $shipped) | tar -x --no-same-owner -C "$release/src"
    for packages in "$release"/lib/python3*/site-packages; do
        rm -f "$packages/kokuchi.pth"
        echo ../../../src > "$packages/kokuchi.pth"
    done
    write_program "$release/bin/broadcaster" broadcaster
    write_program "$release/bin/terminal-client" terminal_client
    # The services may not write here.
    "$release/bin/python" -m compileall -q "$release/src"
    chmod -R go=u,go-w "$release"
    touch "$release/.complete"
}

write_program() {
    rm -f "$1"
    printf '#!/bin/sh\nexec "$(dirname "$(readlink -f "$0")")/python" -P -m %s "$@"\n' "$2" > "$1"
    chmod 755 "$1"
}

current_release() { readlink "$ROOT/opt/kokuchi/current" 2>/dev/null | sed 's,.*/,,' || true; }
previous_release() { readlink "$ROOT/opt/kokuchi/previous" 2>/dev/null | sed 's,.*/,,' || true; }

point() {
    ln -sfn "$2" "$ROOT/opt/kokuchi/$1.new"
    mv -T "$ROOT/opt/kokuchi/$1.new" "$ROOT/opt/kokuchi/$1"
}

# Make releases/$1 the one in use; the units $2 … become its own.
use_release() {
    former=$(current_release)
    wanted=$1
    shift
    if [ "$former" != "$wanted" ]; then
        [ -z "$former" ] || point previous "releases/$former"
        point current "releases/$wanted"
    fi
    point bin current/bin
    mkdir -p "$ROOT/etc/systemd/system"
    for unit in "$@"; do
        # An older version may not have all of them.
        if [ -e "$releases/$wanted/src/systemd/$unit" ]; then
            install -m 644 "$releases/$wanted/src/systemd/$unit" "$ROOT/etc/systemd/system/$unit"
        else
            rm -f "$ROOT/etc/systemd/system/$unit"
        fi
    done
    if is_live; then systemctl daemon-reload; fi
}

# Keep the one in use and the one before.
forget_old_releases() {
    for release in "$releases"/*; do
        case ${release##*/} in "$(current_release)" | "$(previous_release)") ;; *) rm -rf "$release" ;; esac
    done
}

# Start service $1 anew and wait until it says that it is ready. `systemctl restart` would wait for ever for one that
# ends again and again.
restart_and_wait() {
    systemctl reset-failed "$1" 2>/dev/null || true
    systemctl restart --no-block "$1"
    seconds=0
    while [ "$seconds" -lt 180 ]; do
        sleep 1
        seconds=$((seconds + 1))
        if [ "$(systemctl show --property NRestarts --value "$1")" -gt 2 ]; then return 1; fi
        if [ "$(systemctl show --property ActiveState,SubState --value "$1" | tr '\n' ' ')" = "active running " ] &&
            [ -z "$(systemctl show --property Job --value "$1" | grep -v '^0$')" ]; then return 0; fi
    done
    return 1
}

# Switch to release $1 and start service $2; if it does not become ready, go back to the one before. $3 … are the units.
switch_and_start() {
    name=$1 service=$2
    shift 2
    before=$(current_release)
    earlier=$(previous_release)
    use_release "$name" "$@"
    say "starting $service"
    if restart_and_wait "$service"; then
        forget_old_releases
        return
    fi
    systemctl stop "$service"
    journalctl --unit "$service" --lines 15 --no-pager --output cat >&2 || true
    if [ -z "$before" ] || [ "$before" = "$name" ]; then
        fail "$service did not start; the lines above say why"
    fi
    say "$service did not start with $name; going back to $before"
    # Nothing was written by it: what it has changed in the ledger is undone.
    if [ -e "$copies_folder/ledger-before-$name.sqlite" ] && [ "$service" = kokuchi-centre ]; then restore_ledger "$name"; fi
    use_release "$before" "$@"
    if [ -n "$earlier" ] && [ "$earlier" != "$name" ]; then point previous "releases/$earlier"; else rm -f "$ROOT/opt/kokuchi/previous"; fi
    restart_and_wait "$service" || fail "$before does not start either; see: journalctl -u $service"
    forget_old_releases
    fail "$before is in use again; nothing is lost. The lines above say why $name did not start"
}

# What it makes is no business of other users.
as_kokuchi() { (umask 027 && runuser -u kokuchi -- "$@"); }

# Run a step with the centre stopped. If it fails, the centre goes on: a town must not stay without it.
while_stopped() {
    (
        trap 'say "nothing was changed; the centre is started again as it was"; systemctl start kokuchi-centre' EXIT
        systemctl stop kokuchi-centre
        "$@"
        trap - EXIT
    )
}

# The ledger's file, nothing if there is none or a server has it. It asks nothing of kokuchi's: release $1 may be of any age.
ledger_path() {
    as_kokuchi "$releases/$1/bin/python" -P -c 'import pathlib, sys, tomllib
settings = pathlib.Path(sys.argv[1])
named = tomllib.loads(settings.read_text(encoding="utf-8"))["ledger"]
file = settings.parent / named
print(file if file.is_file() else "")' "$settings_folder/broadcaster.toml"
}

# Copy the ledger as it is before release $1, in one moment, whatever writes to it.
copy_ledger() {
    ledger=$(ledger_path "$1")
    if [ -z "$ledger" ]; then
        if grep -qs '^ledger *= *"postgres' "$settings_folder/broadcaster.toml"; then
            say "the ledger is on PostgreSQL and was not copied: a pg_dump of it is the way back (docs/postgresql.md)"
        fi
        return
    fi
    copy="$copies_folder/ledger-before-$1.sqlite"
    as_kokuchi "$releases/$1/bin/python" -P -c 'import os, sqlite3, sys
os.umask(0o077)
source, target = sqlite3.connect(sys.argv[1]), sqlite3.connect(sys.argv[2] + ".new")
source.backup(target); source.close(); target.close(); os.replace(sys.argv[2] + ".new", sys.argv[2])' "$ledger" "$copy"
    say "the ledger as it was: $copy"
    # The last two of each; they are whole ledgers, with households in them.
    for kind in before of; do
        find "$copies_folder" -name "ledger-$kind-*.sqlite" -printf '%T@ %p\n' | sort -rn | tail -n +3 | cut -d' ' -f2- |
            xargs -r rm -f
    done
}

# Put back the ledger as it was before release $1. What was there is kept beside it.
restore_ledger() {
    ledger=$(ledger_path "$1")
    copy="$copies_folder/ledger-before-$1.sqlite"
    as_kokuchi "$releases/$1/bin/python" -P -c 'import os, sqlite3, sys
os.umask(0o077)
now, copy, aside = sys.argv[1:]
source, target = sqlite3.connect(now), sqlite3.connect(aside)
source.backup(target); source.close(); target.close()
source, target = sqlite3.connect(copy), sqlite3.connect(now)
source.backup(target); source.close(); target.close()' "$ledger" "$copy" "$copies_folder/ledger-of-$1.sqlite"
    say "the ledger of before is back; the one of $1 is kept as $copies_folder/ledger-of-$1.sqlite"
}

make_user() {
    if ! grep -q "^$1:" "$ROOT/etc/passwd"; then
        say "making the user $1"
        useradd ${ROOT:+--prefix "$ROOT"} --system --user-group --home-dir "/var/lib/$1" --shell /usr/sbin/nologin "$1"
    fi
}

id_of() { sed -n "s/^$1:[^:]*:\([0-9]*\):\([0-9]*\):.*/\1:\2/p" "$ROOT/etc/passwd"; }

make_folder() { # path mode owner:group
    mkdir -p "$1"
    chmod "$2" "$1"
    chown "$3" "$1"
}

enable_units() {
    if command -v systemctl >/dev/null && systemctl ${ROOT:+--root="$ROOT"} --quiet enable "$@" 2>/dev/null; then return; fi
    say "systemd is not here; once it runs: systemctl enable $*"
}

limit_journal() {
    mkdir -p "$ROOT/etc/systemd/journald.conf.d"
    printf '# Written by kokuchi.\n[Journal]\n%s\n' "$1" > "$ROOT/etc/systemd/journald.conf.d/kokuchi.conf"
}
