#!/bin/sh
# Runs a command of Debian unstable, whose tree lies beside this file's folder, as if it were installed here. It sees the
# folders of this machine at their own paths, but for the system's, which are unstable's. The mounts are in a namespace
# of this one process: any number may run at a time, and nothing is left behind.
#
# scripts/emscripten-newest.mjs makes the tree, and links this file there under the names of the commands.
set -e
home=$(dirname "$(dirname "$(readlink -f "$0")")")
[ "$(id -u)" = 0 ] && as='' || as=--map-root-user
unset NODE_PATH EMSDK EMSDK_PYTHON EM_CONFIG LLVM_ROOT
export PATH=/usr/sbin:/usr/bin EM_CACHE="$home/cache"
exec unshare $as --mount --propagation private sh -ec '
  tree=$1
  show() {
    mkdir -p "$tree$1"
    mount --rbind "$1" "$tree$1"
  }
  for folder in /*; do
    case $folder in
      /bin | /sbin | /lib | /lib32 | /lib64 | /libx32 | /usr | /etc | /boot | /lost+found) continue ;;
    esac
    [ ! -d "$folder" ] || [ -L "$folder" ] || show "$folder"
  done
  case $PWD in /usr/* | /etc/*) show "$PWD" ;; esac
  shift
  exec chroot "$tree" sh -c "cd \"\$1\" && shift && exec \"\$@\"" sh "$PWD" "$@"
' sh "$home/tree" "$(basename "$0")" "$@"
