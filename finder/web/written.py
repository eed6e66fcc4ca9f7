"""How templates write their values: escaped, as Jinja does it, at a quarter of the time.

Jinja wraps each escaped value into an object that says so and is thrown away when the page is joined; a page
of results has a thousand. Here an escaped text is a plain one. Everything else goes Jinja's own way.
"""

from typing import Any

from flask import Flask
from jinja2.compiler import CodeGenerator, Frame
from jinja2.nodes import Expr
from markupsafe import Markup, escape
from markupsafe import _escape_inner as escaped_text  # type: ignore[attr-defined]  # without the object


def add_writing(app: Flask) -> None:
    """Let the templates of `app` write by `written`; to be called before the first one is read."""
    app.jinja_env.code_generator_class = _Writer
    app.jinja_env.written = written  # type: ignore[attr-defined]


def written(value: Any) -> str:
    """Get a value as text of a page: safe text as it is, everything else escaped."""
    kind = type(value)
    if kind is str:
        return str(escaped_text(value))
    if kind is Markup:
        return str(value)
    return str(value) if kind is int else escape(value)


class _Writer(CodeGenerator):
    """Python code of a template whose values pass through `written`."""

    def _output_child_pre(self, node: Expr, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape or finalize.src is not None:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("environment.written(")
