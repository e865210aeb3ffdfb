"""The wheel: built from the source archive, installed into an empty environment, used where the checkout is unknown."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from model import __version__

ROOT = Path(__file__).parents[2]
SCRIPTS = "Scripts" if os.name == "nt" else "bin"

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("wheel")]

Done = subprocess.CompletedProcess[str]
Pangwa = Callable[..., Done]


def succeed(*command: str | Path) -> str:
    """What a command prints; a failure shows what it said."""
    done = subprocess.run(list(command), cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the source archive and the wheel that is built from it, not from the checkout."""
    folder = tmp_path_factory.mktemp("dist")
    succeed(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder)
    return folder


@pytest.fixture(scope="module")
def wheel(archives: Path) -> Path:
    (path,) = archives.glob("*.whl")
    return path


def environment_with(folder: Path, *what: str | Path) -> Path:
    """An environment that holds what is installed into it alone, and sees the libraries of this one but not the checkout.

    A path file makes Python look into a folder without reading the path files in there, so that the editable
    installation of the checkout, itself a path file, stays out of sight.
    """
    succeed(sys.executable, "-m", "venv", "--without-pip", folder)
    python = folder / SCRIPTS / Path(sys.executable).name
    purelib = succeed(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
    libraries = dict.fromkeys(sysconfig.get_path(name) for name in ("purelib", "platlib"))
    (Path(purelib) / "libraries.pth").write_text("\n".join(libraries) + "\n", encoding="utf-8")
    how = ("--no-deps", "--no-index", "--no-build-isolation", "--force-reinstall", "--quiet")
    succeed(sys.executable, "-m", "pip", "--python", python, "install", *how, *what)
    return folder


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment that holds the wheel."""
    return environment_with(tmp_path_factory.mktemp("empty") / "env", wheel)


@pytest.fixture(scope="module")
def pangwa(environment: Path) -> Pangwa:
    """The installed command, called from a folder: ``pangwa(folder, "run", "status_quo")``."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    # Compiling for a new environment takes two minutes; the same functions run as plain Python.
    clean["NUMBA_DISABLE_JIT"] = "1"

    def call(folder: Path, *words: str, **variables: str) -> Done:
        command = [str(environment / SCRIPTS / "pangwa"), *words]
        return subprocess.run(command, cwd=folder, env=clean | variables, capture_output=True, text=True, check=False)

    return call


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """A folder whose files bear the names of the rooms."""
    for name in ("model", "agents"):
        (tmp_path / f"{name}.py").write_text("raise RuntimeError('this is not the module you want')\n")
    return tmp_path


@pytest.fixture(params=["top of the disk", "folder with a foreign model.py"])
def folder(request: pytest.FixtureRequest, foreign: Path) -> Path:
    """Where the command is called from."""
    return Path(foreign.anchor) if request.param == "top of the disk" else foreign


def data_files() -> set[str]:
    """What must be in the wheel, by its name there: code, worlds and documents of the rooms, and the scenarios."""
    rooms = {path for room in ("agents", "model") for path in (ROOT / room).rglob("*")}
    kinds = {".py", ".css", ".csv", ".html", ".js", ".md", ".toml", ".txt"}
    inside = {path.relative_to(ROOT).as_posix() for path in rooms if path.suffix in kinds}
    scenarios = {path.relative_to(ROOT / "scenarios").as_posix() for path in (ROOT / "scenarios").rglob("*.*")}
    return {"pangwa.py"} | inside | {f"model/scenario/shipped/{name}" for name in scenarios}


def test_wheel_holds_the_rooms_the_worlds_and_the_scenarios_and_nothing_else(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    wanted = data_files()
    assert {"model/cli/__init__.py", "model/scenario/shipped/status_quo.toml"} <= wanted
    assert any(name.startswith("model/world/myanmar/") for name in wanted)
    assert wanted - names == set()
    assert {name for name in names - wanted if ".dist-info/" not in name} == set()


def test_source_archive_holds_what_the_tests_need(archives: Path) -> None:
    (path,) = archives.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"Makefile", "constraints.txt", "tests/test_house.py", "tests/tiny/territories.csv", ".ci/run"} <= names
    assert not any(name.startswith(("results", ".venv", "dist")) for name in names)


def test_environment_does_not_see_the_checkout(environment: Path) -> None:
    python = environment / SCRIPTS / Path(sys.executable).name
    code = "import sys, model, agents; print(model.__file__, agents.__file__, *sys.path, sep='\\n')"
    done = subprocess.run([str(python), "-I", "-c", code], cwd="/", capture_output=True, text=True, check=True)
    model_file, agents_file, *path = done.stdout.split("\n")
    assert Path(model_file).is_relative_to(environment)
    assert Path(agents_file).is_relative_to(environment)
    assert str(ROOT) not in path


def test_version(pangwa: Pangwa, folder: Path) -> None:
    done = pangwa(folder, "--version")
    assert (done.returncode, done.stderr) == (0, "")
    assert __version__ in done.stdout


def test_scenarios_are_the_shipped_ones(pangwa: Pangwa, folder: Path) -> None:
    done = pangwa(folder, "scenarios")
    assert (done.returncode, done.stderr) == (0, "")
    shipped = [path.stem for path in (ROOT / "scenarios").glob("*.toml")]
    assert shipped and [name for name in shipped if name not in done.stdout] == []


def test_check_of_a_shipped_scenario(pangwa: Pangwa, folder: Path) -> None:
    done = pangwa(folder, "check", "status_quo")
    assert (done.returncode, done.stderr) == (0, "")


def test_run_of_a_shipped_scenario(pangwa: Pangwa, foreign: Path) -> None:
    out = foreign / "out"
    done = pangwa(foreign, "run", "status_quo", "--months", "1", "--out", str(out))
    assert (done.returncode, done.stderr) == (0, "")
    assert "townships_held_junta" in done.stdout
    assert list(out.rglob("*.png"))


def test_pangwa_is_what_the_wheel_gives_in_python(environment: Path, foreign: Path) -> None:
    python = environment / SCRIPTS / Path(sys.executable).name
    code = (
        "import sys, pangwa; print(pangwa.__file__, 'numpy' in sys.modules)\n"
        "print(pangwa.run('status_quo', months=1).outcomes['townships_held_junta'] > 0)"
    )
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    command = [str(python), "-I", "-c", code]
    done = subprocess.run(
        command, cwd=foreign, env=clean | {"NUMBA_DISABLE_JIT": "1"}, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    first, second = done.stdout.splitlines()
    assert Path(first.split()[0]).is_relative_to(environment)
    assert (first.split()[1], second) == ("False", "True")


def test_an_editable_install_gives_pangwa_too(tmp_path: Path) -> None:
    python = environment_with(tmp_path / "env", "-e", ROOT) / SCRIPTS / Path(sys.executable).name
    assert succeed(python, "-I", "-c", "import pangwa; print(pangwa.__file__)").strip() == str(ROOT / "pangwa.py")


@pytest.mark.parametrize("room", ["agents", "model"])
def test_the_command_works_beside_a_module_of_a_room_s_name(pangwa: Pangwa, tmp_path: Path, room: str) -> None:
    (tmp_path / f"{room}.py").write_text("raise SystemExit('the wrong module')\n")
    done = pangwa(tmp_path, "parameters", "--search", "leak", PYTHONPATH=str(tmp_path))
    assert (done.returncode, done.stderr) == (0, "")
