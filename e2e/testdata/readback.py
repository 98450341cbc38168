"""Reads the open formats of a release with clients that others wrote, and
compares every cell with release.json.

Usage: readback.py FOLDER frictionless|sdmx|pysdmx"""
import json
import sys
from decimal import Decimal
from pathlib import Path

here, client = Path(sys.argv[1]), sys.argv[2]
want = {}
for c in json.loads((here / "release.json").read_text("utf-8"))["cells"]:
    value = Decimal(c["value"]) if "value" in c else None
    want[c["code"], c["area"], c["period"], c.get("slice")] = (c["state"], value, c.get("cause"), c.get("exact"), c.get("expected"), c.get("reported"))


def fail(text):
    sys.exit(f"{client}: {text}")


def code(text):
    """The code that an SDMX identifier stands for."""
    out, at = bytearray(), 0
    while at < len(text):
        if text[at] == "$":
            out.append(int(text[at + 1 : at + 3], 16))
            at += 3
        else:
            out += text[at].encode()
            at += 1
    return None if out == b"_T" else out.decode()


def frictionless():
    """The table as the data package describes it: types, keys, digests."""
    from frictionless import Package, system

    with system.use_context(trusted=True):
        package = Package(str(here / "datapackage.json"))
        report = package.validate()
        if not report.valid:
            fail(report.flatten(["type", "note"])[:3])
        rows = package.get_resource("cells").read_rows()
    return {(r["code"], r["area"], r["period"], r["slice"]): tuple(r[n] for n in ("state", "value", "cause", "exact", "expected", "reported")) for r in rows}


def structure():
    """The data structure as pysdmx reads it, every code list resolved."""
    from pysdmx.io import read_sdmx

    message = read_sdmx(here / "structure.sdmx.json")
    lists = {c.id: {code.id for code in c.items} for c in message.get_codelists()}
    components = message.get_data_structure_definitions()[0].components
    for c in components:
        if c.enumeration is not None and {i.id for i in c.enumeration} != lists[c.enumeration.id]:
            fail(f"{c.id} has other codes than {c.enumeration.id}")
    return components


def coded(components, name, value):
    """A value that stands in the code list of its component."""
    for c in components:
        if c.id == name and c.enumeration is not None and value not in {i.id for i in c.enumeration}:
            fail(f"{name} {value} is in no code list")
    return value


def number(text, kind):
    return None if text in (None, "") else kind(text)


def cell(components, get):
    """A cell by the names of its components."""
    for name in ("MEASURE", "REF_AREA", "SLICE", "STATE"):
        coded(components, name, get(name))
    key = code(get("MEASURE")), code(get("REF_AREA")), get("TIME_PERIOD"), code(get("SLICE"))
    return key, (get("STATE"), number(get("OBS_VALUE"), Decimal), get("CAUSE") or None, get("EXACT") or None, number(get("EXPECTED"), int), number(get("REPORTED"), int))


def definition(components):
    """The same for sdmx1, which does not read SDMX-JSON structures."""
    from sdmx.model import common, v30

    d = v30.DataStructureDefinition(id="DSD_CELLS")
    for c in components.dimensions:
        kind = common.TimeDimension if c.id == "TIME_PERIOD" else common.Dimension
        d.dimensions.append(kind(id=c.id))
    for c in components.measures:
        d.measures.append(v30.Measure(id=c.id))
    for c in components.attributes:
        d.attributes.append(common.DataAttribute(id=c.id))
    return d


def sdmx():
    """The observations as sdmx1 reads them."""
    import sdmx as sdmx1

    components = structure()
    message = sdmx1.read_sdmx(here / "cells.sdmx.csv", structure=definition(components))
    got = {}
    for o in message.data[0].obs:
        fields = {k: str(v.value) for k, v in o.dimension.values.items()}
        fields |= {k: v.value for k, v in o.attached_attribute.items()}
        fields["OBS_VALUE"] = o.value if isinstance(o.value, str) else getattr(o.value, "value", o.value)
        key, rest = cell(components, lambda name: fields.get(name) and str(fields[name]))
        got[key] = rest
    return got


def pysdmx():
    """The table as pysdmx reads it."""
    from pysdmx.io import get_datasets

    components = structure()
    data = get_datasets(here / "cells.sdmx.csv", here / "structure.sdmx.json")[0].data
    rows = data.astype(object).where(data.notna(), None).to_dict("records")
    return dict(cell(components, lambda name: row[name] and str(row[name])) for row in rows)


got = {"frictionless": frictionless, "sdmx": sdmx, "pysdmx": pysdmx}[client]()
for key in sorted(set(want) | set(got), key=str):
    if want.get(key) != got.get(key):
        fail(f"{key}: {got.get(key)}, want {want.get(key)}")
print(client, len(got))
