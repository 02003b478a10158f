"""A dask cluster makes what a local build makes, whatever becomes of its workers and its scheduler."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from schemagen.cluster import remote
from schemagen.cluster.frames import framed, unframed
from schemagen.cluster.identity import difference, identity
from schemagen.cluster.overtime import Overtime, Watch
from schemagen.cluster.scheduler import VARIABLE, Cluster, choose_cluster
from schemagen.cluster.sending import Refused, Sending
from schemagen.config import load_config
from schemagen.errors import ConfigError
from schemagen.session import Session
from tests import clusters
from tests.clusters import running_cluster, until
from tests.conftest import PLAIN_PACK, Project, Result
from tests.dask_worker import UNSEEN

pytest.importorskip("distributed")

SHORT = {"DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "2s"}
NOWHERE = "tcp://127.0.0.1:9"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[clusters.Cluster]:
    """One cluster for all tests that leave it as it was."""
    with running_cluster(tmp_path_factory.mktemp("cluster")) as running:
        yield running


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project that no worker can see."""
    root = tmp_path / UNSEEN
    root.mkdir()
    made = Project(root)
    made.write("packs/plain/pack.toml", PLAIN_PACK)
    made.write("packs/plain/plain.txt.mustache", "{{title}}: {{> about}}\n")
    made.write("packs/plain/partials/about.mustache", "{{description}}")
    made.config(packs=["packs/plain"])
    return made


def add_schemas(project: Project, *names: str) -> None:
    for name in names:
        project.write(f"schemas/{name}.json", {"title": name, "description": "d", "type": "object"})


def on(cluster: clusters.Cluster, *args: str) -> list[str]:
    return ["generate", "--engine", "dask", "--scheduler-file", str(cluster.file), *args]


def problems_in(result: Result) -> list[str]:
    """What went wrong: a build that takes long says how far it is, too."""
    return sorted(line for line in result.errors if " [SG" in line)


# -- the same bytes


def test_cluster_makes_what_a_local_build_makes_without_seeing_a_file_of_it(
    project: Project, cluster: clusters.Cluster, corpus: Path
) -> None:
    files = sorted((corpus / "schemastore" / "schemas").rglob("*.json"), key=lambda file: file.name)
    for file in files[::60]:
        shutil.copy(file, project.write(f"schemas/{file.name}", ""))
    project.write("schemas/a/pet.yaml", "title: Pet\nproperties:\n  owner: {$ref: '../person.jsonc#/$defs/name'}\n")
    project.write(
        "schemas/person.jsonc", '{"$id": "https://e.org/person", // of\n "$defs": {"name": {"type": "string"}}}'
    )
    project.write("schemas/meta.json", {"$ref": "https://json-schema.org/draft/2020-12/schema", "title": "1e400"})
    project.write("schemas/broken.json", "{")
    for name in ("one", "two", "three"):
        project.write(
            f"schemas/{name}.json", {"$ref": "https://e.org/person", "properties": {"x": {"$ref": "a/pet.yaml"}}}
        )
    api = {
        "openapi": "3.1.0",
        "components": {"schemas": {"A": {"$ref": "#/components/schemas/B"}, "B": {"type": "null"}}},
    }
    project.write("api.json", api)
    packs = ["packs/plain", "form", "markdown", "typescript", "pydantic"]
    sources = ["schemas", "api.json#/components/schemas/*"]
    project.config(packs=packs, schemas=sources, unresolved_refs="opaque", max_schema_bytes=1 << 26)
    here = project.run("generate", "-w", "2")
    made = project.outputs()
    shutil.rmtree(project.root / "build")
    shutil.rmtree(project.root / ".schemagen")
    there = project.run(*on(cluster))
    assert there.summary == here.summary
    assert problems_in(there) == problems_in(here)
    assert project.outputs() == made
    assert len(made) > 50
    assert project.run("generate", "-w", "1").summary.startswith("0 generated")


def test_error_in_a_template_is_told_as_a_local_build_tells_it(project: Project, cluster: clusters.Cluster) -> None:
    add_schemas(project, "a", "b")
    project.write("packs/plain/plain.txt.mustache", "{{title}}\n{{#properties}}{{nothing}}{{/properties}}{{missing}}\n")
    here = project.run("generate", "-w", "2")
    assert "SG3" in here.err
    assert problems_in(project.run(*on(cluster))) == problems_in(here)


def test_doit_has_its_tasks_made_by_a_cluster(project: Project, cluster: clusters.Cluster) -> None:
    add_schemas(project, "a", "b")
    done = project.doit("--engine", "dask", "--scheduler", cluster.address)
    assert (done.code, sorted(project.outputs())) == (0, ["a.txt", "b.txt"])
    refused = project.doit("-a", "--engine", "dask", "--scheduler", "tcp://example.org:8786")
    assert (refused.code, len(refused.errors)) == (3, 1)


def test_formatters_go_over_what_a_cluster_makes(project: Project, cluster: clusters.Cluster) -> None:
    add_schemas(project, "a", "b")
    project.write("pyproject.toml", '[tool.schemagen]\npacks = ["packs/plain"]\nformat = {"*.txt" = "tr a-z A-Z"}\n')
    assert project.run(*on(cluster)).code == 0
    assert project.read("build/a.txt") == "A: D\n"


def test_cluster_that_is_started_for_a_build_is_gone_after_it(project: Project) -> None:
    add_schemas(project, "a", "b")
    done = project.run("generate", "-q", "--engine", "dask", "--local", "-w", "1")
    assert (done.code, done.err) == (0, "")
    assert project.outputs().keys() == {"a.txt", "b.txt"}


# -- workers that die, hang or lie


def test_killed_worker_costs_nothing_and_poison_is_named(project: Project, cluster: clusters.Cluster) -> None:
    names = [f"slow{number}" for number in range(16)]
    add_schemas(project, *names, "poison")
    project.config(packs=["packs/plain"], batch_size=4)
    with project.start("schemagen", *on(cluster)) as build:
        until(lambda: project.exists("build") and len(project.outputs()) > 2)
        os.kill(cluster.pids()[0], signal.SIGKILL)
        _, err = build.communicate()
    assert build.returncode == 1
    told = [line for line in err.splitlines() if " [SG" in line]
    assert len(told) == 1
    assert told[0].startswith("schemas/poison.json:1:1: not generated: 4 workers of the cluster")
    assert project.outputs().keys() == {f"{name}.txt" for name in names}
    rows = (project.root / ".schemagen/log").read_text(encoding="utf-8").splitlines()
    records = Counter(row.split("\t")[1] for row in rows if " R\t" in row and '"generate:' in row)
    assert records == Counter({f'"generate:{name}"': 1 for name in names})


def test_schema_that_takes_too_long_is_named_and_the_others_are_made(
    project: Project, cluster: clusters.Cluster
) -> None:
    add_schemas(project, "a", "endless", "z")
    project.config(packs=["packs/plain"], timeout=1, batch_size=3)
    done = project.run(*on(cluster))
    assert (done.code, len(done.errors)) == (1, 1)
    assert "schemas/endless.json:1:1: not generated: its worker had not done it after 1 seconds" in done.err
    assert project.outputs().keys() == {"a.txt", "z.txt"}


def test_results_that_are_wrong_are_refused_and_nothing_of_them_is_written(
    project: Project, cluster: clusters.Cluster
) -> None:
    lies = ["undeclared", "missing", "digest", "shape", "count"]
    add_schemas(project, *lies, "true")
    project.config(packs=["packs/plain"], batch_size=1)
    done = project.run(*on(cluster))
    assert done.code == 1
    assert sorted(line.split(":")[0] for line in done.errors) == [f"schemas/{name}.json" for name in sorted(lies)]
    assert all("a worker of the cluster gave a result" in line and "[SG510]" in line for line in done.errors)
    assert project.outputs().keys() == {"true.txt"}
    assert not list(project.root.parent.rglob("escaped*"))


def test_build_on_a_cluster_ends_with_ctrl_c(project: Project, cluster: clusters.Cluster) -> None:
    add_schemas(project, *(f"slow{number}" for number in range(200)))
    project.config(packs=["packs/plain"], batch_size=2)
    with project.start("schemagen", *on(cluster)) as build:
        until(lambda: project.exists("build") and len(project.outputs()) > 2)
        build.send_signal(signal.SIGINT)
        _, err = build.communicate(timeout=clusters.PATIENCE)
    assert (build.returncode, err.splitlines()) == (130, ["stopped by SIGINT; what was finished is kept"])
    assert not list(project.root.rglob("*.schemagen-tmp"))


# -- a scheduler that is not there, or not any more


@pytest.mark.parametrize("fallback", ["error", "local"])
def test_scheduler_that_is_killed_ends_the_build_or_leaves_the_rest_to_this_machine(
    project: Project, tmp_path: Path, fallback: str
) -> None:
    names = [f"slow{number}" for number in range(40)]
    add_schemas(project, *names)
    project.config(packs=["packs/plain"], batch_size=2, fallback=fallback, workers=2)
    project.environment |= SHORT
    with running_cluster(tmp_path / "own") as own, project.start("schemagen", *on(own)) as build:
        until(lambda: project.exists("build") and len(project.outputs()) > 2)
        own.scheduler.kill()
        out, err = build.communicate(timeout=clusters.PATIENCE)
    (told,) = [line for line in err.splitlines() if "schemas done" not in line]
    assert "the connection to this scheduler was lost" in told
    if fallback == "local":
        assert build.returncode == 0
        assert told.endswith("going on on this machine")
        assert out.splitlines()[-1].startswith("40 generated, 0 fresh, 0 failed")
    else:
        assert build.returncode == 2
        kept = len(project.outputs())
        assert 2 < kept < 40
        assert project.run("generate").summary == f"{40 - kept} generated, {kept} fresh, 0 failed"
    assert project.outputs().keys() == {f"{name}.txt" for name in names}


def test_scheduler_that_cannot_be_reached_is_an_error_or_a_reason_to_build_here(project: Project) -> None:
    add_schemas(project, "a")
    options = ("generate", "--engine", "dask", "--scheduler", NOWHERE)
    done = project.run(*options, env=SHORT)
    assert (done.code, len(done.errors)) == (3, 1)
    assert done.err.startswith(f"{NOWHERE}:1:1: this scheduler cannot be reached")
    assert not project.exists("build")
    project.config(packs=["packs/plain"], fallback="local")
    done = project.run(*options, env=SHORT)
    assert (done.code, len(done.errors)) == (0, 1)
    assert project.outputs().keys() == {"a.txt"}


OTHER_PROTOCOL = """
import sys
import schemagen.cluster.identity
schemagen.cluster.identity.PROTOCOL += 1
from schemagen.cli import main
sys.exit(main())
"""


def test_workers_of_another_version_are_refused_before_the_first_batch(
    project: Project, cluster: clusters.Cluster
) -> None:
    add_schemas(project, "a")
    done = project._process([sys.executable, "-c", OTHER_PROTOCOL, *on(cluster)], None)
    assert (done.code, len(done.errors)) == (3, 1)
    assert "has protocol 1, and this is protocol 2 [SG064]" in done.err
    assert not project.exists("build")


# -- which cluster, and whether it may be


@pytest.mark.parametrize(
    ("address", "full"),
    [
        ("127.0.0.1:8786", "tcp://127.0.0.1:8786"),
        ("tcp://localhost:1", "tcp://localhost:1"),
        ("tcp://[::1]:1", "tcp://[::1]:1"),
        ("tls://build.example.org:8786", "tls://build.example.org:8786"),
    ],
)
def test_address_on_this_machine_or_encrypted_is_used(tmp_path: Path, address: str, full: str) -> None:
    config = replace(load_config(tmp_path), engine="dask", scheduler=address)
    assert choose_cluster(config) == Cluster(full)


@pytest.mark.parametrize(
    "address",
    ["tcp://10.0.0.1:8786", "build.example.org:8786", "ws://[2001:db8::1]:80", "tcp://localhost.example.org:1"],
)
def test_address_elsewhere_that_is_not_encrypted_is_refused_unless_that_is_allowed(
    tmp_path: Path, address: str
) -> None:
    config = replace(load_config(tmp_path), engine="dask", scheduler=address)
    with pytest.raises(ConfigError, match="neither encrypted nor authenticated"):
        choose_cluster(config)
    assert choose_cluster(replace(config, allow_insecure=True)).address.endswith(address)


@pytest.mark.parametrize("address", ["tcp://", "tls://host", "tls://host:x", "tls://[:1", "a\nb:1"])
def test_address_that_is_none_is_refused(tmp_path: Path, address: str) -> None:
    with pytest.raises(ConfigError, match="no address of a scheduler"):
        choose_cluster(replace(load_config(tmp_path), engine="dask", scheduler=address, allow_insecure=True))


def test_scheduler_is_that_of_the_options_then_of_the_file_then_of_the_environment(tmp_path: Path) -> None:
    (tmp_path / "scheduler.json").write_text('{"address": "tcp://127.0.0.1:2"}')
    config = replace(load_config(tmp_path), engine="dask", scheduler_file="scheduler.json")
    environ = {VARIABLE: "tcp://127.0.0.1:3"}
    assert choose_cluster(replace(config, scheduler="127.0.0.1:1"), environ).address == "tcp://127.0.0.1:1"
    assert choose_cluster(config, environ).address == "tcp://127.0.0.1:2"
    assert choose_cluster(replace(config, scheduler_file=""), environ).address == "tcp://127.0.0.1:3"
    with pytest.raises(ConfigError, match="needs a scheduler"):
        choose_cluster(replace(config, scheduler_file=""), {})


@pytest.mark.parametrize("text", ["", "{", "[]", '{"address": 1}', "[" * 100_000, '{"address": ""}'])
def test_file_that_is_no_scheduler_file_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "scheduler.json").write_text(text)
    with pytest.raises(ConfigError, match="no scheduler file"):
        choose_cluster(replace(load_config(tmp_path), engine="dask", scheduler_file="scheduler.json"))


WITHOUT_DASK = """
import sys
sys.modules["distributed"] = None
from schemagen.cli import main
sys.exit(main())
"""


def test_engine_that_is_not_installed_says_how_to_install_it(project: Project) -> None:
    add_schemas(project, "a")
    done = project._process([sys.executable, "-c", WITHOUT_DASK, "generate", "--engine", "dask", "--local"], None)
    assert (done.code, len(done.errors)) == (3, 1)
    assert "pip install 'schemagen[dask]'" in done.err


BUILD_AND_LOOK = """
import sys
from schemagen.cli import main
code = main()
print([name for name in sys.modules if name.partition(".")[0] in {"dask", "distributed", "tornado", "msgpack"}])
sys.exit(code)
"""


def test_build_on_this_machine_imports_nothing_of_dask(project: Project) -> None:
    add_schemas(project, "a")
    for args in (["generate", "-w", "2"], ["check"], ["generate", "--shard", "1/2", "-f"]):
        done = project._process([sys.executable, "-c", BUILD_AND_LOOK, *args], None)
        assert done.out.splitlines()[-1] == "[]"


# -- without a cluster: what is sent and what comes back


@pytest.fixture
def session(project: Project) -> Session:
    add_schemas(project, "a", "b")
    project.write("schemas/c.json", {"$ref": "a.json"})
    return Session(load_config(project.root), None, print)


def test_worker_that_joined_late_asks_for_the_setup_and_keeps_it(session: Session) -> None:
    sending = Sending(session, session.tasks())
    items = [("c", None), ("b", None)]
    parcel = sending.parcel(items)
    remote._kept._setups.clear()
    with pytest.raises(Refused, match=remote.NO_SETUP):
        sending.answer(items, remote.make_batch(parcel.frame))
    remote.make_batch(parcel.frame, sending.setup)
    answer = sending.answer(items, remote.make_batch(parcel.frame))
    assert [sorted(made.written) for made in answer.made] == [["build/c.txt"], ["build/b.txt"]]


def test_what_many_schemas_reach_is_sent_once(session: Session) -> None:
    sending = Sending(session, session.tasks())
    assert unframed(sending.setup)[0]["documents"] == [["schemas/a.json", "2020-12"]]
    data, blobs = unframed(sending.parcel([("a", None), ("c", None)]).frame)
    assert [path for path, _ in data["documents"]] == ["schemas/c.json"]
    assert blobs == [(session.root / "schemas/c.json").read_bytes()]


@pytest.mark.parametrize("cut", range(0, 400, 7))
def test_frame_that_is_cut_or_changed_is_refused(session: Session, cut: int) -> None:
    frame = framed({"a": [1, "ä"]}, [b"", b"x" * 300])
    assert unframed(frame) == ({"a": [1, "ä"]}, [b"", b"x" * 300])
    if cut < len(frame):
        with pytest.raises(ValueError):  # noqa: PT011  # whatever is wrong with it
            unframed(frame[:cut])


def test_other_code_of_the_same_version_is_another_one() -> None:
    ours = identity()
    assert difference(ours, identity()) == ""
    assert difference(ours, {**ours, "engine": "0"}).startswith(
        f"has schemagen {ours['schemagen']} too, but other code"
    )
    assert difference(ours, {**ours, "python": "3.9"}).startswith("has Python 3.9, and this is Python 3.")
    assert difference(ours, None) == "does not say what it is"


def spin(watch: Watch) -> None:
    with watch.item():
        while True:
            pass


def test_what_takes_too_long_is_ended_and_what_comes_after_is_not() -> None:
    with Watch(0.05).running() as watch:
        for _ in range(3):
            with pytest.raises(Overtime):
                spin(watch)
            with watch.item():
                sum(range(1000))
