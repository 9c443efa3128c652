#!/usr/bin/env bash
# Makes faults on this machine and says how soon a running Presage notices each, and what it names.
#
#   tests/faults.sh URL HOST [FAULT …]
#
# URL is a Presage that has watched this machine (as HOST) for half an hour at least and asks for no sign-in (auth: none), or set
# PRESAGE_TOKEN. Faults: cpu memory io leak network filesystem exporter; all of them when none is named. Needs the Debian packages
# stress-ng, curl, jq; filesystem needs root (a loop device, which also has to be watched for half an hour: `tests/faults.sh prepare`
# makes it, `tests/faults.sh clean` takes it away). Each fault lasts LASTS seconds (60) and is followed by REST seconds (420) of rest.
set -uo pipefail

mount=${PRESAGE_FAULTS_MOUNT:-/mnt/presage-faults}
image=$mount.img
lasts=${LASTS:-60} rest=${REST:-420}

prepare() {
  mkdir -p "$mount" && truncate -s 512M "$image" && mkfs.ext4 -q -F "$image" && mount -o loop "$image" "$mount"
}
clean() { umount "$mount"; rmdir "$mount"; rm -f "$image"; }
case ${1:-} in
  prepare) prepare; exit ;;
  clean) clean; exit ;;
  '') sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
url=$1 host=$2
shift 2
for tool in stress-ng curl jq; do
  command -v "$tool" >/dev/null || { echo "faults: $tool is missing (apt-get install $tool)" >&2; exit 1; }
done

scratch=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null; rm -rf "$scratch"' EXIT
get() { curl -sf ${PRESAGE_TOKEN:+-H "Authorization: Bearer $PRESAGE_TOKEN"} "$url$1"; }
cores=$(nproc)
memory_mb=$(awk '/MemTotal/ {print int($2 / 1024)}' /proc/meminfo)

# What each fault does, for $lasts seconds, and the vital signs of which one should be among the first three named.
cpu() { stress-ng --quiet --cpu $((cores * 30)) --timeout "$lasts"; }
cpu_means='cpu_use|load|cpu_pressure|context_switches|tasks_running'
memory() { stress-ng --quiet --vm 2 --vm-bytes $((memory_mb * 60 / 100))M --vm-keep --vm-method zero-one --timeout "$lasts"; }
memory_means='memory_.*|process_memory|swap_.*'
io() { stress-ng --quiet --temp-path "$scratch" --hdd 4 --hdd-bytes 256M --hdd-opts direct,wr-rnd,rd-rnd --timeout "$lasts"; }
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
exporter() { sleep "$lasts"; }

# The first three that are named, whether by the host's anomaly or one by one.
named() {
  jq -r '([.anomaly.causes[]? | {key, strength}] + [.unusual[]? | {key, strength: (1 - .score | if . > 0 then -log10 else 9 end)}])
    | group_by(.key) | map(max_by(.strength)) | sort_by(-.strength) | .[:3] | .[].key' 2>/dev/null
}

# What is named before the fault is none of it.
watch() {
  local fault=$1 means=$2 started noticed='' alarm='' rank='' before now keys
  before=$(get "/api/presage/v1/hosts/$host" | jq -r '.unusual[].key, (.anomaly.sinceMs // empty)')
  started=$(date +%s%3N)
  "$fault" >/dev/null 2>&1 &
  local work=$!
  while [ $(($(date +%s%3N) - started)) -lt $(((lasts + 30) * 1000)) ]; do
    now=$(get "/api/presage/v1/hosts/$host") || { sleep 1; continue; }
    keys=$(jq -r '.unusual[].key' <<<"$now" | grep -vxF -f <(printf '%s\n' "$before") | grep -E "^($means)" | head -1)
    if [ -z "$alarm" ] && [ "$(jq -r '.anomaly.sinceMs // 0' <<<"$now")" != 0 ] &&
      ! grep -qx "$(jq -r .anomaly.sinceMs <<<"$now")" <<<"$before"; then
      alarm=$((($(date +%s%3N) - started) / 1000))
    fi
    if [ -z "$noticed" ] && { [ -n "$keys" ] || [ -n "$alarm" ]; }; then
      rank=$(named <<<"$now" | grep -nE "^($means)" | head -1 | cut -d: -f1)
      [ -n "$rank" ] && noticed=$((($(date +%s%3N) - started) / 1000)) && first=$(named <<<"$now" | paste -sd' ')
    fi
    [ -n "$noticed" ] && [ -n "$alarm" ] && break
    sleep 1
  done
  [ -n "$noticed" ] || first=$(get "/api/presage/v1/hosts/$host" | named | paste -sd' ')
  wait "$work"
  printf '%-11s %9s %9s %6s   %s\n' "$fault" "${noticed:-never}" "${alarm:-never}" "${rank:--}" "$first"
}

# A host of its own that sends for a while and then no more.
watch_exporter() {
  local name started
  name=faults-$(date +%s)
  for _ in $(seq 60); do
    printf 'node_load1{host="%s"} 1\n' "$name" | curl -sf ${PRESAGE_TOKEN:+-H "Authorization: Bearer $PRESAGE_TOKEN"} \
      --data-binary @- "$url/api/v1/import/prometheus" >/dev/null || { printf '%-11s cannot send\n' exporter; return; }
    sleep 1
  done
  started=$(date +%s%3N)
  while [ $(($(date +%s%3N) - started)) -lt 90000 ]; do
    if [ "$(get "/api/presage/v1/hosts/$name" | jq -r .summary.state)" = silent ]; then
      printf '%-11s %9s %9s %6s   %s\n' exporter $((($(date +%s%3N) - started) / 1000)) - 1 silent
      return
    fi
    sleep 1
  done
  printf '%-11s %9s\n' exporter never
}

printf '%-11s %9s %9s %6s   %s\n' fault 'noticed s' 'alarm s' rank 'named first'
[ $# -gt 0 ] || set -- cpu memory io leak network filesystem exporter
is_first=1
for fault in "$@"; do
  [ "$is_first" = 1 ] || [ "$fault" = exporter ] || sleep "$rest"
  is_first=0
  if [ "$fault" = exporter ]; then
    watch_exporter
  else
    means=${fault}_means
    watch "$fault" "${!means}"
  fi
done
