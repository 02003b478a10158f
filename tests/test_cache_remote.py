"""A store beyond this machine spares other machines the work, and never fails a build, whatever it answers."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from schemagen.cache import courier, objects
from schemagen.cache.mapping import New, decode, encode, make_group
from tests.caches import Built, build, object_server, request, user_cache
from tests.conftest import REPOSITORY, Project
from tests.peers import peer_python
from tests.test_cache_builds import checkout, counts

# pytest has threads, and a build of its process forks; sockets that a killed process had are nobody's to close.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with object_server() as url:
        yield url


@pytest.fixture
def url(server: str, tmp_path: Path) -> str:
    """A store of this test's own."""
    return f"{server}/store/{tmp_path.name}"


def machine(project: Project, name: str) -> Project:
    """A checkout of ``project`` on what has nothing but the store in common with it."""
    (project.root.parent / name).mkdir()
    root = project.root.parent / name / "checkout"
    shutil.copytree(project.root, root, ignore=shutil.ignore_patterns("build", ".schemagen"))
    return Project(root)


def on_machine(project: Project, name: str, url: str, *args: str, **environment: str) -> tuple[Project, Built]:
    other = machine(project, name)
    return other, build(other, "-w", "1", "--cache", url, *args, **environment)


def objects_of(server: str, kind: str, url: str) -> list[str]:
    """The paths that were put below ``url``, of blobs (cas) or mappings (ac)."""
    log = request("GET", f"{server}/log").decode().splitlines()
    prefix = f"PUT {url.removeprefix(server)}/{kind}/"
    return sorted({line.removeprefix("PUT ") for line in log if line.startswith(prefix)})


@pytest.mark.parametrize("args", [("-w", "1"), ("-w", "2")])
def test_another_machine_generates_nothing(project: Project, url: str, args: tuple[str, ...]) -> None:
    first, made = on_machine(project, "first", url, *args)
    assert (made.code, *counts(made), made.warnings) == (0, 3, 0, [])
    second, found = on_machine(project, "second", url, *args)
    assert (found.code, *counts(found), found.warnings) == (0, 0, 3, [])
    assert second.outputs() == first.outputs()
    # What was brought is in the folder of that machine now: the store is not needed for it again.
    again = checkout(second, "again")
    assert counts(build(again)) == (0, 3)


def test_change_is_generated_and_the_rest_found(project: Project, url: str) -> None:
    for number in range(60):
        project.write(f"schemas/many/s{number:02}.json", {"title": f"S {number}"})
    on_machine(project, "first", url)
    project.write("schemas/many/s07.json", {"title": "Other"})
    other, found = on_machine(project, "second", url)
    assert found.code == 0
    assert found.generated + found.found == 63
    assert 1 <= found.generated < 60
    assert other.read("build/many/s07.txt").startswith("Other")
    assert counts(on_machine(project, "third", url)[1]) == (0, 63)


def test_read_only_builds_put_nothing_and_say_nothing(project: Project, server: str, url: str) -> None:
    _, made = on_machine(project, "first", url, "--cache-read-only")
    assert (*counts(made), made.warnings) == (3, 0, [])
    assert objects_of(server, "cas", url) == objects_of(server, "ac", url) == []
    on_machine(project, "second", url)
    assert objects_of(server, "ac", url)
    _, found = on_machine(project, "third", url, SCHEMAGEN_CACHE_READ_ONLY="1")
    assert (*counts(found), found.warnings) == (0, 3, [])


def test_signed_entries_are_believed_and_others_are_not(project: Project, url: str) -> None:
    key = {"SCHEMAGEN_CACHE_KEY": "of this project"}
    on_machine(project, "unsigned", url)
    _, refused = on_machine(project, "signed", url, **key)
    assert counts(refused) == (3, 0)
    assert len(refused.warnings) == 1
    assert "it is not signed with SCHEMAGEN_CACHE_KEY" in refused.warnings[0]
    on_machine(project, "first", f"{url}/signed", **key)
    assert counts(on_machine(project, "second", f"{url}/signed", **key)[1]) == (0, 3)
    _, wrong = on_machine(project, "third", f"{url}/signed", SCHEMAGEN_CACHE_KEY="wrong")
    assert (*counts(wrong), len(wrong.warnings)) == (3, 0, 1)


def spoil_blobs(server: str, url: str) -> None:
    for path in objects_of(server, "cas", url):
        data = request("GET", server + path)
        request("PUT", server + path, bytes([data[0] ^ 1]) + data[1:])


def cut_blobs(server: str, url: str) -> None:
    for path in objects_of(server, "cas", url):
        request("PUT", server + path, request("GET", server + path)[:-1])


def remove_blobs(server: str, url: str) -> None:
    for path in objects_of(server, "cas", url):
        request("DELETE", server + path)


def spoil_mappings(server: str, url: str) -> None:
    for path in objects_of(server, "ac", url):
        request("PUT", server + path, b"\x80\x04rubbish")


def swap_mappings(server: str, url: str) -> None:
    """Each is that of another key."""
    paths = objects_of(server, "ac", url)
    datas = [request("GET", server + path) for path in paths]
    for path, data in zip(paths, datas[1:] + datas[:1], strict=True):
        request("PUT", server + path, data)


def lead_mappings_out(server: str, url: str) -> None:
    """They are right but for the paths of outputs, which lead out of the output folder."""
    for path in objects_of(server, "ac", url):
        key = path.rpartition("/")[2]
        group = decode(request("GET", server + path), key, b"")
        outputs = {name: kept._replace(path="../x") for name, kept in group.outputs.items()}
        request("PUT", server + path, encode(group._replace(outputs=outputs), b""))


def overstate_sizes(server: str, url: str) -> None:
    """Each says that its blob has other bytes, and more of them, than there are."""
    for path in objects_of(server, "ac", url):
        key = path.rpartition("/")[2]
        group = decode(request("GET", server + path), key, b"")
        request("PUT", server + path, encode(group._replace(size=group.size + (1 << 20)), b""))


@pytest.mark.parametrize(
    ("spoil", "warnings"),
    [
        (spoil_blobs, 1),
        (cut_blobs, 1),
        (remove_blobs, 0),
        (spoil_mappings, 1),
        (swap_mappings, 1),
        (lead_mappings_out, 1),
        (overstate_sizes, 1),
    ],
)
def test_what_is_wrong_there_is_generated(
    project: Project, server: str, url: str, spoil: Callable[[str, str], None], warnings: int
) -> None:
    for number in range(40):  # so that there are several groups
        project.write(f"schemas/many/s{number:02}.json", {"title": f"S {number}"})
    first, _ = on_machine(project, "first", url)
    assert len(objects_of(server, "ac", url)) > 1
    spoil(server, url)
    second, told = on_machine(project, "second", url)
    assert (told.code, *counts(told), len(told.warnings)) == (0, 43, 0, warnings)
    assert second.outputs() == first.outputs()
    assert not (second.root.parent / "x").exists()
    assert not (second.root / "x").exists()
    if spoil in {spoil_blobs, cut_blobs, remove_blobs, spoil_mappings, swap_mappings}:  # they were mended
        assert counts(on_machine(project, "third", url)[1]) == (0, 43)


def test_other_bytes_for_the_same_key_are_told_and_not_replaced(project: Project, server: str, url: str) -> None:
    on_machine(project, "first", url)
    forgeries = {}
    for path in objects_of(server, "ac", url):
        group = decode(request("GET", server + path), path.rpartition("/")[2], b"")
        forged, blob = make_group([New(key, kept.path, b"other") for key, kept in group.outputs.items()])
        forgeries[path] = encode(forged, b"")
        request("PUT", server + path, forgeries[path])
        request("PUT", f"{url}/cas/{forged.blob[:2]}/{forged.blob}", blob)
    _, told = on_machine(project, "second", url, "--force")
    assert counts(told) == (3, 0)
    assert len(told.warnings) == 1
    assert "not deterministic" in told.warnings[0]
    assert forgeries == {path: request("GET", server + path) for path in forgeries}


@pytest.mark.parametrize("status", [403, 429, 500, 503])
def test_server_that_refuses_is_no_harm(project: Project, server: str, status: int) -> None:
    other, told = on_machine(project, "one", f"{server}/{status}/x")
    assert (told.code, *counts(told), len(told.warnings)) == (0, 3, 0, 1)
    assert str(status) in told.warnings[0]
    assert len(other.outputs()) == 3


def test_server_that_lets_nobody_write_is_told_of_once(project: Project, server: str) -> None:
    _, told = on_machine(project, "one", f"{server}/put403/x")
    assert (told.code, *counts(told), len(told.warnings)) == (0, 3, 0, 1)
    assert "it is not kept" in told.warnings[0]


def test_server_without_end_is_not_read_to_its_end(project: Project, server: str) -> None:
    _, told = on_machine(project, "one", f"{server}/endless/x")
    assert (told.code, *counts(told), len(told.warnings)) == (0, 3, 0, 1)
    assert "it is too large" in told.warnings[0]


def test_slow_server_is_waited_for_no_longer_than_that_is_worth(
    project: Project, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The seconds are fewer here."""
    monkeypatch.setattr(courier, "_WAIT_SECONDS", 1.0)
    began = time.monotonic()
    _, told = on_machine(project, "one", f"{server}/slow/x")
    assert (told.code, *counts(told), len(told.warnings)) == (0, 3, 0, 1)
    assert "it has not answered for 1 seconds" in told.warnings[0]
    assert time.monotonic() - began < 30
    assert objects.REQUEST_SECONDS == 10


@pytest.mark.parametrize("place", ["http://127.0.0.1:1/x", "https://127.0.0.1:PORT/x", "http://no-such-host.invalid/x"])
def test_unreachable_server_is_no_harm(project: Project, server: str, place: str) -> None:
    """Nobody listens; TLS fails, since the server speaks none; there is no such name."""
    port = server.rpartition(":")[2]
    _, told = on_machine(project, "one", place.replace("PORT", port))
    assert (told.code, *counts(told), len(told.warnings)) == (0, 3, 0, 1)


def test_store_in_memory_lasts_as_long_as_the_process(project: Project) -> None:
    url = f"memory://{project.root.parent.name}/x"
    first, made = on_machine(project, "first", url)
    assert counts(made) == (3, 0)
    second, found = on_machine(project, "second", url)
    assert (*counts(found), found.warnings) == (0, 3, [])
    assert second.outputs() == first.outputs()


def test_process_of_the_build_imports_none_of_it(project: Project, url: str) -> None:
    script = (
        "import sys\nfrom schemagen.cli import main\ncode = main(sys.argv[1:])\n"
        "print('imported:', *({'fsspec', 'aiohttp'} & set(sys.modules)))\nsys.exit(code)"
    )
    environment = {**os.environ, "SCHEMAGEN_NO_CACHE": "", "XDG_CACHE_HOME": str(user_cache(project).parent)}
    done = subprocess.run(
        [sys.executable, "-c", script, "generate", "-w", "2", "--cache", url],
        cwd=project.root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr, done.stdout.splitlines()[-1]) == (0, "", "imported:")


# -- S3

MOTO = """
from werkzeug.serving import make_server
from moto.server import DomainDispatcherApplication, create_backend_app
server = make_server("127.0.0.1", 0, DomainDispatcherApplication(create_backend_app), threaded=True)
print(server.port, flush=True)
server.serve_forever()
"""
S3 = """
import json, sys
import boto3
client = boto3.client("s3")
if sys.argv[1] == "make":
    client.create_bucket(Bucket="bucket")
elif sys.argv[1] == "list":
    print(json.dumps([each["Key"] for each in client.list_objects_v2(Bucket="bucket").get("Contents", [])]))
else:
    for each in client.list_objects_v2(Bucket="bucket").get("Contents", []):
        if "/cas/" in each["Key"]:
            client.put_object(Bucket="bucket", Key=each["Key"], Body=b"x" * each["Size"])
"""


@pytest.mark.whole
def test_bucket_of_s3_is_used_as_any_store(project: Project, pytestconfig: pytest.Config) -> None:
    """With s3fs, and moto for the server; both in an environment of their own, which takes pip a minute."""
    assert pytestconfig.cache is not None
    python = peer_python(pytestconfig.cache, "s3fs>=2024.12", "moto[server]>=5")
    ours = subprocess.run(
        [sys.executable, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip
    server = subprocess.Popen([python, "-c", MOTO], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert server.stdout is not None
        port = int(server.stdout.readline())
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
            "PYTHONPATH": os.pathsep.join([str(REPOSITORY), ours]),
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "us-east-1",
            "SCHEMAGEN_NO_CACHE": "",
            "SCHEMAGEN_CACHE": "s3://bucket/pre/fix",
        }

        def s3(what: str) -> str:
            done = subprocess.run([python, "-c", S3, what], env=environment, capture_output=True, text=True, check=True)
            return done.stdout

        def run(name: str, bucket: str = "bucket") -> tuple[Project, subprocess.CompletedProcess[str]]:
            other = machine(project, name)
            done = subprocess.run(
                [python, "-m", "schemagen", "generate", "-w", "1"],
                cwd=other.root,
                env={
                    **environment,
                    "XDG_CACHE_HOME": str(other.root.parent / "home"),
                    "SCHEMAGEN_CACHE": f"s3://{bucket}/pre/fix",
                },
                capture_output=True, text=True, check=False,
            )  # fmt: skip
            return other, done

        s3("make")
        first, made = run("first")
        assert (made.returncode, made.stdout.partition(" in ")[0], made.stderr) == (
            0, "3 generated, 0 fresh, 0 failed", "",
        )  # fmt: skip
        assert {key.split("/")[2] for key in json.loads(s3("list"))} == {"ac", "cas"}
        second, found = run("second")
        assert found.stdout.startswith("0 generated, 3 from the cache, 0 fresh"), found.stderr
        assert second.outputs() == first.outputs()
        s3("spoil")
        third, spoiled = run("third")
        assert spoiled.stdout.startswith("3 generated, 0 fresh")
        assert spoiled.stderr.count("warning") == 1
        assert third.outputs() == first.outputs()
        assert run("fourth")[1].stdout.startswith("0 generated, 3 from the cache")  # it was mended
        _, none = run("fifth", bucket="no-such-bucket")
        assert (none.returncode, none.stdout.partition(" in ")[0]) == (0, "3 generated, 0 fresh, 0 failed")
        assert none.stderr.count("warning") == 1
    finally:
        server.kill()
        server.wait()
        if server.stdout is not None:
            server.stdout.close()
