#!/usr/bin/env bash
# Builds everything and runs all tests: unit, property, tidy, web, browser and end-to-end. Closes with "N passed, N failed".
# ./test.sh fast leaves out the browser and end-to-end tests.
set -uo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$root" || exit 1
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 CI=${CI:-}
logs=$root/build/test-log
mkdir -p "$logs"
passed=0 failed=0 skipped=0
started=$SECONDS

say() { printf '\n== %s (%d s)\n' "$*" $((SECONDS - started)); }
close() {
  [ "$skipped" -eq 0 ] || printf '%d skipped: see the reasons above\n' "$skipped"
  printf '%d passed, %d failed\n' "$passed" "$failed"
  [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
  exit $?
}

# Runs one check that passes or fails as a whole.
check() {
  local name=$1; shift
  if "$@" >"$logs/$name.log" 2>&1; then
    passed=$((passed + 1)); printf 'ok    %s\n' "$name"
  else
    failed=$((failed + 1)); printf 'FAIL  %s\n' "$name"; tail -n 60 "$logs/$name.log"
    return 1
  fi
}

# Runs a .NET test project and adds up its counts.
dotnet_tests() {
  local name=$1 project=$2; shift 2
  dotnet run --no-build -c Release --project "$project" -- --no-ansi "$@" 2>&1 | tee "$logs/$name.log" | grep -vE '^\s*$' | tail -n 80
  count "$name" "$(last_number total)" "$(last_number succeeded)" "$(last_number failed)" "$(last_number skipped)"
}
last_number() { sed -E 's/\x1b\[[0-9;]*[a-zA-Z]//g' "$logs/$name.log" | sed -nE "s/^ *$1: *([0-9]+).*/\1/p" | tail -n 1; }
count() {
  local name=$1 total=${2:-0} ok=${3:-0} bad=${4:-0} skip=${5:-0}
  if [ -z "$total" ] || [ "${total:-0}" -eq 0 ]; then bad=1; printf 'FAIL  %s ran no test\n' "$name"; fi
  passed=$((passed + ok)); failed=$((failed + bad)); skipped=$((skipped + skip))
}

packages=(chromium fonts-liberation fonts-dejavu-core prometheus prometheus-node-exporter python3-aiosmtpd stress-ng openssl
  clang zlib1g-dev)
install_packages() {
  local missing=()
  for package in "${packages[@]}"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q '^install ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    printf 'These tests need the Debian packages: %s\nInstall them (apt-get install --no-install-recommends %s) and start again.\n' \
      "${missing[*]}" "${missing[*]}"
    return 1
  fi
  printf 'installing %s\n' "${missing[*]}"
  if [ ! -e /usr/sbin/policy-rc.d ]; then printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d; chmod +x /usr/sbin/policy-rc.d; fi
  apt-get -qq update &&
    RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=600 -y install --no-install-recommends "${missing[@]}"
}

command -v dotnet >/dev/null || { printf 'The .NET 10 SDK is missing: install dotnet-sdk-10.0 and start again.\n'; exit 1; }
command -v npm >/dev/null || { printf 'Node 20 or newer with npm is missing: install it and start again.\n'; exit 1; }

say 'packages'
check packages install_packages || close

say 'build'
check restore dotnet restore Presage.slnx || close
web_install() { (cd web && npm ci --no-audit --no-fund --loglevel=error); }
check web-install web_install || close
check build dotnet build Presage.slnx -c Release --no-restore --nologo -v quiet || close
web_build() { (cd web && npm run build); }
check web-build web_build
check scripts bash -n run.sh test.sh .ci/run

say 'web'
web_lint() { (cd web && npm run lint); }
check web-lint web_lint
(cd web && NO_COLOR=1 npx vitest run 2>&1) | tee "$logs/vitest.log" | tail -n 30
vitest_number() { sed -nE "s/.*Tests .*[^0-9]([0-9]+) $1.*/\1/p" "$logs/vitest.log" | tail -n 1; }
ok=$(vitest_number passed) bad=$(vitest_number failed)
if grep -qE '(Test Files|Errors) .*(failed|error)' "$logs/vitest.log" && [ -z "$bad" ]; then bad=1; fi
count vitest "$(( ${ok:-0} + ${bad:-0} ))" "${ok:-0}" "${bad:-0}"

say 'unit, property and tidy tests'
dotnet_tests unit tests/Presage.Tests

say 'simulation of the store, and changed bytes for every reader'
simulate() {
  dotnet run --no-build -c Release --project tests/Presage.Simulation -- "$@" 2>&1 | tee "$logs/$name.log" | tail -n 80
  count "$name" "$(($(simulated passed) + $(simulated failed)))" "$(simulated passed)" "$(simulated failed)"
}
simulated() { sed -nE "s/^([0-9]+ passed, )?([0-9]+) $1.*/\2/p" "$logs/$name.log" | tail -n 1; }
name=simulation simulate --seeds 2000 --seconds 60
name=fuzz simulate fuzz --seconds 12

if [ "${1:-}" != fast ]; then
  say 'dashboard in a browser'
  (cd web && NO_COLOR=1 npm run test:browser 2>&1) | tee "$logs/browser.log" | tail -n 40
  sed -nE '/^ *not ok /,/^ *\.\.\.$/p' "$logs/browser.log" | head -n 120
  node_number() { sed -nE "s/^[^a-z]*$1 ([0-9]+)$/\1/p" "$logs/browser.log" | tail -n 1; }
  count browser "$(node_number tests)" "$(node_number pass)" "$(node_number fail)" "$(node_number skipped)"

  say 'end to end'
  check run-script ./run.sh version
  rid=linux-x64; [ "$(uname -m)" != aarch64 ] || rid=linux-arm64
  check agent-publish dotnet publish src/Presage.Agent -c Release -r $rid -o build/agent-publish --nologo -v quiet &&
    mkdir -p build/agents/$rid && cp build/agent-publish/presage-agent build/agents/$rid/presage-agent
  dotnet_tests end-to-end tests/Presage.EndToEnd
fi

say 'done'
close
