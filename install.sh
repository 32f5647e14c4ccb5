#!/usr/bin/env bash
# Installs what the demonstration ("demo"), the tests ("test") or the tests in virtual machines ("system-test") need: Debian packages, the virtual environment, the page's JavaScript.
# Doing it again is quick and harmless. Without root or sudo it names the packages that are missing.
set -euo pipefail
cd "$(dirname "$0")"
purpose=${1:-demo}
machines=
if [ "$purpose" = system-test ]; then
  purpose=test machines=yes
fi

missing=()
need() { # need PACKAGE: the test before it failed
  missing+=("$1")
}
have() { command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ]; }
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }
may_be_root() { [ "$(id -u)" = 0 ] || { have sudo && { [ -t 0 ] || sudo -n true 2>/dev/null; }; }; }
install_packages() { # quietly: what goes wrong is told on stderr
  have apt-get && may_be_root || return
  echo "正在安装 Debian 软件包（最多下载约 250 MB，要几分钟）：$*"
  as_root apt-get -qq update || return
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends "$@" >/dev/null
}

python=
for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11; do
  if have "$candidate" && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    python=$candidate
    break
  fi
done
[ -n "$python" ] || need python3
if [ -z "$python" ] || ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then need python3-venv; fi
have mosquitto || need mosquitto
have mosquitto_passwd || need mosquitto
[ -e /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc ] || need fonts-noto-cjk
[ -e /usr/share/fonts/truetype/hanazono/HanaMinB.ttf ] || need fonts-hanazono # names of GB 18030-2022 level 3
# Tibetan and Yi letters in names, on screen and on forms.
[ -e /usr/share/fonts/truetype/tibetan/DDC_Uchen.ttf ] || need fonts-ddc-uchen
[ -e /usr/share/fonts/truetype/nuosusil/NuosuSIL-Regular.ttf ] || need fonts-sil-nuosusil
# The on-screen keyboard's pinyin: the engine, what builds its dictionary, and its words.
[[ $(/sbin/ldconfig -p) == *librime.so.1* ]] || need librime1
have rime_deployer || need librime-bin
[ -e /usr/share/rime-data/luna_pinyin.dict.yaml ] || need rime-data-luna-pinyin
[ -e /usr/share/rime-data/essay.txt ] || need rime-essay
have espeak-ng || need espeak-ng # spoken guidance
have node || need nodejs
have npm || need npm
# Smart cards: pyscard comes as source and is compiled here.
have gcc || need gcc
have pkg-config || need pkg-config
[ -e /usr/include/PCSC/winscard.h ] || need libpcsclite-dev
[ -n "$python" ] && "$python" -c 'import os, sys, sysconfig; sys.exit(not os.path.exists(sysconfig.get_path("include") + "/Python.h"))' ||
  need python3-dev
if [ "$purpose" = test ]; then
  have chromium || need chromium
  have mosquitto_pub || need mosquitto-clients
  have curl || need curl # an EST client that is not ours
  have openssl || need openssl
  have faketime || need faketime # a terminal whose clock stands wrong
  # Peers that share no code with us: they judge the virtual PIV card, what the paper shows, and the spooled pages.
  have pkcs15-tool || need opensc
  have yubico-piv-tool || need yubico-piv-tool
  have age || need age # opens what we seal, and seals what we open
  have softhsm2-util || need softhsm2 # a PKCS#11 token
  have zbarimg || need zbar-tools
  [ -e /usr/share/tesseract-ocr/5/tessdata/chi_sim.traineddata ] || need tesseract-ocr-chi-sim
  # The A4 printer's own cupsd, its filters, and what draws its pages. A demonstration without them starts without that printer.
  have cupsd && have lpadmin && [ -e /usr/lib/cups/filter/pdftopdf ] && [ -e /usr/share/cups/mime/mime.convs ] || need cups
  have pdftoppm || need poppler-utils
  have tesseract || need tesseract-ocr
  compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || need postgresql # tests make and start servers of their own
  # Packages, and the container they are installed in.
  have dh || need debhelper
  have mmdebstrap || need mmdebstrap
  have systemd-nspawn || need systemd-container
  have lintian || need lintian
  have grub-mkconfig || need grub-common # makes the menu of a locked PC
  [[ $(/sbin/ldconfig -p) == *libatomic.so.1* ]] || need libatomic1 # Playwright's own node wants it
fi
if [ -n "$machines" ]; then
  have qemu-system-x86_64 && have qemu-storage-daemon || need qemu-system-x86
  # A machine with another processor: its programs while its system is made, then all of it.
  have arch-test || need arch-test
  have qemu-aarch64-static || need qemu-user-static
  have qemu-system-aarch64 || need qemu-system-arm
  have sfdisk || need fdisk
  have mkfs.vfat || need dosfstools
  have mcopy || need mtools
fi

if [ ${#missing[@]} -gt 0 ]; then
  mapfile -t missing < <(printf '%s\n' "${missing[@]}" | sort -u)
  # No cluster of the machine's own is made and started with PostgreSQL's programs.
  if [[ " ${missing[*]} " == *" postgresql "* ]] && [ ! -e /etc/postgresql-common/createcluster.conf ] && may_be_root; then
    as_root install -D -m 644 /dev/stdin /etc/postgresql-common/createcluster.conf <<<'create_main_cluster = false'
  fi
  install_packages "${missing[@]}" || {
    echo "缺少这些 Debian 软件包，请管理员安装后再试："
    echo "  apt-get install --no-install-recommends ${missing[*]}"
    exit 1
  }
  # Debian starts daemons of its own, now and at every boot, which nobody here asked for: ours are started when they are needed.
  if [ -d /run/systemd/system ]; then
    if [[ " ${missing[*]} " == *" mosquitto "* ]]; then as_root systemctl --quiet disable --now mosquitto; fi
    if [[ " ${missing[*]} " == *" cups "* ]]; then as_root systemctl --quiet disable --now cups.socket cups.path cups.service; fi
  fi
  python=${python:-python3}
fi

# The kernel starts the other processor's programs once it is told by what; at a boot systemd does that, in a container nobody.
if [ -n "$machines" ] && ! { arch-test amd64 && arch-test arm64; } >/dev/null 2>&1; then
  mountpoint -q /proc/sys/fs/binfmt_misc || as_root mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc
  as_root /usr/lib/systemd/systemd-binfmt
fi

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
  echo "需要 Python 3.11 或更新版本（Debian 12、13 自带）。"
  exit 1
}

# The virtual environment, made anew when the lock, the Python or the folder changes: its scripts know where they lie.
# The stamp is written last: an interrupted run starts over.
stamp="$(cat requirements.lock pyproject.toml | sha256sum | cut -c1-16) $("$python" -V) $PWD"
if [ "$(cat .venv/installed 2>/dev/null)" != "$stamp" ]; then
  echo "正在建立 Python 环境 .venv …"
  rm -rf .venv
  "$python" -m venv .venv
  .venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
  .venv/bin/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
  echo "$stamp" >.venv/installed
fi

# Pinyin's dictionary, part of the installation and never built where somebody types; at once when nothing changed.
.venv/bin/python -m kiosk.typing.dictionary || [ "$purpose" != test ]

# The virtual chip card reader and a pcscd for it are unpacked beside the environment, not installed: installed, the reader's driver
# would have the machine's own pcscd listen on every address. Needs no root. Where it fails, installed ones do as well.
driver=usr/lib/pcsc/drivers/serial/libifdvpcd.so
unpacked() { .venv/pcsc/usr/sbin/pcscd --version && [ -e ".venv/pcsc/$driver" ]; }
if ! unpacked >/dev/null 2>&1 && ! { have pcscd && [ -e "/$driver" ]; }; then
  debs=$(mktemp -d)
  (cd "$debs" && apt-get -qq -o APT::Sandbox::User=root download pcscd vsmartcard-vpcd) >/dev/null 2>&1 || true
  for deb in "$debs"/*.deb; do [ -e "$deb" ] && dpkg -x "$deb" .venv/pcsc; done
  rm -rf "$debs"
  # Debian 13's asks polkit who may come in, and needs its library also where nobody is asked.
  if [[ $(ldd .venv/pcsc/usr/sbin/pcscd 2>/dev/null) == *"libpolkit-gobject-1.so.0 => not found"* ]]; then
    install_packages libpolkit-gobject-1-0 || true
  fi
  unpacked >/dev/null 2>&1 || {
    rm -rf .venv/pcsc
    echo "芯片读卡器（社保卡）演示不了：没有下载到 Debian 软件包 pcscd 和 vsmartcard-vpcd（apt-get update 之后再试）。其余照常。"
    [ "$purpose" != test ] || exit 1
  }
fi

# The parser that judges docs/contract/asyncapi.yaml; the page has nothing to do with it.
peers=tests/contract/peers
if [ "$purpose" = test ] && [ "$(cat $peers/node_modules/installed 2>/dev/null)" != "$(sha256sum <$peers/package-lock.json)" ]; then
  echo "正在安装检验接口文档的工具 …"
  npm ci --prefix $peers --loglevel=error --ignore-scripts --no-audit --no-fund >/dev/null
  sha256sum <$peers/package-lock.json >$peers/node_modules/installed
fi

stamp="$(cat package-lock.json package.json build.mjs ui/static/js/*.js ui/static/css/*.css ui/clerk/static/js/*.js ui/clerk/static/css/*.css ui/bench/static/js/*.js ui/bench/static/css/*.css ui/technician/static/* | sha256sum | cut -c1-16)"
if [ "$(cat ui/static/vendor/built 2>/dev/null)" != "$stamp" ]; then
  echo "正在生成页面脚本 …"
  npm ci --loglevel=error --ignore-scripts --no-audit --no-fund >/dev/null
  npm run --silent build
  echo "$stamp" >ui/static/vendor/built
fi
