"""The way to the engine: builds the client from the config, translates its exceptions, checks its answers."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from elastic_transport import ApiError, ConnectionTimeout, TlsError, TransportError
from elastic_transport import ConnectionError as UnreachableError
from elasticsearch import Elasticsearch, UnsupportedProductError
from elasticsearch.serializer import OrjsonSerializer

from finder.config import Config
from finder.errors import EngineDown, FinderError, NotFound, NotReady
from finder.http_node import CurlNode
from finder.local_node import ensure_node
from finder.node_files import Progress

SEARCH_SECONDS = 5.0  # a page that has not answered by then is told so; a search takes well under a second
INGEST_SECONDS = 30.0
MIN_VERSION = (8, 19)  # what the pinned client speaks to; 9.x answers it in compatibility mode
RETRIES = 2
# The transport repeats at once, without a pause: right for a node that went away, wrong for 429 (overload).
RETRIED_STATUSES = (502, 503, 504)
_NEEDED = "Elasticsearch {}.{} or newer".format(*MIN_VERSION)


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """What answers: the oldest version of its nodes, its health (green, yellow, red) and number of nodes."""

    version: str
    health: str
    nodes: int


def connect(
    config: Config,
    progress: Progress | None = None,
    *,
    request_timeout: float = INGEST_SECONDS,
) -> Elasticsearch:
    """A client for ELASTICSEARCH_URL, else for the local node, which is started first where needed.

    `request_timeout` is in seconds: searches pass SEARCH_SECONDS. Threads may share the client; it is not for
    two processes. Nothing is asked of a cluster yet: see `check`.
    Raises EngineDown when the local node cannot be started.
    """
    # Below this level the client logs addresses, which hold ids of documents, and at DEBUG the bodies.
    for name in ("elastic_transport", "elasticsearch"):
        logging.getLogger(name).setLevel(logging.WARNING)
    options: dict[str, Any] = {}
    hosts = list(config.elasticsearch_urls)
    if not hosts:
        hosts = [ensure_node(config, progress or _say_nothing)]
    if config.elasticsearch_api_key:
        options["api_key"] = config.elasticsearch_api_key
    if config.elasticsearch_user and config.elasticsearch_password:
        options["basic_auth"] = (config.elasticsearch_user, config.elasticsearch_password)
    if config.elasticsearch_ca_file:
        options["ca_certs"] = str(config.elasticsearch_ca_file)
    return Elasticsearch(
        [_with_port(host) for host in hosts],
        node_class=CurlNode,
        serializer=OrjsonSerializer(),
        meta_header=False,  # tells the engine which libraries ask, written anew for each request
        request_timeout=request_timeout,
        max_retries=max(RETRIES, len(hosts) - 1),
        retry_on_status=RETRIED_STATUSES,
        retry_on_timeout=False,
        **options,
    )


def check(client: Elasticsearch) -> EngineStatus:
    """What answers at the other end. Raises EngineDown: unreachable, wrong credentials, too old."""
    with translated():
        # not client.info(): the default node has no such address and answers 405
        nodes = client.nodes.info(filter_path="nodes.*.version").get("nodes", {})
        health = client.cluster.health()
    versions = [str(node["version"]) for node in nodes.values()]
    if not versions:
        raise EngineDown("what answers at ELASTICSEARCH_URL does not say its version: is it Elasticsearch?")
    oldest = min(versions, key=_version_numbers)
    if _version_numbers(oldest) < MIN_VERSION:
        raise EngineDown(f"the engine is too old: it must be {_NEEDED}, not {oldest}")
    return EngineStatus(oldest, str(health["status"]), int(health["number_of_nodes"]))


@contextmanager
def translated() -> Iterator[None]:
    """Turns the client's exceptions into ours; also works as a decorator.

    EngineDown: unreachable, too slow, wrong credentials, not a usable Elasticsearch. NotReady: an index is
    missing, disk full, overloaded. NotFound: no such document. FinderError: the engine refused a request as
    wrong, which is a fault of this program. The messages hold nothing of a request.
    """
    try:
        yield
    except TransportError as error:
        raise _of_transport(error) from error
    except ApiError as error:
        raise _of_answer(error) from error


def _of_transport(error: TransportError) -> FinderError:
    if isinstance(error, TlsError):
        return EngineDown(
            "the engine's certificate is not trusted: check ELASTICSEARCH_CA_FILE and the name in "
            "ELASTICSEARCH_URL"
        )
    if isinstance(error, ConnectionTimeout):
        return EngineDown("the engine did not answer in time; try again in a moment")
    if isinstance(error, UnreachableError):
        return EngineDown(
            "the engine cannot be reached: check ELASTICSEARCH_URL, or run `finder engine start`"
        )
    return EngineDown("what answers is not Elasticsearch: check ELASTICSEARCH_URL")


def _of_answer(error: ApiError) -> FinderError:
    status, kind, reason = error.meta.status, *_cause(error.body)
    if isinstance(error, UnsupportedProductError):
        return EngineDown(f"what answers is not {_NEEDED}: check ELASTICSEARCH_URL")
    if kind == "media_type_header_exception":  # how 7.x answers the client's header
        return EngineDown(f"the engine is too old: it must be {_NEEDED}")
    if kind == "cluster_block_exception":
        return NotReady(_block_text(reason))
    if status == 401:
        return EngineDown(
            "the engine refuses the credentials: check ELASTICSEARCH_API_KEY, or ELASTICSEARCH_USER and "
            "ELASTICSEARCH_PASSWORD"
        )
    if status == 403:
        return EngineDown(
            "the engine's credentials do not allow this: give the account of ELASTICSEARCH_API_KEY or "
            "ELASTICSEARCH_USER the right to monitor the cluster and to manage the indices with our prefix"
        )
    if status == 404:
        if kind == "index_not_found_exception":
            return NotReady("no directory has been loaded yet: run `finder ingest run --data DIR`")
        return NotFound("there is no such entry")
    if status == 429:
        return NotReady("the engine is overloaded; try again in a moment")
    if status == 503:
        return NotReady("the engine is not ready for this yet; try again in a moment")
    if status in (502, 504):
        return EngineDown("the engine cannot be reached behind its proxy; try again in a moment")
    return FinderError(
        f"the engine refused a request of this program ({status} {kind or 'without a reason'})"
    )


def _block_text(reason: str) -> str:
    if "flood-stage" in reason or "read-only-allow-delete" in reason:
        return "the engine's disk is full: it takes no more documents until space is freed; searches go on"
    return "the engine does not take this now: an index or the cluster is blocked or still starting"


def _cause(body: Any) -> tuple[str, str]:
    """The type and reason of an error answer; empty texts where it has none."""
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return "", ""
    return str(error.get("type") or ""), str(error.get("reason") or "")


def _version_numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"[0-9]+", version)[:2])


def _with_port(url: str) -> str:
    """The client wants the port spelled out."""
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    if not re.search(r":[0-9]+$", host):
        host += ":443" if scheme == "https" else ":9200"
    return f"{scheme}://{host}{slash}{path}"


def _say_nothing(_text: str) -> None:
    """Where nobody watches."""
