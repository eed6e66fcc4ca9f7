"""An import may only point up the list of layers; finder never imports ingest."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GROUND = (
    "errors", "config", "i18n", "text", "addresses", "tables", "languages", "geo", "gazetteer", "sealed",
    "huge_pages",
)  # fmt: skip
RULES = (
    "mappings", "clauses", "tie_kinds", "documents", "sources", "freshness", "specialties", "correctable",
    "concepts", "evidence_fields", "labels", "approaches", "volumes", "treatments", "focus",
    "evidence_words", "terms", "spelling", "icd10", "hpo", "word_parts", "rare", "urgent", "readings",
    "patient_age", "understood", "vocabulary", "suggestions", "parameters", "facets", "criteria", "guidance",
    "centers", "tie_labels", "independence", "gaps", "program_kinds", "licensing", "trust", "programs",
    "offers", "coverage", "visit", "ranking", "likeness", "searched_only", "blocks", "packet_wording",
    "packet_asked", "packet", "packet_fhir", "parts", "query", "narrowing", "loosened", "composition",
    "answers", "reasons", "in_common", "proof", "colleague_answers", "results", "own_list",
)  # fmt: skip
ENGINE = (
    "node_files", "local_node", "http_node", "engine", "indexes", "bulk", "reads", "recording", "runs",
    "corrections", "generations", "run_requests", "admins", "sessions",
)  # fmt: skip
SERVICE = (
    "context", "lookups", "priors", "program_search", "explanations", "shortlist", "referral",
    "colleagues", "search", "relevance", "changes",
)  # fmt: skip
SURFACE = (
    "print_results", "print_colleagues", "web", "print_programs", "app", "cli", "packet_command",
    "admin_commands", "start",
)  # fmt: skip
ORDER = (*GROUND, *RULES, *ENGINE, *SERVICE, *SURFACE)
ENGINE_PACKAGES = {"elasticsearch", "elastic_transport"}


def imports(path: Path) -> set[str]:
    """Dotted names of every module that a file imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def own_modules() -> dict[str, Path]:
    return {path.stem: path for path in (ROOT / "finder").glob("*.py") if path.stem != "__init__"}


def test_every_module_of_finder_has_its_place_in_the_layers() -> None:
    assert sorted(set(own_modules()) - set(ORDER)) == []


def test_an_import_points_up_the_list_only() -> None:
    wrong = []
    for name, path in own_modules().items():
        for imported in imports(path):
            part = imported.split(".")[1] if imported.startswith("finder.") else ""
            if part in ORDER and part != name and ORDER.index(part) > ORDER.index(name):
                wrong.append(f"{name} imports {part}")
    assert wrong == []


def test_finder_never_imports_ingest() -> None:
    guilty = [
        p.name
        for p in (ROOT / "finder").rglob("*.py")
        if any(i.split(".")[0] == "ingest" for i in imports(p))
    ]
    assert guilty == []


def test_only_the_engine_layer_imports_the_client() -> None:
    guilty = []
    for path in [*(ROOT / "finder").rglob("*.py"), *(ROOT / "ingest").rglob("*.py")]:
        is_engine = path.parent.name == "finder" and path.stem in ENGINE
        if not is_engine and any(i.split(".")[0] in ENGINE_PACKAGES for i in imports(path)):
            guilty.append(path.name)
    assert guilty == []


def test_only_the_surface_imports_flask() -> None:
    guilty = []
    for path in [*(ROOT / "finder").rglob("*.py"), *(ROOT / "ingest").rglob("*.py")]:
        is_surface = path.parent.name == "web" or (path.parent.name == "finder" and path.stem in SURFACE)
        if not is_surface and any(i.split(".")[0] == "flask" for i in imports(path)):
            guilty.append(path.name)
    assert guilty == []


def test_the_demonstration_world_knows_no_rule_of_the_product() -> None:
    guilty = []
    for path in (ROOT / "ingest" / "demo").glob("*.py"):
        foreign = {i for i in imports(path) if i.split(".")[0] in ("finder", "ingest")}
        if any(not i.startswith("ingest.demo") for i in foreign):
            guilty.append(path.name)
    assert guilty == []


def test_ingest_stands_on_the_service_and_below_it() -> None:
    guilty = []
    for path in (ROOT / "ingest").rglob("*.py"):
        if path.stem.endswith("commands") or path.stem.startswith("bench_"):
            continue  # commands join the command line, benches measure the whole product
        parts = {i.split(".")[1] for i in imports(path) if i.startswith("finder.")}
        guilty += [f"{path.name} imports {part}" for part in parts & set(SURFACE)]
    assert guilty == []
