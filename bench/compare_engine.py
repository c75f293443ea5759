"""Runs `plantain bench engine` and its peer one after the other and appends what came out to
bench/results/engine.jsonl: compare_engine.py PLANTAIN [--blocks N] [--size N] [--threads N] [--repeat N]."""
import json
import os
import pathlib
import platform
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).parent


def lines_of(command):
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def machine():
    model = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    return f"{platform.machine()}, {os.cpu_count()} cores, {model[1].strip() if model else 'unknown'}"


def main():
    plantain, words = sys.argv[1], sys.argv[2:]
    if "--threads" not in words:
        words += ["--threads", "2"]
    peer = {line["stage"]: line for line in lines_of([sys.executable, HERE / "engine_peer.py", *words])}
    with open(HERE / "results" / "engine.jsonl", "a") as results:
        for dtype in ("bf16", "int8"):
            lines = lines_of([plantain, "bench", "engine", "--dtype", dtype, "--json", *words])
            end = lines.pop()
            for line in lines:
                theirs = peer[line["stage"]]
                if line["blocks"] != theirs["blocks"]:
                    sys.exit(f"the peer ran {theirs['blocks']}, not {line['blocks']}")
                row = {
                    "name": f"klein-4b {end['size']}px {dtype}, {line['stage']}, {line['blocks']}",
                    "unit": "s", "value": round(line["seconds"], 4),
                    "peer": "PyTorch 2.13 f32 with diffusers 0.42", "peer_value": round(theirs["seconds"], 4),
                    "ratio": round(line["seconds"] / theirs["seconds"], 3),
                    "machine": f"{machine()}, kernels {end['kernels']}, {end['threads']} threads",
                    "share_of_peak": round(line["share_of_peak"], 3),
                    "peak_gflops": round(line["peak_gflops"], 1), "error": end["error"],
                }
                print(json.dumps(row), flush=True)
                results.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    main()
