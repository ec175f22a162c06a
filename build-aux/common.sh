# SPDX-License-Identifier: LGPL-2.1-or-later
# What ./run and ./test share. Source it with $root set to the top of the tree.

build=${BUILD_DIR:-$root/build}

say () { printf '%s\n' "$*" >&2; }
die () { say "$*"; exit 1; }

# packages_of GROUP…: the package names of these groups.
packages_of () {
  local group
  for group in "$@"; do
    sed -n "/^\[$group\]/,/^\[/{/^\[/d;/^#/d;/^\$/d;p}" "$root/build-aux/packages"
  done
}

# A program that came from elsewhere serves as well as its package.
is_installed () {
  case $1 in
    nodejs) command -v node >/dev/null 2>&1 && return 0 ;;
    npm) command -v npm >/dev/null 2>&1 && return 0 ;;
  esac
  [ "$(dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null | cut -c1-2)" = ii ]
}

# need GROUP…: installs what is missing of these groups.
need () {
  local package log missing=() as_root=()
  command -v dpkg-query >/dev/null 2>&1 || die "This needs Debian 12: dpkg was not found."
  for package in $(packages_of "$@"); do
    is_installed "$package" || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null 2>&1 || die "Missing packages: ${missing[*]}
Install them as root, with: apt-get install ${missing[*]}"
    as_root=(sudo)
  fi
  say "Installing ${#missing[@]} packages: ${missing[*]}"
  log=$(mktemp)
  if ! { "${as_root[@]}" apt-get update &&
         "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
           apt-get install -y --no-install-recommends "${missing[@]}"; } </dev/null >"$log" 2>&1; then
    tail -20 "$log" >&2
    die "Could not install the packages above; the whole log is $log"
  fi
  rm -f "$log"
}

# configure_and_build DIR [meson option…]: builds into DIR; quiet unless it fails.
configure_and_build () {
  local dir=$1 log
  shift
  mkdir -p "$dir"
  log=$dir/build.log
  if [ ! -f "$dir/build.ninja" ]; then
    say "Configuring $(basename "$dir") …"
    if ! meson setup "$dir" "$root" "$@" >"$log" 2>&1; then
      tail -30 "$log" >&2
      die "Configuring failed; the whole log is $log"
    fi
  fi
  say "Building $(basename "$dir") …"
  if ! ninja -C "$dir" >"$log" 2>&1; then
    grep -E -A5 'error|FAILED' "$log" | head -60 >&2
    die "Building failed; the whole log is $log"
  fi
}
