#!/bin/sh
# Installs presage-agent from @SERVER@ and starts it.
#
#   curl -fsSL @SERVER@/install.sh | sudo sh -s -- --token TOKEN [--label NAME=VALUE]…
#
# It puts the program into /usr/local/bin, makes the account presage-agent, and, where systemd runs, a service whose token lies in
# /etc/presage-agent.env (readable by root only). Where systemd does not run it prints the command to start the agent.
# Run it again to update. --uninstall removes all of it.
set -eu

server='@SERVER@'
binary=/usr/local/bin/presage-agent
settings=/etc/presage-agent.env
unit=/etc/systemd/system/presage-agent.service
account=presage-agent
token=${PRESAGE_TOKEN:-}
labels=
authority=
uninstall=no

say() { printf '%s\n' "$*"; }
fail() {
    printf 'presage-agent: %s\n' "$*" >&2
    exit 1
}

usage() {
    say "install.sh --token TOKEN [--server URL] [--label NAME=VALUE]... [--ca FILE] [--uninstall]"
}

# A value that goes into the service file must not hold what systemd or the shell would read as something else.
check_word() {
    case $2 in
        '') fail "$1 is empty." ;;
        *[!A-Za-z0-9._~:/=@%+-]*) fail "$1 holds characters that are not allowed: $2" ;;
    esac
}

while [ $# -gt 0 ]; do
    case $1 in
        --token | --server | --label | --ca)
            [ $# -ge 2 ] || fail "$1 needs a value. $(usage)"
            check_word "$1" "$2"
            case $1 in
                --token) token=$2 ;;
                --server) server=${2%/} ;;
                --ca)
                    [ -r "$2" ] || fail "--ca names a file that cannot be read: $2"
                    authority=$2
                    ;;
                --label)
                    case $2 in
                        ?*=*) labels="$labels --label $2" ;;
                        *) fail "--label must be NAME=VALUE, not $2" ;;
                    esac
                    ;;
            esac
            shift 2
            ;;
        --uninstall)
            uninstall=yes
            shift
            ;;
        -h | --help)
            usage
            exit 0
            ;;
        *) fail "Unknown argument $1. $(usage)" ;;
    esac
done

[ "$(id -u)" = 0 ] || fail "This needs root. Run it with sudo."

has_systemd() { [ -d /run/systemd/system ] && command -v systemctl >/dev/null 2>&1; }

if [ "$uninstall" = yes ]; then
    if has_systemd; then
        systemctl disable --now presage-agent.service 2>/dev/null || true
    fi
    rm -f "$binary" "$settings" "$unit"
    rm -rf /var/lib/presage-agent
    if has_systemd; then
        systemctl daemon-reload
    fi
    say "presage-agent is removed. The account $account stays; remove it with: userdel $account"
    exit 0
fi

[ -n "$token" ] || fail "--token is missing. Copy the whole command from the server's page Servers."
case $server in
    http://* | https://*) ;;
    *) fail "--server is not a web address: $server" ;;
esac
[ "$(uname -s)" = Linux ] || fail "This agent runs on Linux; this is $(uname -s)."
case $(uname -m) in
    x86_64 | amd64) platform=linux-x64 ;;
    aarch64 | arm64) platform=linux-arm64 ;;
    *) fail "There is no agent for $(uname -m) yet; x86_64 and aarch64 only." ;;
esac

fetched=$(mktemp /tmp/presage-agent.XXXXXX)
trap 'rm -f "$fetched"' EXIT INT TERM
address="$server/download/presage-agent-$platform"
say "Fetching $address"
if command -v curl >/dev/null 2>&1; then
    curl -fsSL --retry 3 ${authority:+--cacert "$authority"} -o "$fetched" "$address" \
        || fail "The download failed. Does this machine reach $server?"
elif command -v wget >/dev/null 2>&1; then
    wget -q ${authority:+--ca-certificate="$authority"} -O "$fetched" "$address" \
        || fail "The download failed. Does this machine reach $server?"
else
    fail "Neither curl nor wget is installed. Install one of them."
fi
chmod 755 "$fetched"
version=$("$fetched" --version) || fail "The downloaded program does not run on this machine ($platform)."

if ! id "$account" >/dev/null 2>&1; then
    shell=$(command -v nologin || echo /bin/false)
    if command -v useradd >/dev/null 2>&1; then
        useradd --system --user-group --no-create-home --home-dir / --shell "$shell" "$account"
    else
        addgroup -S "$account" 2>/dev/null || true
        adduser -S -D -H -h / -s "$shell" -G "$account" "$account"
    fi
fi

# Written beside and renamed: a running agent keeps its old file until it is restarted.
install -m 755 "$fetched" "$binary.new"
mv -f "$binary.new" "$binary"
umask 077
printf 'PRESAGE_SERVER=%s\nPRESAGE_TOKEN=%s\n' "$server" "$token" >"$settings.new"
mv -f "$settings.new" "$settings"
umask 022

command_line="$binary${labels}${authority:+ --ca $authority}"
if ! has_systemd; then
    install -d -o "$account" -g "$account" -m 750 /var/lib/presage-agent
    say "$version is installed. systemd does not run here; start the agent yourself, at boot, as root:"
    say "  set -a; . $settings; set +a; exec setpriv --reuid=$account --regid=$account --clear-groups $command_line --spool /var/lib/presage-agent"
    exit 0
fi

# In a unit file a percent sign is written twice.
unit_command=$(printf '%s' "$command_line" | sed 's/%/%%/g')
cat >"$unit" <<UNIT
[Unit]
Description=Presage agent
Documentation=$server
After=network-online.target
Wants=network-online.target

[Service]
ExecStart=$unit_command
EnvironmentFile=$settings
User=$account
Group=$account
StateDirectory=presage-agent
StateDirectoryMode=0750
Restart=always
RestartSec=5
TimeoutStopSec=15
OOMScoreAdjust=-200
CPUQuota=20%
MemoryMax=128M
# The account has no rights to lose. What would give the service file systems of its own (ProtectSystem and its like) is left out:
# the agent would report those instead of the machine's, all of them read-only.
NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service adjtimex
SystemCallErrorNumber=EPERM
UMask=0077

[Install]
WantedBy=multi-user.target
UNIT
chmod 644 "$unit"
systemctl daemon-reload
systemctl enable presage-agent.service >/dev/null 2>&1
systemctl restart presage-agent.service
say "$version runs and sends to $server. See: systemctl status presage-agent, journalctl -u presage-agent"
