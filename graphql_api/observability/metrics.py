"""Prometheus metrics of operations, plans, and subscriptions."""

from collections.abc import Callable
from typing import Final

from msgspec import Struct
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST
OTHER: Final = "other"
NAMES_LIMIT: Final = 300
_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_STATEMENTS: Final = (0, 1, 2, 3, 5, 7, 9, 12, 20, 40)


class Finished(Struct, frozen=True):
    """An answered operation. `outcome` is ok, partial, error, or refused."""

    name: str
    client: str
    outcome: str
    seconds: float
    statements: int


class Names:
    """Limits the number of time series: clients choose names, so all names beyond a limit share one series."""

    def __init__(self, limit: int = NAMES_LIMIT) -> None:
        self._limit = limit
        self._known: set[str] = set()

    def limit(self, name: str) -> str:
        """Return the name if it is among the first ones, otherwise "other"."""
        if name not in self._known:
            if len(self._known) >= self._limit:
                return OTHER
            self._known.add(name)
        return name


class PlanCounts(Struct, frozen=True):
    """The counts of the execution engine since it started."""

    hits: int
    misses: int
    fallbacks: dict[tuple[str, str], int]


class EventCounts(Struct, frozen=True):
    """The counts of the hub since it started, and its current numbers of connections and subscriptions."""

    sessions: int
    subscriptions: int
    groups: int
    executions: int
    delivered: int
    closed: dict[str, int]
    leads: bool


class Metrics:
    """The metrics of one process. It calls `plans` and `events` for their counts when metrics are read."""

    def __init__(self, plans: Callable[[], PlanCounts], events: Callable[[], EventCounts]) -> None:
        self.registry = CollectorRegistry()
        self._names = Names()
        self._clients = Names()
        self._series: dict[tuple[str, str, str], tuple[Counter, Histogram, Histogram]] = {}
        labels = ("operation", "client", "outcome")
        self._operations = Counter("tessera_operations", "Operations answered.", labels, registry=self.registry)
        self._seconds = Histogram(
            "tessera_operation_seconds",
            "Time from the request to its answer.",
            ("operation",),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._statements = Histogram(
            "tessera_operation_statements",
            "SQL statements of an operation, authentication included.",
            ("operation",),
            buckets=_STATEMENTS,
            registry=self.registry,
        )
        self.registry.register(_PlanCollector(plans, self._names))
        self.registry.register(_EventCollector(events))

    def record(self, finished: Finished) -> None:
        """Count an operation."""
        name = self._names.limit(finished.name or "anonymous")
        client = self._clients.limit(finished.client or "unknown")
        key = (name, client, finished.outcome)
        series = self._series.get(key)
        if series is None:
            # Kept, because the lookup of labels costs more than the counting.
            series = self._series[key] = (
                self._operations.labels(*key),
                self._seconds.labels(name),
                self._statements.labels(name),
            )
        operations, seconds, statements = series
        operations.inc()
        seconds.observe(finished.seconds)
        statements.observe(finished.statements)

    def text(self) -> bytes:
        """Return the metrics in the text format of Prometheus."""
        return generate_latest(self.registry)


class _PlanCollector(Collector):
    """Reads the counters of the engine when metrics are read, so that counting itself costs nothing."""

    def __init__(self, plans: Callable[[], PlanCounts], names: Names) -> None:
        self._plans = plans
        self._names = names

    def collect(self) -> list[Metric]:
        """Return the counters of documents and fallbacks."""
        counts = self._plans()
        documents = CounterMetricFamily(
            "tessera_documents", "Documents looked up, by whether they were known.", labels=["result"]
        )
        documents.add_metric(["hit"], counts.hits)
        documents.add_metric(["miss"], counts.misses)
        fallbacks = CounterMetricFamily(
            "tessera_fallbacks", "Operations answered by graphql-core.", labels=["operation", "reason"]
        )
        summed: dict[tuple[str, str], int] = {}
        for (operation, reason), count in counts.fallbacks.items():
            key = (self._names.limit(operation or "anonymous"), reason)
            summed[key] = summed.get(key, 0) + count
        for key, count in summed.items():
            fallbacks.add_metric(list(key), count)
        return [documents, fallbacks]


class _EventCollector(Collector):
    """Reads the counters of the hub when metrics are read."""

    def __init__(self, events: Callable[[], EventCounts]) -> None:
        self._events = events

    def collect(self) -> list[Metric]:
        """Return the gauges and counters of subscriptions."""
        counts = self._events()
        gauges = {
            "tessera_event_connections": ("Connections that live on events.", counts.sessions),
            "tessera_subscriptions": ("Open subscriptions.", counts.subscriptions),
            "tessera_subscription_groups": ("Subscriptions that are answered alike count once.", counts.groups),
            "tessera_event_leader": ("1 in the process that wakes the others.", int(counts.leads)),
        }
        counters = {
            "tessera_event_executions": ("Executions of a subscription for an event.", counts.executions),
            "tessera_event_deliveries": ("Answers handed to subscriptions.", counts.delivered),
        }
        closed = CounterMetricFamily(
            "tessera_event_connections_ended", "Connections that the server ended, by reason.", labels=["reason"]
        )
        for reason, count in counts.closed.items():
            closed.add_metric([reason], count)
        return [
            *(GaugeMetricFamily(name, text, value=value) for name, (text, value) in gauges.items()),
            *(CounterMetricFamily(name, text, value=value) for name, (text, value) in counters.items()),
            closed,
        ]
