# The connector alone: `docker build --tag source-intercom:dev .`
ARG BASE_IMAGE=docker.io/airbyte/python-connector-base:4.0.2

FROM ${BASE_IMAGE} AS dependencies
# For a package mirror: --build-arg PIP_INDEX_URL=…
ARG PIP_INDEX_URL
COPY poetry.lock /build/
COPY scripts/locked_requirements.py /build/scripts/
# An environment of its own keeps the base image's packages (Poetry's) out of the connector. The
# packages' own tests, most of them pandas', weigh a fifth of it.
RUN python -m venv --without-pip /opt/connector \
 && python /build/scripts/locked_requirements.py > /build/requirements.txt \
 && pip --python /opt/connector/bin/python install \
        --no-cache-dir --no-deps --require-hashes --requirement /build/requirements.txt \
 && find /opt/connector -type d -name tests -prune -exec rm -r {} +

FROM ${BASE_IMAGE}
COPY --from=dependencies /opt/connector /opt/connector
ENV PATH=/opt/connector/bin:$PATH
# Threads would each keep a heap of their own for what they once held.
ENV MALLOC_ARENA_MAX=2

WORKDIR /airbyte/integration_code
COPY main.py ./
COPY source_intercom ./source_intercom
RUN python -m compileall -q .

LABEL io.airbyte.name="source-intercom" \
      io.airbyte.version="0.1.0"

# Any user will do (docker run --user …); by number, so that Kubernetes can see it is not root.
USER 1000:1000
ENV AIRBYTE_ENTRYPOINT="python /airbyte/integration_code/main.py"
ENTRYPOINT ["python", "/airbyte/integration_code/main.py"]
