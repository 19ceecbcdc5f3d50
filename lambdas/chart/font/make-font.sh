#!/bin/sh
# Makes chart-font.ttf and chart-font-bold.ttf from Inter, https://github.com/rsms/inter (licence: OFL.txt beside this).
# A step of development: needs Python with `pip install fonttools fontpkg-inter==4.1.post1`; nothing else here does.
#   sh make-font.sh 'site-packages/fontpkg_inter/files/Inter[opsz,wght].ttf'
# The characters are those that `resvg-rasteriser.ts` takes as drawable: change both together.
set -eu
cd "$(dirname "$0")"
source="$1"
characters='U+0020-007E,U+00A0-017F,U+0386,U+0388-038A,U+038C,U+038E-03A1,U+03A3-03CE,U+2010-2015,U+2018-201E,U+2020-2022,U+2026,U+2030,U+2039,U+203A,U+20AC,U+2122,U+2190-2193,U+2212,U+2248,U+2260,U+2264,U+2265,U+25A1'
draft="$(mktemp)"
trap 'rm -f "$draft"' EXIT
for pair in 400: 600:-bold; do
  fonttools varLib.instancer "$source" opsz=14 "wght=${pair%%:*}" --update-name-table -o "$draft"
  pyftsubset "$draft" --unicodes="$characters" --layout-features=kern,mark,ccmp --no-hinting --desubroutinize \
    --name-IDs=0,1,2,3,4,5,6,13,14,16,17 --output-file="chart-font${pair#*:}.ttf"
done
