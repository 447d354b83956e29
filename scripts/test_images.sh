#!/usr/bin/env bash
# Build both images and try them in containers, against the emulator and by Airbyte's own suite.
set -euo pipefail
cd "$(dirname "$0")/.."

base=$(scripts/base_image.sh)
export DOCKER_BUILD_FLAGS="${DOCKER_BUILD_FLAGS:-} --build-arg BASE_IMAGE=$base --build-arg PIP_INDEX_URL"
make image load-image
.venv/bin/pytest -n 2 -m image_tests -p airbyte_cdk.test.standard_tests.pytest_hooks \
    --connector-image source-intercom:dev --read-from-streams all --read-scenarios sample_config \
    integration_tests/test_standard_suite.py integration_tests/test_image.py
