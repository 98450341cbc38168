"""Assigns experts with the min-cost flow of OR-Tools: flow.py FILE.

The file: a line of JSON, then the fit of each expert for each application as a
byte, 255 = forbidden. Prints the highest floor of the fit that can be reached, the
least cost with it, and the milliseconds of the calls that found them: of the
solver alone, and with the making of its networks.
"""

import json
import sys
import time

import numpy as np
from ortools.graph.python import min_cost_flow


def network(h, fit, floor):
    """Source, experts, categories of an application, its slots, sink."""
    experts, apps = h["Experts"], h["Applications"]
    expert = 1 + np.arange(experts)
    kinds = 1 + experts + np.arange(3 * apps).reshape(apps, 3)
    slots = kinds.max() + 1 + np.arange(3 * apps).reshape(apps, 3)  # practice, research, any
    sink = int(slots.max()) + 1
    flow = min_cost_flow.SimpleMinCostFlow()

    def arcs(tail, head, room, cost):
        tail, head, room, cost = np.broadcast_arrays(tail, head, room, cost)
        flow.add_arcs_with_capacity_and_unit_cost(tail.ravel().astype(np.int32), head.ravel().astype(np.int32),
                                                  room.ravel().astype(np.int64), cost.ravel().astype(np.int64))

    for unit in range(1, h["Load"] + 1):
        arcs(0, expert, 1, h["Balance"] * (2 * unit - 1))
    e, a = np.nonzero((fit != 255) & (fit >= floor))
    arcs(expert[e], kinds[a, e % 3], 1, h["Steps"] - fit[e, a].astype(np.int64))
    for category in (0, 1):
        arcs(kinds[:, category], slots[:, category], 1, 0)
        arcs(slots[:, category], sink, 1, 0)
    arcs(kinds, slots[:, 2:3], h["Each"], 0)
    arcs(slots[:, 2], sink, h["Each"] - 2, 0)
    flow.set_node_supply(0, h["Each"] * apps)
    flow.set_node_supply(sink, -h["Each"] * apps)
    return flow


def main():
    with open(sys.argv[1], "rb") as f:
        h = json.loads(f.readline())
        fit = np.frombuffer(f.read(), dtype=np.uint8).reshape(h["Experts"], h["Applications"])
    took, began = 0.0, time.perf_counter()

    def least(floor):
        """The least cost with a floor, None if it cannot be reached."""
        nonlocal took
        flow = network(h, fit, floor)
        start = time.perf_counter()
        status = flow.solve()
        took += time.perf_counter() - start
        return flow.optimal_cost() if status == flow.OPTIMAL else None

    low, high, cost = 0, h["Steps"], None
    while low < high:  # the highest floor that can be reached
        mid = (low + high + 1) // 2
        found = least(mid)
        low, high, cost = (mid, high, found) if found is not None else (low, mid - 1, cost)
    if cost is None and (cost := least(low)) is None:
        sys.exit("no plan")
    print(json.dumps({"solve": 1000 * took, "whole": 1000 * (time.perf_counter() - began), "cost": cost, "floor": low}))


main()
