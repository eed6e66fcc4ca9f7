"""Sizes and first lines: modules to 400 lines, functions to 40, every module states its duty."""

import ast
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted([*(ROOT / "finder").rglob("*.py"), *(ROOT / "ingest").rglob("*.py")])
MAX_MODULE_LINES = 400
MAX_FUNCTION_LINES = 40


def test_modules_are_short() -> None:
    long = {
        p.name: n
        for p in MODULES
        if (n := len(p.read_text(encoding="utf-8").splitlines())) > MAX_MODULE_LINES
    }
    assert long == {}


def test_functions_are_short() -> None:
    long = []
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.end_lineno:
                first = node.body[0]
                is_text = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
                words = (first.end_lineno or 0) - first.lineno + 1 if is_text else 0
                if node.end_lineno - node.lineno + 1 - words > MAX_FUNCTION_LINES:
                    long.append(f"{path.name}: {node.name}")
    assert long == []


def test_modules_and_public_functions_say_what_they_give() -> None:
    silent = []
    for path in MODULES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if path.stem != "__init__" and not ast.get_docstring(tree):
            silent.append(path.name)
        for node in tree.body:
            is_public = isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
            if is_public and not ast.get_docstring(node):
                silent.append(f"{path.name}: {node.name}")
    assert silent == []


def committed() -> list[Path]:
    """Every file that git tracks or would track."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def test_no_file_names_a_machine_path_or_a_package_host() -> None:
    marks = ("/" + "work/", "/" + "root/", "python" + "hosted", "pypi.org/" + "simple", "repo1" + ".maven")
    guilty = []
    for path in committed():
        text = path.read_text(encoding="utf-8", errors="replace")
        guilty += [f"{path.name}: {mark}" for mark in marks if mark in text]
    assert guilty == []
