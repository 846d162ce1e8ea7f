"""A PostgreSQL server with PostGIS in a temporary folder, for tests; nothing of it stays."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

# With the signs that an address must write otherwise, and that a message must never show.
PASSWORD = "s3cr3t@/:%"
USER = "agency"


@contextmanager
def postgis_server():
    """Start a server that listens on loopback alone, and give the address of a database."""
    programs = _programs()
    place = Path(tempfile.mkdtemp(prefix="postgis-"))
    # A server refuses to run as root.
    account = pwd.getpwnam("postgres") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    os.chown(place, account.pw_uid, account.pw_gid)
    port = _free_port()
    try:
        secret = place / "password"
        secret.write_text(f"{PASSWORD}\n")
        os.chown(secret, account.pw_uid, account.pw_gid)
        options = f"-p {port} -k {place} -c listen_addresses=127.0.0.1 -c fsync=off"
        data = place / "data"
        _run(
            account,
            [programs / "initdb", "-D", data, "-U", USER, "--auth=scram-sha-256"],
            [f"--pwfile={secret}", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"],
        )
        control = [programs / "pg_ctl", "-D", data, "-w", "-l", place / "log"]
        _run(account, control, ["-o", options, "start"])
        try:
            yield f"postgresql://{USER}:{quote(PASSWORD, safe='')}@127.0.0.1:{port}/postgres"
        finally:
            _run(account, control, ["-m", "immediate", "stop"])
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _programs():
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not folders:
        msg = "PostgreSQL with PostGIS is needed: run `make tools` as root."
        raise FileNotFoundError(msg)
    return folders[-1].parent


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _run(account, program, arguments):
    same = account.pw_uid == os.geteuid()
    subprocess.run(
        [*program, *arguments],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
        cwd="/",
        env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
        user=None if same else account.pw_uid,
        group=None if same else account.pw_gid,
        extra_groups=None if same else [],
    )
