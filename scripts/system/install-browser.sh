#!/usr/bin/env bash
# Installs what the tests of the HTML report need on Debian: Chromium, without anything it only recommends.
# Run as root: scripts/system/install-browser.sh
set -euo pipefail

if ! command -v chromium >/dev/null; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core </dev/null
fi
chromium --version
