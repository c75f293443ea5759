"""Every operation of the OpenAPI document answers as the document says, whatever it is sent."""
import os
import pathlib
import subprocess
import sys

CONFIG = pathlib.Path(__file__).parent / "schemathesis.toml"
EXAMPLES = os.environ.get("PLANTAIN_SCHEMATHESIS_EXAMPLES", "25")


def test_schemathesis_finds_nothing(server, tmp_path):
    command = [pathlib.Path(sys.executable).parent / "schemathesis", "--config-file", CONFIG, "run", f"{server.base}/openapi.json",
               "--header", f"Authorization: Bearer {server.key}", "--checks", "all", "--max-examples", EXAMPLES,
               "--phases", "examples,coverage,fuzzing", "--seed", "20261125", "--no-color",
               "--suppress-health-check", "filter_too_much"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=1400)
    assert done.returncode == 0, done.stdout[-20000:] + done.stderr[-4000:]
