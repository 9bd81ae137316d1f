# Shared by the scripts of this folder; sourced, never run. POSIX sh.
# All messages go to standard error: standard output is for the data of the command that a script ends with.
# shellcheck shell=sh

CACHE=${VOICEBOT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/voicebot}

say() { printf '%s\n' "$*" >&2; }

# die WHAT CURE
die() {
    printf '✗ %s\n  → %s\n' "$1" "$2" >&2
    exit 1
}

now() { date +%s; }

# step NAME COMMAND...: says what is done and how long it took
# The command stands alone: after "||" or "&&" the shell would ignore failures inside a function.
step() {
    step_name=$1 && shift
    step_start=$(now)
    say "• $step_name"
    "$@"
    say "  $step_name: $(($(now) - step_start)) s"
}

# alone COMMAND...: runs it in a process group of its own, so that all of it can be ended together
alone() {
    setsid "$@" &
    child=$!
    code=0
    wait $child || code=$?
    child=
    return $code
}

# stop_with_us: when this script is told to stop, nothing that runs alone is left running
stop_with_us() {
    child=
    trap stop_child INT TERM HUP
}

stop_child() {
    trap '' INT TERM HUP
    if [ -n "$child" ]; then
        kill -s TERM -- "-$child" 2>/dev/null || true
        waited=0
        while kill -s 0 -- "-$child" 2>/dev/null && [ $waited -lt 10 ]; do sleep 1 && waited=$((waited + 1)); done
        kill -s KILL -- "-$child" 2>/dev/null || true
    fi
    say "stopped"
    exit 130
}

# need_space FOLDER MEGABYTES WHAT
need_space() {
    mkdir -p "$1" 2>/dev/null || die "the folder $1 cannot be written" "make it writable, or name another one in VOICEBOT_CACHE"
    [ -w "$1" ] || die "the folder $1 cannot be written" "make it writable, or name another one in VOICEBOT_CACHE"
    space_free=$(df -Pm "$1" | awk 'NR == 2 { print $4 }')
    [ "$space_free" -ge "$2" ] || die "$3 needs $2 MB in $1, and $space_free MB are free" \
        "free some space, or name a folder on another disk in VOICEBOT_CACHE"
}

# ---- Python environments ------------------------------------------------------------------------------------------

# good_python PROGRAM LOW HIGH: whether it is a Python from 3.LOW up to, and not, 3.HIGH
good_python() { "$1" -c "import sys; sys.exit(not (3, $2) <= sys.version_info[:2] < (3, $3))" 2>/dev/null; }

# find_python LOW HIGH MINORS [NAMED]: prints the first that fits: NAMED, those on the path in the order of MINORS,
# pyenv's, those in usual places, uv's, and one that uv can fetch.
find_python() {
    find_low=$1 find_high=$2 find_minors=$3
    for candidate in ${4:+"$4"} $(printf 'python3.%s ' $find_minors) python3 \
        $(for minor in $find_minors; do
            printf '%s ' "${PYENV_ROOT:-${HOME:-/nonexistent}/.pyenv}/versions/3.$minor".*/bin/python3 \
                "/usr/local/bin/python3.$minor" "/opt/python3.$minor"*/bin/python3 "/opt/python/cp3$minor"*/bin/python3
        done); do
        path=$(command -v "$candidate" 2>/dev/null) || continue
        # A shim is followed to the interpreter itself, which stays when the shim's choice changes.
        if good_python "$path" "$find_low" "$find_high"; then
            "$path" -c 'import sys; print(sys.executable)' && return
        fi
    done
    if command -v uv >/dev/null 2>&1; then
        uv python find ">=3.$find_low,<3.$find_high" 2>/dev/null && return
        say "  fetching a Python with uv"
        uv python install -q "3.${find_minors%% *}" >&2 && uv python find ">=3.$find_low,<3.$find_high" && return
    fi
    return 1
}

# make_venv PYTHON FOLDER: an environment with pip, also where this Python comes without it
make_venv() {
    rm -rf "$2"
    mkdir -p "$(dirname "$2")"
    "$1" -m venv "$2" >/dev/null 2>&1 && return
    # Debian keeps ensurepip in a package of its own; each of these ways does without it.
    rm -rf "$2"
    if command -v uv >/dev/null 2>&1 && uv venv -q --seed -p "$1" "$2" >&2; then return; fi
    "$1" -m venv --without-pip "$2" >&2 ||
        die "$1 cannot make an environment in $2" "make sure the folder is writable; on Debian: apt-get install python3-venv"
    if "$1" -m pip --python "$2/bin/python" install -q pip >/dev/null 2>&1; then return; fi
    say "  this Python comes without pip: fetching it from the distribution's archive"
    (fetch_tree "$CACHE/pip" "$(os_value VERSION_CODENAME)" 20 python3-pip-whl) ||
        die "there is no pip for $1" "apt-get install python3-venv, then run this again"
    wheel=$(ls "$CACHE"/pip/root/usr/share/python-wheels/pip-*.whl | head -n 1)
    "$2/bin/python" "$wheel/pip" install -q --no-index "$wheel" >&2
}

# install_lock FOLDER LOCK MEGABYTES [OPTION...]: exactly the locked versions, each checked by its hash, through the
# index that pip is set up with
install_lock() {
    venv=$1 lock=$2
    need_space "$venv" "$3" "the Python environment"
    shift 3
    log=$venv/install.log
    total=$(grep -c '^[a-zA-Z0-9]' "$lock")
    : >"$log"
    "$venv/bin/python" -m pip install --no-input --disable-pip-version-check --progress-bar off --require-hashes "$@" \
        -r "$lock" >"$log" 2>&1 &
    installing=$!
    collected() { grep -cE '^(Collecting|Processing|Requirement already)' "$log" || true; }
    trap 'kill $installing 2>/dev/null; wait $installing 2>/dev/null; exit 130' INT TERM HUP
    seconds=0
    while kill -0 $installing 2>/dev/null; do
        sleep 1
        seconds=$((seconds + 1))
        if [ $((seconds % 10)) -ne 0 ]; then continue; fi
        if grep -q '^Installing' "$log"; then say "  installing them"; else say "  $(collected) of about $total packages"; fi
    done
    wait $installing || {
        grep -E 'ERROR|error:|Could not|HASH|No space' "$log" | tail -8 >&2
        if grep -q 'No space left' "$log"; then die "the disk is full" "free some space in $venv and in pip's cache, and run this again"; fi
        if grep -q 'DO NOT MATCH' "$log"; then
            die "a package from pip's index is not what is locked" "look at the index in 'pip config list'; scripts/lock locks what another index serves"
        fi
        die "the Python packages could not be installed" "check the network and the index in 'pip config list', then run this again (log: $log)"
    }
    trap - INT TERM HUP
}

# ---- plain trees of Debian packages -------------------------------------------------------------------------------

# The machine's own sources, as apt itself reads them, whichever form they are written in: lines "BASE SUITE".
apt_sources() {
    apt-get update --print-uris 2>/dev/null |
        sed -n "s#^'\([^']*\)/dists/\([^']*\)/InRelease' .*#\1 \2#p" | awk '!seen[$0]++'
}

# The archive that the machine's release comes from (not its security updates, not other people's archives).
apt_mirror() {
    apt_sources | awk -v suite="$(os_value VERSION_CODENAME)" '
        $2 == suite { print $1; found = 1; exit }
        $1 !~ /security/ && first == "" { first = $1 }
        END { if (!found && first != "") print first }'
}

os_value() { sed -n "s/^$1=\"\{0,1\}\([^\"]*\)\"\{0,1\}\$/\1/p" /etc/os-release 2>/dev/null; }

keyrings() {
    for ring in /usr/share/keyrings/*archive*keyring*.gpg /usr/share/keyrings/*archive*keyring*.pgp \
        /usr/share/keyrings/debian-archive-*-automatic.gpg /etc/apt/trusted.gpg.d/*.gpg /etc/apt/trusted.gpg.d/*.asc \
        /etc/apt/keyrings/*archive*.gpg; do
        case $ring in *removed*) continue ;; esac
        [ ! -r "$ring" ] || printf '%s\n' "$ring"
    done | paste -s -d , -
}

# apt_open STATE BASE SUITE: a private apt in the folder STATE, which knows one suite and no installed package
apt_open() {
    APT_STATE=$1
    mkdir -p "$1/lists/partial" "$1/archives/partial" "$1/preferences.d" "$1/home"
    : >"$1/status"
    rings=$(keyrings)
    components=main
    [ "$(os_value ID)" != ubuntu ] || components='main universe'
    options="signed-by=$rings"
    if [ -z "$rings" ] || [ "${VOICEBOT_APT_TRUSTED:-}" = yes ]; then
        options='trusted=yes'
        say "  signatures are not checked (${rings:+VOICEBOT_APT_TRUSTED=yes}${rings:-no keyring on this machine})"
    fi
    printf 'deb [%s] %s %s %s\n' "$options" "$2" "$3" "$components" >"$1/sources.list"
    # The machine's own settings (proxies, certificates, time-outs) stay in force; its hooks, pins and state do not.
    cat >"$1/apt.conf" <<CONF
#clear APT::Update;
#clear DPkg;
#clear Dir::Cache::pkgcache;
#clear Dir::Cache::srcpkgcache;
#clear Acquire::IndexTargets::deb::DEP-11;
Dir::State "$1";
Dir::State::status "$1/status";
Dir::State::lists "$1/lists";
Dir::Cache "$1";
Dir::Cache::archives "$1/archives";
Dir::Etc::sourcelist "$1/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "$1/preferences.d";
Acquire::Check-Valid-Until "false";
Acquire::Languages "none";
Acquire::Retries "2";
Acquire::http::Timeout "20";
Acquire::https::Timeout "20";
APT::Install-Recommends "false";
APT::Sandbox::User "$(id -un 2>/dev/null || id -u)";
APT::Keep-Downloaded-Packages "true";
Binary::apt-get::APT::Keep-Downloaded-Packages "true";
Debug::NoLocking "true";
CONF
}

private_apt() { apt-get -c "$APT_STATE/apt.conf" "$@"; }

# fetch_tree FOLDER SUITES MEGABYTES PACKAGE...
# Puts the packages and all that they need into FOLDER/root, as plain files: no maintainer script runs and nothing
# is installed. SUITES is tried in order. What arrived is listed, with checksums, in FOLDER/packages.lock.
# All is done in FOLDER/incoming and renamed at the end; an interrupted download is taken up again.
fetch_tree() {
    tree=$1 suites=$2 megabytes=$3 && shift 3
    for tool in apt-get dpkg-deb sha256sum flock; do
        command -v $tool >/dev/null 2>&1 || die "$tool is missing: this is not a Debian-like machine" \
            "install $* with this system's own means"
    done
    need_space "$tree" "$megabytes" "$*"
    (
        flock -n 9 || { say "  another set-up is at work in $tree: waiting for it"; flock 9; }
        [ ! -f "$tree/packages.lock" ] || exit 0
        fetch_tree_locked "$@"
    ) 9>"$tree/.lock"
}

fetch_tree_locked() {
    base=$(apt_mirror)
    [ -n "$base" ] || die "no package source was found in this machine's apt configuration" \
        "add the distribution's archive to /etc/apt/sources.list.d"
    incoming=$tree/incoming log=$tree/fetch.log found=
    mkdir -p "$incoming"
    : >"$log"
    for suite in $suites; do
        apt_open "$incoming" "$base" "$suite"
        say "  reading the package lists of $suite"
        if ! private_apt -q update >>"$log" 2>&1; then continue; fi
        if private_apt -s -q install "$@" >"$incoming/plan" 2>>"$log"; then found=$suite && break; fi
    done
    if [ -z "$found" ]; then
        grep -E '^(E|W|Err)' "$log" | tail -5 >&2
        if grep -q NO_PUBKEY "$log"; then
            die "the signature of a package list could not be checked" \
                "update the keyrings (apt-get install debian-archive-keyring) and run this again; or, where you trust the archive and the network, set VOICEBOT_APT_TRUSTED=yes"
        fi
        die "none of the suites $(echo $suites) offers $*" \
            "look into $log; check the network and the sources in /etc/apt; or install $* yourself"
    fi
    total=$(grep -c '^Inst ' "$incoming/plan")
    say "  fetching $total packages from $found"
    private_apt -q -y --download-only install "$@" >>"$log" 2>&1 &
    fetching=$!
    trap 'kill $fetching 2>/dev/null; exit 130' INT TERM HUP
    seconds=0
    while kill -0 $fetching 2>/dev/null; do
        sleep 1
        seconds=$((seconds + 1))
        [ $((seconds % 5)) -ne 0 ] || say "  $(find "$incoming/archives" -name '*.deb' -size +0 | wc -l) of $total packages"
    done
    wait $fetching || {
        grep -E '^(E|W|Err)' "$log" | tail -5 >&2
        die "the packages could not all be fetched" "check the network and run this again: what is there is not fetched twice (log: $log)"
    }
    say "  unpacking"
    rm -rf "$incoming/root"
    mkdir "$incoming/root"
    # Only what this plan names: debs of an earlier, interrupted run may lie beside them.
    private_apt -q -y --print-uris install "$@" 2>>"$log" | sed -n "s/^'[^']*' \([^ ]*\.deb\) .*/\1/p" >"$incoming/names"
    [ -s "$incoming/names" ] || ls "$incoming/archives" | grep '\.deb$' >"$incoming/names"
    while read -r name; do
        dpkg-deb -x "$incoming/archives/$name" "$incoming/root" 2>>"$log" ||
            die "$name could not be unpacked" "look into $log; if the disk is full, free some space, and run this again"
    done <"$incoming/names"
    (cd "$incoming/archives" && xargs sha256sum <"$incoming/names") | LC_ALL=C sort -k 2 >"$incoming/packages.lock"
    [ "$(wc -l <"$incoming/packages.lock")" -eq "$(wc -l <"$incoming/names")" ] ||
        die "the list of fetched packages is incomplete" "run this again"
    merge_usr "$incoming/root"
    if command -v finish_tree >/dev/null 2>&1; then finish_tree "$incoming/root"; fi
    rm -rf "$tree/root"
    mv "$incoming/root" "$tree/root"
    mv "$incoming/packages.lock" "$tree/packages.lock"
    rm -rf "$incoming"
}

# merge_usr ROOT: one layout for all releases: what older ones keep in /lib and /lib64 is under /usr in newer ones
merge_usr() {
    for part in bin sbin lib lib64; do
        if [ -d "$1/$part" ] && [ ! -L "$1/$part" ]; then
            mkdir -p "$1/usr/$part"
            cp -a "$1/$part/." "$1/usr/$part/"
            rm -rf "${1:?}/$part"
            ln -s "usr/$part" "$1/$part"
        fi
    done
    # The loader is a link to an absolute path in some releases: that would be the machine's own.
    for link in "$1"/usr/lib64/ld-linux-*.so.* "$1"/usr/lib/ld-linux-*.so.*; do
        target=$(readlink "$link" || true)
        case $target in /*) ln -sfn "../${target#/}" "$link" && { [ -e "$link" ] || ln -sfn "..${target#/usr}" "$link"; } ;; esac
    done
}

# run_in_tree ROOT PROGRAM ARGUMENT...: a tree's programs run through the tree's own loader and libraries
run_in_tree() {
    run_root=$1 run_program=$2 && shift 2
    run_loader=$(ls "$run_root"/usr/lib64/ld-linux-*.so.* "$run_root"/lib64/ld-linux-*.so.* \
        "$run_root"/usr/lib/ld-linux-*.so.* "$run_root"/lib/ld-linux-*.so.* 2>/dev/null | head -n 1)
    run_libraries=$(ls -d "$run_root"/usr/lib/*-linux-gnu* "$run_root"/lib/*-linux-gnu* 2>/dev/null | paste -s -d : -)
    "$run_loader" --library-path "$run_libraries:$run_root/usr/lib" "$run_root/$run_program" "$@"
}
