"""How templates write their values: escaped, as Jinja does it, at a quarter of the time; and how they call
what every page calls a hundred times, without a look at what kind of function it is.

Jinja wraps each escaped value into an object that says so and is thrown away when the page is joined; a page
of results has a thousand. Here an escaped text is a plain one. Everything else goes Jinja's own way.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from flask import Flask
from jinja2 import Environment
from jinja2.compiler import CodeGenerator, Frame
from jinja2.nodes import Call, Expr, Name
from markupsafe import Markup, escape
from markupsafe import _escape_inner as escaped_text  # type: ignore[attr-defined]  # without the object

# Our own functions for texts and addresses, which no template names anything else.
_DIRECT = frozenset(("_", "at"))


def add_writing(app: Flask) -> None:
    """Let the templates of `app` write by `written`; to be called before the first one is read."""
    app.jinja_env.code_generator_class = _Writer
    app.jinja_env.written = written  # type: ignore[attr-defined]
    app.jinja_env.make_globals = partial(_globals, app.jinja_env)  # type: ignore[method-assign]


def _globals(environment: Environment, own: Mapping[str, Any] | None) -> dict[str, Any]:
    """The globals of a template as one dictionary. Jinja's own chain of two shows what is added to the
    environment later, and is walked name by name for each page and each import: a tenth of a page's template.
    """
    return {**environment.globals, **(own or {})}


def written(value: Any) -> str:
    """Get a value as text of a page: safe text as it is, everything else escaped."""
    kind = type(value)
    if kind is str:
        return str(escaped_text(value))
    if kind is Markup:
        return str(value)
    return str(value) if kind is int else escape(value)


class _Writer(CodeGenerator):
    """Python code of a template whose values pass through `written`, with direct calls of `_DIRECT`."""

    def visit_Call(self, node: Call, frame: Frame, forward_caller: bool = False) -> None:  # noqa: N802 - Jinja's
        called = node.node.name if isinstance(node.node, Name) else None
        if called not in _DIRECT or node.dyn_args or node.dyn_kwargs:
            super().visit_Call(node, frame, forward_caller=forward_caller)
            return
        self.write(f"environment.globals[{called!r}](")
        for value in node.args:
            self.visit(value, frame)
            self.write(", ")
        for named in node.kwargs:
            self.write(f"{named.key}=")
            self.visit(named.value, frame)
            self.write(", ")
        self.write(")")

    def _output_child_pre(self, node: Expr, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape or finalize.src is not None:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("environment.written(")
