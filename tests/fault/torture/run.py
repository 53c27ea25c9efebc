"""One run, from an empty stack to the figures."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

import psycopg2

from schemas import avro
from schemas.names import SUBJECT
from schemas.registry import SchemaRegistry
from tests.fault.torture import stalls, verdict
from tests.fault.torture.audit import Audit
from tests.fault.torture.brokers import Brokers
from tests.fault.torture.clients import Clients
from tests.fault.torture.course import LagSampler, course
from tests.fault.torture.diary import Diary
from tests.fault.torture.lane import LaneRunner
from tests.fault.torture.ledger import Ledger
from tests.fault.torture.outcome import Outcome
from tests.fault.torture.poison import Poisoner
from tests.fault.torture.progress import Progress
from tests.fault.torture.schedule import LANES, Fault
from tests.fault.torture.system import System

DRAIN_SECONDS: Final = 180.0
_LOOK_SECONDS: Final = 0.25


@dataclass(slots=True)
class Run:
    """Hurts a running system as planned, under load.

    Attributes:
        least_seconds: how long the load lasts at least, also when every fault is done.
    """

    system: System
    seed: int
    faults: Sequence[Fault]
    least_seconds: float
    progress: Progress
    _stopping: threading.Event = field(default_factory=threading.Event)

    def outcome(self) -> Outcome:
        """Do all of it. Blocks for as long as the plan says, and until everything is stored.

        Raises:
            StackError, ReplicasBehind: a part did not come back, which is no verdict on the promise.
        """
        addresses = self.system.addresses
        ledger, diary, audit = Ledger(), Diary(), Audit(addresses.database_url)
        brokers = Brokers(addresses.kafka_bootstrap_servers)
        audit.install()
        with SchemaRegistry(addresses.schema_registry_url) as registry:
            schema_id = registry.lookup(SUBJECT, avro.todo_created_text()).id
        clients = Clients(self.system.gateways, ledger, self.seed)
        poisoner = Poisoner(addresses.kafka_bootstrap_servers, schema_id, ledger, self.seed)
        sampler = LagSampler(brokers.ends)
        lanes = self._lanes(diary, brokers)

        began_at = time.time()
        for begin in (sampler.start, clients.start, poisoner.start, *(lane.start for lane in lanes)):
            begin()
        self.progress.phase(f"load begins; {len(self.faults)} faults are planned")
        least = began_at + self.least_seconds
        while _are_busy(lanes) or time.time() < least:
            self.progress.show(len(self.faults), diary, ledger)
            time.sleep(_LOOK_SECONDS)
        self.progress.phase("every fault is repaired; the last calls and records are finished")
        load_ended_at = time.time()
        clients.stop()
        poisoner.stop()
        self.progress.phase("waiting until the log is stored to its end")
        not_stored = _drained(audit, brokers)
        drained_at = time.time()
        sampler.stop()
        for lane in lanes:
            lane.close()
        self.progress.phase("counting")
        stored = verdict.Stored(audit.rows(), audit.dead_letters(), audit.steps())
        acknowledged = [one.at for one in ledger.acknowledged.values()]
        found = stalls.stalls(diary.happenings, acknowledged, [step.at for step in stored.steps])
        return Outcome(
            seed=self.seed,
            began_at=began_at,
            load_ended_at=load_ended_at,
            ended_at=drained_at,
            calls=ledger.calls,
            statuses=ledger.statuses,
            requests=len(ledger.requests),
            acknowledged=len(acknowledged),
            rows=len(stored.rows),
            dead_letters=len(stored.dead_letters),
            poison=Counter(one.kind.value for one in poisoner.records if one.is_delivered),
            verdict=verdict.judge(ledger, poisoner.records, stored),
            not_stored=not_stored,
            happenings=diary.happenings,
            own_ends=diary.own_ends,
            longest_stall=stalls.longest(found, undisturbed=False),
            longest_undisturbed_stall=stalls.longest(found, undisturbed=True),
            undisturbed_repairs=sum(stall.is_undisturbed for stall in found),
            drain_seconds=drained_at - load_ended_at,
            course=course(began_at, drained_at, acknowledged, stored.steps, sampler.samples),
        )

    def _lanes(self, diary: Diary, brokers: Brokers) -> list[LaneRunner]:
        by_lane: Mapping[str, list[Fault]] = {
            name: list(faults)
            for name, faults in groupby(sorted(self.faults, key=lambda fault: fault.lane), lambda fault: fault.lane)
        }
        settled: Mapping[str, Callable[[], None]] = {"brokers": brokers.wait_until_in_sync}
        return [
            LaneRunner(
                {name: self.system.parts[name] for name in lane.parts},
                by_lane.get(lane.name, []),
                diary,
                settled=settled.get(lane.name, lambda: None),
                stopping=self._stopping,
            )
            for lane in LANES
        ]


def _are_busy(lanes: Sequence[LaneRunner]) -> bool:
    """Whether a fault is left to do. Asks each lane, so that one that failed is heard at once."""
    done = [lane.is_done for lane in lanes]
    return not all(done)


def _drained(audit: Audit, brokers: Brokers) -> list[str]:
    """Wait until every record is stored; gives the partitions of which some are not in the end."""
    deadline = time.monotonic() + DRAIN_SECONDS
    behind = ["nobody could tell"]
    while time.monotonic() < deadline:
        with suppress(psycopg2.OperationalError):
            ends = brokers.ends()
            if ends is not None and not (behind := list(verdict.not_stored(audit.reached(), ends))):
                return []
        time.sleep(_LOOK_SECONDS)
    return behind
