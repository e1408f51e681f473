#!/usr/bin/env bash
# Installs what the system tests need on Debian: Postfix as a package, no service started, and unpacked beside: Exim, since
# its package conflicts with Postfix, and two policy services, with the Perl modules they need. Run as root: scripts/system/install-mail-servers.sh
# With the argument `all` also what scripts/system/record-logs.ts needs: sendmail (unpacked as well), rsyslog, SASL.
set -euo pipefail

unpacked=${XDG_CACHE_HOME:-$HOME/.cache}/sender-survey/mail-servers
packages=(postfix libgnutls-dane0 libidn12 libnsl2 libpcre2-8-0)
beside=(exim4-daemon-light)
policy_services=(
  postgrey postfix-policyd-spf-perl
  libberkeleydb-perl libdigest-hmac-perl liberror-perl libio-multiplex-perl libmail-spf-perl libnet-dns-perl
  libnet-server-perl libnetaddr-ip-perl libregexp-ipv6-perl libsys-hostname-long-perl liburi-perl
)
if [ "${1-}" = all ]; then
  packages+=(rsyslog sasl2-bin libsasl2-modules libsasl2-modules-db iproute2 procps m4 liblockfile1 libwrap0)
  beside+=(sendmail-bin sendmail-cf)
fi

# The packages named that are not installed.
missing() {
  local package
  for package in "$@"; do
    dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || echo "$package"
  done
}

# Downloads packages and unpacks them into one folder of that name; what was unpacked before is left as it is.
unpack() {
  local name=$1 folder
  shift
  [ ! -d "$unpacked/$name" ] || return 0
  mkdir -p "$unpacked"
  folder=$(mktemp -d "$unpacked/.$name.XXXXXX")
  (cd "$folder" && apt-get -o APT::Sandbox::User=root download -qq "$@" && for deb in *.deb; do dpkg -x "$deb" root; done)
  chmod 755 "$folder/root"
  mv "$folder/root" "$unpacked/$name"
  rm -r "$folder"
}

mapfile -t wanted < <(missing "${packages[@]}")
mapfile -t folders < <(for name in "${beside[@]}" policy-services; do [ -d "$unpacked/$name" ] || echo "$name"; done)
if [ "${#wanted[@]}" -gt 0 ] || [ "${#folders[@]}" -gt 0 ]; then
  apt-get update -qq
fi

if [ "${#wanted[@]}" -gt 0 ]; then
  if [ ! -e /usr/sbin/policy-rc.d ]; then
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
    printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d
    chmod +x /usr/sbin/policy-rc.d
  fi
  echo 'postfix postfix/main_mailer_type select No configuration' | debconf-set-selections
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends --no-upgrade "${wanted[@]}" </dev/null
fi

for package in "${beside[@]}"; do unpack "$package" "$package"; done
unpack policy-services "${policy_services[@]}"
# Exim will not start without the user it was built for, whom its package would have added.
if ! getent passwd Debian-exim >/dev/null; then
  useradd --system --user-group --no-create-home --home-dir /var/spool/exim4 --shell /usr/sbin/nologin --badname Debian-exim
fi
echo "mail servers: $(postconf -d -h mail_version) (Postfix), unpacked in $unpacked: ${beside[*]} policy-services"
