"""``overheard slack --simulate``: a Slack of one's own, to be tried in a browser."""

from __future__ import annotations

import re
import signal
import subprocess

import httpx

from tests.command_line import Home


def test_it_prints_the_address_of_a_page_and_ends_orderly(filled: Home) -> None:
    command = filled.command("slack", "--simulate", "--as-of", "2026-11-22")
    process = subprocess.Popen(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=1)
    try:
        assert process.stdout is not None
        url = re.search(r"http://127\.0\.0\.1:\d+/", process.stdout.readline())
        assert url
        page = httpx.get(url[0], trust_env=False)
        assert (page.status_code, "<html" in page.text) == (200, True)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    finally:
        process.kill()
        process.communicate()
    assert process.returncode == 0, err
    assert "stopped." in out
    assert "Traceback" not in err
