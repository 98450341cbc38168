"""Computes the result of a sealed record again: replay.py FILE.

Knows the trimmed mean, rounding half up and the tie chain of the rule, in
exact fractions, from the description of the format; shares no code with Xuedu.
Prints place, application, score, final and spread as CSV.
"""

import json
import sys
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        record = json.load(f)
    programme = record["programme"]
    rule, ties = programme["scoring"], programme["ties"]
    percent = {x["code"]: x["percent"] for x in programme["levels"]}
    weight = {leaf["code"]: leaf["weight"] for group in programme["rubric"] for leaf in group["leaves"]}
    groups = {group["code"]: [leaf["code"] for leaf in group["leaves"]] for group in programme["rubric"]}
    if rule["method"] != "trimmed_mean" or rule["rounding"] != "half_up":
        sys.exit("another rule")
    total = sum(weight.values())

    def rounded(x):
        # Decimal of a whole number of the last place: exact.
        unit = Fraction(1, 10 ** rule["places"])
        n = int((x / unit * 2 + 1) // 2)  # half up; nothing here is negative
        return Decimal(n).scaleb(-rule["places"]).quantize(Decimal(1).scaleb(-rule["places"]), ROUND_HALF_UP)

    ballots = defaultdict(list)
    for b in record["ballots"]:
        ballots[b["application"]].append(b["levels"])
    lines = []
    for e in record["entries"]:
        own = ballots[e["application"]]
        points = sorted(sum(weight[leaf] * percent[level] for leaf, level in b.items()) for b in own)
        kept = points[rule["trim"]:len(points) - rule["trim"]]
        score = rounded(Fraction(sum(kept), total * len(kept)))
        spread = Fraction(points[-1] - points[0], total)
        keys = []
        for tie in ties + ["draw"]:
            if tie == "visit":
                keys.append(0)  # nobody was visited
            elif tie == "spread":
                keys.append(spread)
            elif tie in ("recommendation", "draw"):
                keys.append(e[tie] or 10 ** 9)
            elif tie == "ballot":
                keys.append(-e["yes"])
            else:
                kind, code = tie.split(":")
                leaves = groups[code] if kind == "group" else [code]
                keys.append(-Fraction(sum(weight[k] * percent[b[k]] for b in own for k in leaves), len(own)))
        lines.append((score, keys, e["application"], rounded(spread)))
    best = sorted((x[0] for x in lines), reverse=True)
    most = min(len(best), -(-record["places"] * rule["shortlist"] // 100)) if rule["shortlist"] else len(best)
    limit = best[most - 1]
    lines.sort(key=lambda x: (x[0] < limit, -x[0], x[1], x[2]))
    print("place,application,score,final,spread")
    place = 0
    for i, (score, keys, app, spread) in enumerate(lines):
        if i == 0 or lines[i - 1][:2] != (score, keys):
            place = i + 1
        print(f"{place},{app},{score},{score},{spread}")


main()
