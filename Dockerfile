# syntax=docker/dockerfile:1
# The two services' images: docker build --target gateway . and docker build --target ingestor .
# Each holds its own packages and its own rooms only: there is no Django in the gateway's and no gRPC in the ingestor's.
ARG PYTHON_VERSION=3.12

FROM python:${PYTHON_VERSION}-slim AS python
ENV PATH=/opt/venv/bin:$PATH \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_ONLY_BINARY=:all: \
    PYTHONPATH=/app \
    PYTHONUNBUFFERED=1
WORKDIR /app

FROM python AS gateway-packages
COPY requirements/gateway.txt /tmp/requirements.txt
RUN python -m venv /opt/venv && \
    /opt/venv/bin/python -m pip install --require-hashes --requirement /tmp/requirements.txt

FROM python AS ingestor-packages
COPY requirements/ingestor.txt /tmp/requirements.txt
RUN python -m venv /opt/venv && \
    /opt/venv/bin/python -m pip install --require-hashes --requirement /tmp/requirements.txt

# A service's files belong to root and are compiled here, so that it can run with a read-only file system.
FROM python AS service
RUN groupadd --system --gid 10001 todo && useradd --system --uid 10001 --gid todo --no-create-home todo
COPY runtime /app/runtime
COPY schemas /app/schemas

FROM service AS gateway
COPY --from=gateway-packages /opt/venv /opt/venv
COPY protos/buf /app/buf
COPY protos/todo /app/todo
COPY gateway /app/gateway
RUN /opt/venv/bin/python -m compileall -q /app
USER todo
EXPOSE 50051
HEALTHCHECK --interval=5s --timeout=5s --start-period=30s CMD ["python", "-m", "gateway.healthcheck"]
CMD ["python", "-m", "gateway"]

FROM service AS ingestor
COPY --from=ingestor-packages /opt/venv /opt/venv
COPY ingestor /app/ingestor
RUN /opt/venv/bin/python -m compileall -q /app
USER todo
CMD ["python", "-m", "ingestor", "ingest"]
