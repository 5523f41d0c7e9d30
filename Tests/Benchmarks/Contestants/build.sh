# shellcheck shell=bash
# Builds the contestants that need more than a C compiler. Sourced by deploy/bench after deploy/lib.sh, never run.
#
# None of them is needed: one that cannot be had here is left out, in a sentence.

# The versions that the figures in Performance.md were made with.
aio_pika=10.2.1
aiohttp=3.14.5
mq_bridge=1.2.0
mq_bridge_connect=0.2.2

contestants=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# Those of them that are named in $2 (NAME,NAME…), all if that is empty, into the directory $1: programs/worker-go, and python/ with whatever
# PyPI gave. Each in a subshell, where `fail` does not end the benchmark.
build_optional_contestants() {
  if wanted "$2" go; then
    (build_go_worker "$1/programs/worker-go") || say "The Go worker is left out: it could not be built."
  fi
  wanted "$2" python || wanted "$2" mq-bridge || wanted "$2" connect || wanted "$2" connect-direct || return 0
  if ! (make_environment "$1/python"); then
    say "The Python worker, mq-bridge and Redpanda Connect are left out: there is no virtual environment to install them in."
    return
  fi
  if wanted "$2" python; then
    (has "$1/python" "aio-pika==$aio_pika" "aiohttp==$aiohttp") ||
      say "The Python worker is left out: aio-pika and aiohttp could not be installed from PyPI."
  fi
  if wanted "$2" mq-bridge; then
    (has "$1/python" "mq-bridge==$mq_bridge") || say "mq-bridge is left out: it could not be installed from PyPI."
  fi
  if wanted "$2" connect || wanted "$2" connect-direct; then
    (has "$1/python" "mq-bridge==$mq_bridge" "mq-bridge-connect==$mq_bridge_connect") ||
      say "Redpanda Connect is left out: mq-bridge-connect could not be installed from PyPI."
  fi
}

# Whether $2 is one of the names in $1, or all are.
wanted() { [[ -z $1 || ,$1, == *,$2,* ]]; }

build_go_worker() {
  local source=$contestants/worker.go
  [ "$1" -nt "$source" ] && return
  need_packages gcc pkg-config libsqlite3-dev golang-go golang-github-rabbitmq-amqp091-go-dev golang-github-mattn-go-sqlite3-dev
  # Debian has the libraries as sources, where Go looked for them before it had modules.
  GO111MODULE=off GOPATH=/usr/share/gocode GOFLAGS=-buildvcs=false go build -o "$1" "$source"
}

make_environment() {
  [ -x "$1/bin/python" ] && return
  need_packages python3-venv
  python3 -m venv "$1"
}

# Whether the packages named from $2 on (NAME==VERSION) are in the environment $1, after trying to put them there.
has() {
  local python=$1/bin/python
  shift
  "$python" - "$@" 2>/dev/null <<'PY' && return
import importlib.metadata, sys
for wanted in sys.argv[1:]:
    name, version = wanted.split("==")
    assert importlib.metadata.version(name) == version
PY
  say "Installing from PyPI: $*"
  "$python" -m pip install --quiet --disable-pip-version-check "$@"
}
