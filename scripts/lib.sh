# Shared by the scripts: progress lines and the packages of the system.
step() { printf '\n== %s (%ss)\n' "$1" "$SECONDS"; }

# need PROGRAM-OR-FILE PACKAGE…: installs Debian packages unless the program is there.
need() {
  local probe=$1
  shift
  if [ -e "$probe" ] || command -v "$probe" >/dev/null 2>&1; then return 0; fi
  if ! command -v apt-get >/dev/null 2>&1; then
    echo "This system has no apt-get. Please install, with its own tools: $*" >&2
    echo "All that the tests need: PostgreSQL 15 or newer (server), Chromium, LibreOffice Calc, a Chinese font (Noto Sans CJK), Python 3 with venv, Node and npm." >&2
    exit 1
  fi
  local sudo=""
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null 2>&1 || { echo "Installing $* needs root: run as root, or install sudo." >&2; exit 1; }
    sudo=sudo
  fi
  if [ -z "${apt_updated:-}" ]; then
    $sudo apt-get update -qq
    apt_updated=1
  fi
  echo "installing $*"
  # PostgreSQL's package would start a server of its own: tests start theirs.
  $sudo mkdir -p /etc/postgresql-common
  [ -e /etc/postgresql-common/createcluster.conf ] || echo "create_main_cluster = false" | $sudo tee /etc/postgresql-common/createcluster.conf >/dev/null
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# free_port prints a loopback port nobody listens on.
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
