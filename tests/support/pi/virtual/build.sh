#!/usr/bin/env bash
# build.sh FOLDER: a Debian testing system in FOLDER with libcamera 0.7 and, beside it, PyPI's picamera2: what a Pi's own
# system has, on a machine without a camera. About 80 s and 1.1 GB. Doing it again changes nothing unless something here changed.
#
# Needs root (chroot, mount), the Debian mirror apt uses on this machine, and pip's index. Mounts are made in a namespace of
# their own and are gone with it: FOLDER may be deleted at any time.
set -euo pipefail
here=$(dirname "$(realpath "$0")")
folder=$(realpath -m "${1:?a folder}")
suite=forky # trixie's libcamera 0.4 stalls now and then in this pipeline

stamp="$suite $(cat "$here"/{build.sh,fakedma.c,requirements.txt,virtual.yaml} | sha256sum | cut -c1-16)"
[ "$(cat "$folder/built" 2>/dev/null)" = "$stamp" ] && exit 0

[ "$(id -u)" = 0 ] || { echo "要用 root 运行：chroot 和挂载需要。sudo make camera-test"; exit 1; }
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian' | head -1)
[ -n "$mirror" ] || { echo "apt 里没有 Debian 的软件源（先运行 apt-get update）"; exit 1; }
for tool in mmdebstrap unshare; do
  command -v $tool >/dev/null || { echo "缺少 $tool：apt-get install --no-install-recommends mmdebstrap util-linux"; exit 1; }
done
if grep -q " $folder/" /proc/mounts; then
  echo "$folder 下面还有挂载，没有动它"; exit 1
fi

echo "正在建立虚拟摄像头的系统 $folder（约 1.1 GB，要一两分钟）…"
rm -rf --one-file-system "$folder"
mkdir -p "$folder"
# A mirror's testing may look expired to a machine whose clock is ahead; nothing here leaves this machine.
mmdebstrap --quiet --variant=apt --aptopt='Acquire::Check-Valid-Until "false"' \
  --include=python3-libcamera,libcamera-ipa,python3-dev,python3-venv,python3-prctl,gcc,libc6-dev,ca-certificates \
  "$suite" "$folder" "$mirror"
cp /etc/resolv.conf "$folder/etc/"
cp /etc/ssl/certs/ca-certificates.crt "$folder/etc/ssl/certs/"
mkdir -p "$folder"/{frames,src,run/camera,opt/virtual} "$folder/usr/share/libcamera/pipeline/virtual"
cp "$here/fakedma.c" "$folder/opt/virtual/"
cp "$here/virtual.yaml" "$folder/usr/share/libcamera/pipeline/virtual/"
cp "$here/requirements.txt" "$folder/opt/"
unshare --mount bash -euc '
  mount --bind /proc "$0/proc"; mount --bind /dev "$0/dev"; mount --bind /sys "$0/sys"
  chroot "$0" gcc -O2 -Wall -shared -fPIC -o /opt/virtual/fakedma.so /opt/virtual/fakedma.c
  chroot "$0" python3 -m venv --system-site-packages /opt/venv
  chroot "$0" /opt/venv/bin/pip install -q --no-deps --require-hashes -r /opt/requirements.txt
' "$folder"
echo "$stamp" >"$folder/built"
