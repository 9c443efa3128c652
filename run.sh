#!/usr/bin/env bash
# Builds what is missing or older than its sources, then runs a verb of presage: ./run.sh [VERB …], serve by default.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
built=$root/build
verb=${1:-serve}
case $verb in -*) verb=serve ;; esac
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1

say() { if [ "$verb" = serve ]; then printf '%s\n' "$*"; fi; }
fail() { printf 'presage: %s\n' "$*" >&2; exit 1; }

# Is $1 missing, or older than a source below the other paths?
outdated() {
  local stamp=$1; shift
  [ -e "$stamp" ] || return 0
  [ -n "$(find "$@" \( -name bin -o -name obj -o -name node_modules -o -name dist -o -name test-results \) -prune \
    -o -type f -newer "$stamp" -print -quit)" ]
}

need_dotnet() {
  command -v dotnet >/dev/null || fail 'the .NET 10 SDK is missing. Install it (https://dot.net/download, "dotnet-sdk-10.0") and start again.'
  dotnet --list-sdks | grep -q '^1[0-9]\.' ||
    fail "the .NET 10 SDK is missing; dotnet here has: $(dotnet --list-sdks | cut -d' ' -f1 | tr '\n' ' '). Install dotnet-sdk-10.0 and start again."
}

need_node() {
  command -v node >/dev/null && command -v npm >/dev/null || fail 'Node 20 or newer with npm is missing; it builds the dashboard. Install nodejs and npm and start again.'
  local major; major=$(node -p 'process.versions.node.split(".")[0]')
  [ "$major" -ge 20 ] || fail "Node $major is too old to build the dashboard. Install Node 20 or newer and start again."
}

# Runs a build step with its output in a log, which is shown when it fails.
step() {
  local name=$1; shift
  mkdir -p "$built/log"
  # Without the lock's file: processes that a build leaves running for the next one would hold it.
  if ! "$@" >"$built/log/$name.log" 2>&1 9>&-; then
    tail -n 40 "$built/log/$name.log" >&2
    fail "building the $name failed; the whole log is build/log/$name.log"
  fi
}

build_web() {
  if outdated "$built/npm.stamp" "$root/web/package-lock.json" || [ ! -d "$root/web/node_modules" ]; then
    (cd "$root/web" && npm ci --no-audit --no-fund --loglevel=error) && touch "$built/npm.stamp"
  fi
  touch "$built/web.starting"
  (cd "$root/web" && npm run build)
  mv "$built/web.starting" "$built/web.stamp"
}

build_server() {
  touch "$built/server.starting"
  # ReadyToRun halves the start: most methods come compiled.
  dotnet publish "$root/src/Presage" -c Release -r "$rid" --self-contained false -p:PublishReadyToRun=true \
    -o "$built/server" --nologo -v quiet
  mv "$built/server.starting" "$built/server.stamp"
}

build_agent() {
  touch "$built/agent.starting"
  dotnet publish "$root/src/Presage.Agent" -c Release -r "$rid" -o "$built/agent-publish" --nologo -v quiet
  mkdir -p "$built/agents/$rid"
  cp "$built/agent-publish/presage-agent" "$built/agents/$rid/presage-agent.new"
  mv "$built/agents/$rid/presage-agent.new" "$built/agents/$rid/presage-agent"
  mv "$built/agent.starting" "$built/agent.stamp"
}

case $(uname -m) in
  x86_64) rid=linux-x64 ;;
  aarch64) rid=linux-arm64 ;;
  *) fail "this machine is $(uname -m); Presage is built for x86_64 and aarch64." ;;
esac
shared_sources=("$root/Directory.Build.props" "$root/Directory.Packages.props" "$root/global.json")
mkdir -p "$built"

# One build at a time, however many terminals ask for it.
exec 9>"$built/lock"
flock -n 9 || { say 'Presage: waiting for another build to end'; flock 9; }

web=no server=no
if outdated "$built/web.stamp" "$root/web"; then web=yes; fi
if outdated "$built/server.stamp" "$root/src" "${shared_sources[@]}"; then server=yes; fi
if [ $web = yes ] || [ $server = yes ]; then
  first=; [ -e "$built/server.stamp" ] || first=' (the first time this takes two to three minutes)'
  say "Presage: building$first"
  pids=()
  if [ $web = yes ]; then need_node; say '  the dashboard: npm ci, vite build'; step dashboard build_web & pids+=($!); fi
  if [ $server = yes ]; then need_dotnet; say '  the server: dotnet publish'; step server build_server & pids+=($!); fi
  for pid in "${pids[@]}"; do wait "$pid" || exit 1; done
fi

# The agent for other machines is built beside the running server: nobody waits for it.
if [ "$verb" = serve ] && command -v dotnet >/dev/null &&
  outdated "$built/agent.stamp" "$root/src/Presage.Agent" "$root/src/Presage.Collection" "$root/src/Presage.Metrics" \
    "$root/src/Presage.Protocols" "${shared_sources[@]}"; then
  if command -v clang >/dev/null || command -v gcc >/dev/null; then
    (
      if ! build_agent >"$built/log/agent.log" 2>&1 9>&-; then
        printf 'presage: building the agent failed, see build/log/agent.log; "Add a server" cannot offer it\n' >&2
      fi
    ) </dev/null &
  else
    say '  the agent is not built: it needs clang or gcc and zlib1g-dev (apt-get install clang zlib1g-dev)'
  fi
fi
exec 9>&-

export PRESAGE_WEB_FOLDER="${PRESAGE_WEB_FOLDER:-$root/web/dist}" PRESAGE_AGENT_FOLDER="${PRESAGE_AGENT_FOLDER:-$built/agents}"
[ -x "$built/server/presage" ] || fail 'build/server/presage is missing after the build; remove the folder build and start again.'
exec "$built/server/presage" "$@"
