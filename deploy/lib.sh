# shellcheck shell=bash
# What deploy/run, deploy/test and .ci/run share: packages, Swift, a private RabbitMQ, and ending whatever was started.
# Sourced, never run.
# shellcheck disable=SC2034  # what is set here is used by those who source it

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '%s\n' "$*"; }

headline() { printf '\n\033[1m%s\033[0m\n' "$*"; }

fail() {
  printf 'Error: %s\n' "$*" >&2
  exit 1
}

# Packages ------------------------------------------------------------------------------------------------------------

is_installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# Installs those of the named Debian packages that are missing; touches nothing if none is.
need_packages() {
  local package missing=()
  for package in "$@"; do
    is_installed "$package" || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return
  command -v apt-get >/dev/null || fail "these packages are missing, and this is no Debian that could install them: ${missing[*]}"
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || fail "these packages are missing; as root, run: apt-get install ${missing[*]}"
    as_root=(sudo)
  fi
  say "Installing what is missing: ${missing[*]}"
  # Installing rabbitmq-server starts one for the whole system on all addresses; this keeps it from doing so, for this call only.
  local policy=/usr/sbin/policy-rc.d made_policy=
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
    "${as_root[@]}" chmod 755 "$policy"
    made_policy=yes
  fi
  local status=0
  {
    "${as_root[@]}" apt-get update -qq &&
      "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  } || status=$?
  [ -z "$made_policy" ] || "${as_root[@]}" rm -f "$policy"
  [ "$status" -eq 0 ] || fail "the packages could not be installed; the lines above say why"
}

need_build_packages() {
  need_packages librabbitmq-dev libcurl4-openssl-dev libsqlite3-dev zlib1g-dev pkg-config ca-certificates
}

# Processes that start others -----------------------------------------------------------------------------------------

# What starts a program that starts others. Up to Swift 6.3, Foundation's Process reads past a directory entry at the end of the heap when many
# files are open (swift-corelibs-foundation, pull request 5472), and crashed one run in many. With one heap, and room at its end for as good as
# ever (of which nothing is used before it is needed), there is something to read.
# shellcheck disable=SC2034 # for the scripts that read this one
one_heap=(env MALLOC_ARENA_MAX=1 MALLOC_TOP_PAD_=1073741824)

# Mounts --------------------------------------------------------------------------------------------------------------

# Sets `mounting` to what starts a program that may mount file systems which nobody else sees. Fails where that is not allowed: it takes root
# or user namespaces, and containers have neither unless they are told to.
find_mounting() {
  local how
  for how in -m -rm; do
    mounting=(unshare "$how")
    if "${mounting[@]}" mount -t tmpfs tmpfs /mnt 2>/dev/null; then return; fi
  done
  return 1
}

# Swift ---------------------------------------------------------------------------------------------------------------

# Puts swift on the PATH if it is in one of its usual places, and checks that it is new enough.
need_swift() {
  local place
  if ! command -v swift >/dev/null; then
    for place in "$HOME/.local/share/swiftly/bin" /usr/share/swift/usr/bin /opt/swift/usr/bin /usr/local/swift/usr/bin; do
      if [ -x "$place/swift" ]; then PATH="$place:$PATH"; break; fi
    done
  fi
  command -v swift >/dev/null || fail "Swift 6.2 or newer is missing; https://www.swift.org/install/linux says how to get it"
  local version
  version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1)
  case $version in
    [0-5].* | 6.0 | 6.1) fail "this is Swift $version, and 6.2 or newer is needed; https://www.swift.org/install/linux says how to get it" ;;
  esac
}

# Ending --------------------------------------------------------------------------------------------------------------

# What was started here, the latest last. A scratch directory is removed once all of it has ended.
started=()
scratch=

make_scratch() {
  scratch=$(mktemp -d "${TMPDIR:-/tmp}/fanfare.XXXXXX")
  trap clean_up EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
}

# Ends a process of ours, and waits until it has: politely, and after 15 seconds not so.
end() {
  local pid=$1 tries=150
  kill -TERM "$pid" 2>/dev/null || return 0
  while kill -0 "$pid" 2>/dev/null && [ "$tries" -gt 0 ]; do
    sleep 0.1
    tries=$((tries - 1))
  done
  kill -KILL "$pid" 2>/dev/null || true
  wait "$pid" 2>/dev/null || true
}

clean_up() {
  local status=$? index
  trap - EXIT
  # A second signal, as from `timeout` or an impatient Ctrl-C, must not leave half of it running.
  trap '' INT TERM HUP
  set +e
  for ((index = ${#started[@]} - 1; index >= 0; index--)); do end "${started[index]}"; done
  stop_broker
  [ -z "$scratch" ] || rm -rf "$scratch"
  exit "$status"
}

# Ports ---------------------------------------------------------------------------------------------------------------

is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

taken_ports=()

# Sets `port` to one on loopback that nobody listens on and that was not given out before.
free_port() {
  local tries
  for ((tries = 0; tries < 200; tries++)); do
    # Below the range from which the kernel takes ports for outgoing connections.
    port=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))
    [[ " ${taken_ports[*]} " == *" $port "* ]] && continue
    if is_free "$port"; then
      taken_ports+=("$port")
      return
    fi
  done
  fail "no free port was found on 127.0.0.1"
}

# The first of these ports if it is free, else any that is.
prefer_port() {
  if is_free "$1" && [[ " ${taken_ports[*]} " != *" $1 "* ]]; then
    port=$1
    taken_ports+=("$port")
  else
    free_port
  fi
}

# RabbitMQ ------------------------------------------------------------------------------------------------------------

broker_pid=
broker_epmd_pid=
broker_url=
broker_environment=()

# Starts a RabbitMQ of our own: everything on loopback, everything in the scratch directory, its own node name, cookie and epmd. Sets
# `broker_url`.
start_broker() {
  need_packages rabbitmq-server
  local bin
  bin=$(find /usr/lib/rabbitmq/bin /usr/lib/rabbitmq/lib/*/sbin -maxdepth 1 -name rabbitmq-server 2>/dev/null | head -n 1)
  [ -n "$bin" ] || fail "the package rabbitmq-server is installed, and its start script is not where Debian has it"
  bin=$(dirname "$bin")

  local home=$scratch/broker amqp_port epmd_port dist_port
  mkdir -p "$home/home" "$home/data" "$home/log" "$home/generated"
  free_port; amqp_port=$port
  free_port; epmd_port=$port
  free_port; dist_port=$port
  cat >"$home/rabbitmq.conf" <<CONF
listeners.tcp.1 = 127.0.0.1:$amqp_port
loopback_users.guest = true
disk_free_limit.absolute = 200MB
vm_memory_high_watermark.absolute = 1GB
log.console = false
log.file.level = warning
CONF
  echo '[].' >"$home/enabled_plugins"
  : >"$home/rabbitmq-env.conf"
  (umask 077 && head -c 24 /dev/urandom | base64 | tr -d '/+=\n' >"$home/home/.erlang.cookie" && chmod 400 "$home/home/.erlang.cookie")

  broker_environment=(
    "HOME=$home/home" "PATH=$PATH" LANG=C.UTF-8
    "RABBITMQ_NODENAME=fanfare$$@localhost" "RABBITMQ_DIST_PORT=$dist_port"
    "RABBITMQ_MNESIA_BASE=$home/data" "RABBITMQ_LOG_BASE=$home/log" "RABBITMQ_GENERATED_CONFIG_DIR=$home/generated"
    "RABBITMQ_CONFIG_FILE=$home/rabbitmq.conf" "RABBITMQ_CONF_ENV_FILE=$home/rabbitmq-env.conf"
    "RABBITMQ_ENABLED_PLUGINS_FILE=$home/enabled_plugins" "RABBITMQ_PID_FILE=$home/pid"
    "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=-kernel inet_dist_use_interface {127,0,0,1}"
    "RABBITMQ_CTL_ERL_ARGS=-kernel inet_dist_use_interface {127,0,0,1}"
    "ERL_EPMD_ADDRESS=127.0.0.1" "ERL_EPMD_PORT=$epmd_port"
  )
  # An epmd of our own, in the foreground, so that it ends with us; the broker would leave one behind.
  env -i "${broker_environment[@]}" epmd -address 127.0.0.1 -port "$epmd_port" >/dev/null 2>&1 &
  broker_epmd_pid=$!
  # A session of its own: Ctrl-C must reach this script only, which then stops things in their order.
  env -i "${broker_environment[@]}" setsid "$bin/rabbitmq-server" >"$home/log/start.log" 2>&1 </dev/null &
  broker_pid=$!

  local deadline=$((SECONDS + 180))
  while [ "$SECONDS" -lt "$deadline" ]; do
    kill -0 "$broker_pid" 2>/dev/null || break
    if [ -s "$home/pid" ] && ! is_free "$amqp_port" &&
      env -i "${broker_environment[@]}" "$bin/rabbitmqctl" -q await_startup --timeout 60 >/dev/null 2>&1; then
      broker_url=amqp://guest:guest@127.0.0.1:$amqp_port
      return
    fi
    sleep 0.2
  done
  tail -n 20 "$home/log/start.log" >&2 || true
  fail "RabbitMQ did not start; the lines above are its last ones"
}

stop_broker() {
  [ -z "$broker_pid" ] || end_broker_node
  [ -z "$broker_epmd_pid" ] || end "$broker_epmd_pid"
  broker_pid=
  broker_epmd_pid=
}

# The script that was started waits for the node, whose own process has written its number down.
end_broker_node() {
  local node
  node=$(cat "$scratch/broker/pid" 2>/dev/null || true)
  if [ -n "$node" ]; then end "$node"; fi
  end "$broker_pid"
}
