"""Apicurio Registry, which speaks the API of Confluent's."""

import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import Final

from stack import java
from stack.cache import Cache
from stack.ports import LOOPBACK
from stack.service import Blueprint

API: Final = "/apis/ccompat/v7"
# One compiler starts it in less time, and a registry that is asked once a schema never needs the other.
JVM: Final = ("-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
READY_TIMEOUT_SECONDS: Final = 1.0


def url(port: int) -> str:
    """Where clients of the schema registry reach it."""
    return f"http://{LOOPBACK}:{port}{API}"


def blueprint(port: int, management_port: int, *, state: Path, logs: Path, cache: Cache, variable: str) -> Blueprint:
    """How to run the registry whose schemas are in `state`, an H2 database that survives a kill."""
    state.mkdir(parents=True, exist_ok=True)
    application = cache.unpacked("registry")
    settings = {
        "quarkus.http.host": LOOPBACK,
        "quarkus.http.port": port,
        "quarkus.management.host": LOOPBACK,
        "quarkus.management.port": management_port,
        "quarkus.log.level": "WARN",
        'quarkus.log.category."io.apicurio".level': "WARN",
        "quarkus.banner.enabled": "false",
        # H2 writes half a second late by itself: a kill would take back an id that was given out.
        "apicurio.datasource.url": f"jdbc:h2:file:{state / 'schemas'};WRITE_DELAY=0",
        "apicurio.rules.global.compatibility": "FULL_TRANSITIVE",
        "java.util.logging.manager": "org.jboss.logmanager.LogManager",
    }
    options = (f"-D{name}={value}" for name, value in settings.items())
    jar = application / "quarkus-run.jar"
    return Blueprint(
        name="registry",
        address=url(port),
        command=(java.executable(), *JVM, *options, "-jar", str(jar)),
        folder=state,
        log_path=logs / "registry.log",
        is_ready=lambda: _is_up(management_port),
        ports={port: variable, management_port: variable},
    )


def _is_up(management_port: int) -> bool:
    address = f"http://{LOOPBACK}:{management_port}/health/ready"
    # Proxies are for other hosts: a loopback address asked through one reaches the proxy's machine.
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(address, timeout=READY_TIMEOUT_SECONDS) as answer:
            return bool(json.load(answer)["status"] == "UP")
    except (OSError, urllib.error.URLError, ValueError, KeyError):
        return False
