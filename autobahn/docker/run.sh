#!/usr/bin/env bash
# Runs the genuine Autobahn testsuite, by its official image, against apps/echo, and compares the result with
# expected.json. Needs Docker, and `npm install` and `npm run build` before.
#
# The image is named by its tag. Its digest is not known to us: where this was written there was no Docker and no way to
# ask for it. Whoever runs this can put `@sha256:…` behind the tag, from `docker image inspect`.
set -euo pipefail
image="${AUTOBAHN_IMAGE:-crossbario/autobahn-testsuite:25.10.1}"
here="$(cd "$(dirname "$0")" && pwd)"
root="$here/../.."
reports="$here/../reports/genuine"
mkdir -p "$reports"

"$root/node_modules/.bin/node" "$root/apps/echo/dist/main.js" --host 0.0.0.0 --port 9001 &
echo=$!
trap 'kill "$echo"' EXIT

docker run --rm \
  --add-host host.docker.internal:host-gateway \
  --volume "$here:/config:ro" \
  --volume "$reports:/reports" \
  "$image" \
  wstest --mode fuzzingclient --spec /config/fuzzingclient.json

"$root/node_modules/.bin/node" "$here/compare.ts" "$reports/index.json" "$here/expected.json"
