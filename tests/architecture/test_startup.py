"""What `import trivium` loads: nothing that is not used by everybody."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("torch", "jax", "jaxlib", "scipy", "pydantic", "typer", "rich", "jinja2", "tomlkit", "threadpoolctl", "pytest")


def run(code: str) -> str:
    """What a fresh interpreter prints."""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def loaded(module: str) -> set[str]:
    """The top-level packages in a fresh interpreter after one import."""
    return set(run(f"import sys, {module}; print(*(name for name in sys.modules if '.' not in name))").split())


def test_importing_trivium_loads_no_framework_and_nothing_heavy() -> None:
    assert loaded("trivium").isdisjoint(HEAVY)


def test_what_is_loaded_would_be_seen() -> None:
    assert loaded("trivium_torch") > {"torch", "trivium_torch"}


def test_the_pytest_plugin_loads_nothing_but_pytest() -> None:
    assert loaded("_trivium_pytest.plugin").isdisjoint({"trivium", "numpy", *HEAVY} - {"pytest"})


def test_past_numpy_and_the_standard_library_importing_trivium_loads_only_trivium() -> None:
    own = loaded("trivium") - loaded("numpy") - sys.stdlib_module_names
    assert {name for name in own if not name.startswith("_")} == {"trivium"}
