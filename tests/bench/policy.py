"""Turns the benches of the policy evaluator, as divan prints them, into a section of RESULTS.md."""

import re
import sys

UNITS = {"ns": 1e-9, "µs": 1e-6, "ms": 1e-3}
ROW = re.compile(r"^(?P<inner>│ {2})?[├╰]─ (?P<name>\S+)(?:\s+(?P<figures>\d.*))?$")
TIME = re.compile(r"([\d.]+) (ns|µs|ms)")


def rows(lines):
    """Each bench with its median time in seconds."""
    group = ""
    for line in lines:
        row = ROW.match(line.rstrip(" │\n"))
        if not row:
            continue
        name = f"{group} {row['name']}" if row["inner"] else row["name"]
        times = TIME.findall(row["figures"] or "")
        if len(times) < 4:
            group = name
            continue
        value, unit = times[2]
        yield name.replace("_", " "), value, unit


print("\n## Policy evaluation\n")
print("`cargo bench -p stockade-policy`: one core, the median of 100 samples. The budgets are 1,000,000 a second for one")
print("statement and 50,000 for fifty policies with conditions.\n")
print("| policies | an evaluation | evaluations a second |")
print("|---|---:|---:|")
for name, value, unit in rows(sys.stdin):
    print(f"| {name} | {value} {unit} | {1 / (float(value) * UNITS[unit]):,.0f} |")
