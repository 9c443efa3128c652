#!/usr/bin/env bash
# Makes faults on this machine and says how soon Presage notices each, what it names, and what it noticed while nothing was wrong.
#
#   tests/faults.sh [--history 10m] [--lasts 35] [--rest 45] [--keep] [FAULT …]
#   tests/faults.sh --url URL --host HOST [--history 0] …
#
# Without --url a server of its own is started by ./run.sh, on a data folder of its own, and left alone for the history (10m, at least 7m) before
# the faults. With --url a running server is asked that has watched this machine (as HOST); sign-in off (auth: none), or PRESAGE_TOKEN set.
# Faults: cpu memory io network filesystem leak exporter; all when none is named (19 minutes). Each lasts --lasts seconds and is followed by --rest.
# Needs stress-ng, perl, curl, jq; filesystem needs root (a loop device, watched from the start on: with --url `tests/faults.sh prepare` makes it,
# `tests/faults.sh clean` takes it away). Leave the machine alone meanwhile: what else runs on it is noticed, too.
set -uo pipefail

mount=${FAULTS_MOUNT:-/mnt/presage-faults}
image=$mount.img
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

prepare() {
  mkdir -p "$mount" && truncate -s 512M "$image" && mkfs.ext4 -q -F "$image" && mount -o loop "$image" "$mount"
}
clean() { umount "$mount"; rmdir "$mount"; rm -f "$image"; }
fail() { echo "faults: $*" >&2; exit 1; }
seconds() {
  case $1 in *h) echo $((${1%h} * 3600)) ;; *m) echo $((${1%m} * 60)) ;; *) echo "${1%s}" ;; esac
}

url='' host='' history=600 lasts=35 rest=45 keep=no chosen=()
while [ $# -gt 0 ]; do
  case $1 in
    prepare) prepare; exit ;;
    clean) clean; exit ;;
    -h | --help) sed -n '2,13s/^# \{0,1\}//p' "$0"; exit ;;
    --url) url=${2%/}; shift ;;
    --host) host=$2; shift ;;
    --history) history=$(seconds "$2"); shift ;;
    --lasts) lasts=$2; shift ;;
    --rest) rest=$2; shift ;;
    --keep) keep=yes ;;
    cpu | memory | io | network | filesystem | leak | exporter) chosen+=("$1") ;;
    *) fail "$1 is no fault and no option; see --help" ;;
  esac
  shift
done
[ ${#chosen[@]} -gt 0 ] || chosen=(cpu memory io network filesystem leak exporter)
for tool in stress-ng perl curl jq; do
  command -v "$tool" >/dev/null || fail "$tool is missing (apt-get install $tool)"
done

scratch=$(mktemp -d)
server=
own_mount=no
tidy() {
  kill $(jobs -p) 2>/dev/null
  [ -z "$server" ] || wait "$server" 2>/dev/null
  [ $own_mount = no ] || clean
  if [ $keep = yes ]; then echo "The data are kept in $scratch/data."; else rm -rf "$scratch"; fi
}
trap tidy EXIT
trap 'exit 130' INT TERM
token=${PRESAGE_TOKEN:+Authorization: Bearer $PRESAGE_TOKEN}
get() { curl -sf -m 5 ${token:+-H "$token"} "$url$1"; }
now() { date +%s%3N; }
cores=$(nproc)
memory_mb=$(awk '/MemTotal/ {print int($2 / 1024)}' /proc/meminfo)

# One the system gives away: a random number may be taken.
free_port() {
  perl -MIO::Socket::INET -e \
    'print IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1", LocalPort => 0)->sockport // die $!'
}

start_server() {
  local port
  port=$(free_port) || fail 'no free port'
  if printf '%s\n' "${chosen[@]}" | grep -qx filesystem && [ "$(id -u)" = 0 ] && ! mountpoint -q "$mount"; then
    prepare && own_mount=yes
  fi
  "$root/run.sh" serve --data "$scratch/data" --listen "127.0.0.1:$port" --auth none >"$scratch/log" 2>&1 &
  server=$!
  url=http://127.0.0.1:$port
  for _ in $(seq 600); do
    kill -0 "$server" 2>/dev/null || { cat "$scratch/log" >&2; server=; fail 'the server did not start'; }
    host=$(get /api/presage/v1/hosts 2>/dev/null | jq -r '.[0].host // empty') && [ -n "$host" ] && return
    sleep 1
  done
  fail 'the server did not begin to watch this machine'
}

# What each fault does, for $lasts seconds, and the vital signs of which one should be among the first three named.
cpu() { stress-ng --quiet --cpu "$cores" --timeout "$lasts"; }
cpu_means='cpu_use|load|cpu_pressure|context_switches|tasks_running'
memory() { stress-ng --quiet --vm 2 --vm-bytes 60% --vm-keep --timeout "$lasts"; }
memory_means='memory_.*|process_memory|swap_.*'
io() { stress-ng --quiet --temp-path "$scratch" --hdd 2 --io 2 --timeout "$lasts"; }
io_means='disk_.*|io_pressure|cpu_iowait|tasks_blocked'
# One per cent of all memory a second.
leak() {
  timeout "$lasts" perl -e 'my $n = '$((memory_mb / 100))'; while (1) { push @kept, "x" x ($n << 20); sleep 1 }'
}
leak_means='memory_.*|process_memory'
network() { stress-ng --quiet --udp-flood 1 --udp 2 --timeout "$lasts"; }
network_means='network_.*|udp_received|tcp_.*|packets'
filesystem() {
  for i in $(seq "$lasts"); do
    head -c 8M /dev/zero >"$mount/fill.$i" 2>/dev/null
    sleep 1
  done
  rm -f "$mount"/fill.*
}
filesystem_means="filesystem_use.*$mount.*"

line() { printf '%-11s %9s %9s %7s %5s   %s\n' "$@"; }

# Noticed: a mark is a vital sign's own anomaly that was not there before; told is the host's anomaly with one of the right vital signs, odd since
# the fault began, among its first three causes; alarm is presage_host_anomaly = 1, which no host raises on its first day.
watch() {
  local fault=$1 means=$2 started before now page marked='' told='' alarm='' rank='' first='' sentence='' age
  before=$(get "/api/presage/v1/hosts/$host" | jq -r '.unusual[].key')
  started=$(now)
  "$fault" >/dev/null 2>&1 &
  local work=$!
  while [ $(($(now) - started)) -lt $(((lasts + 15) * 1000)) ]; do
    page=$(get "/api/presage/v1/hosts/$host") || { sleep 1; continue; }
    age=$((($(now) - started) / 1000))
    if [ -z "$marked" ] &&
      jq -r '.unusual[].key' <<<"$page" | grep -vxF -f <(printf '%s\n' "$before") | grep -qE "^($means)"; then
      marked=$age
    fi
    if [ -z "$told" ]; then
      rank=$(jq -r --argjson since $((started - 2000)) \
        '(.anomaly.causes // [])[:3][] | if (.sinceMs // 0) >= $since then .key else "-" end' <<<"$page" |
        grep -nE "^($means)" | head -1 | cut -d: -f1)
      if [ -n "$rank" ]; then
        told=$age
        first=$(jq -r '[.anomaly.causes[:3][].key] | join(" ")' <<<"$page")
        sentence=$(jq -r .anomaly.sentence <<<"$page")
      fi
    fi
    if [ -z "$alarm" ] && get "/api/v1/query?query=presage_host_anomaly%7Bhost%3D%22$host%22%7D" |
      jq -e '.data.result[0].value[1] == "1"' >/dev/null; then
      alarm=$age
    fi
    [ -n "$marked" ] && [ -n "$told" ] && break
    sleep 0.5
  done
  [ -n "$first" ] || first=$(jq -r '[(.anomaly.causes // [])[:3][].key] | join(" ")' <<<"$page")
  wait "$work"
  line "$fault" "${marked:-never}" "${told:-never}" "${alarm:--}" "${rank:--}" "$first"
  [ -z "$sentence" ] || printf '            %s\n' "$sentence"
}

# A host of its own that sends every second from the start on, until the file that lets it is gone.
exporter_host=faults-$$
send() {
  while [ -e "$scratch/sending" ]; do
    printf 'node_load1{host="%s"} 1\n' "$exporter_host" |
      curl -sf -m 5 ${token:+-H "$token"} --data-binary @- "$url/api/v1/import/prometheus" >/dev/null
    sleep 1
  done
}
watch_exporter() {
  local started
  rm -f "$scratch/sending"
  started=$(now)
  while [ $(($(now) - started)) -lt 90000 ]; do
    if [ "$(get "/api/presage/v1/hosts/$exporter_host" | jq -r .summary.state)" = silent ]; then
      line exporter - $((($(now) - started) / 1000)) - 1 "host silent"
      return
    fi
    sleep 0.5
  done
  line exporter - never - - ''
}

# What was noticed in a stretch of time in which nothing was wrong.
told_in() {
  get "/api/presage/v1/anomalies?host=$host&fromMs=$1&toMs=$2&vitals=true" |
    jq -r --arg what "$3" '"\($what): \([.[] | select(.key == null)] | length) anomalies of the host, " +
      "\([.[] | select(.key != null)] | length) marks on vital signs", (.[] | select(.key == null) | "  \(.sentence)")'
}

[ -n "$url" ] || start_server
[ -n "$host" ] || fail '--url needs --host'
touch "$scratch/sending"
send &
begun=$(now)
[ "$history" = 0 ] || { echo "Presage watches $host at $url for $((history / 60)) minutes"; sleep "$history"; }
told_in "$begun" "$(now)" "idle history of $((history / 60)) min"
line fault 'marked s' 'told s' 'alarm s' rank 'named first'
is_first=yes
for fault in "${chosen[@]}"; do
  if [ "$fault" = exporter ]; then
    watch_exporter
    continue
  fi
  [ $is_first = yes ] || sleep "$rest"
  is_first=no
  means=${fault}_means
  watch "$fault" "${!means}"
done
