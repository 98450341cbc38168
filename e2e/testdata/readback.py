"""Reads the open formats of a release with clients that others wrote, and
compares every cell with release.json. Usage: readback.py FOLDER"""
import json
import sys
from decimal import Decimal
from pathlib import Path

import sdmx
from frictionless import Package, system
from pysdmx.io import read_sdmx
from sdmx.model import common, v30

here = Path(sys.argv[1])
want = {}
for c in json.loads((here / "release.json").read_text("utf-8"))["cells"]:
    value = Decimal(c["value"]) if "value" in c else None
    want[c["code"], c["area"], c["period"], c.get("slice")] = (c["state"], value)


def same(client, got):
    for key in sorted(set(want) | set(got), key=str):
        if want.get(key) != got.get(key):
            sys.exit(f"{client}: {key}: {got.get(key)}, want {want.get(key)}")
    print(client, len(got))


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
    with system.use_context(trusted=True):
        package = Package(str(here / "datapackage.json"))
        report = package.validate()
        if not report.valid:
            sys.exit(f"frictionless: {report.flatten(['type', 'note'])[:3]}")
        rows = package.get_resource("cells").read_rows()
    return {(r["code"], r["area"], r["period"], r["slice"]): (r["state"], r["value"]) for r in rows}


def structure():
    """The data structure as pysdmx reads it, every code list resolved."""
    message = read_sdmx(here / "structure.sdmx.json")
    lists = {c.id: {code.id for code in c.items} for c in message.get_codelists()}
    components = message.get_data_structure_definitions()[0].components
    for c in components:
        if c.enumeration is not None and {i.id for i in c.enumeration} != lists[c.enumeration.id]:
            sys.exit(f"pysdmx: {c.id} has other codes than {c.enumeration.id}")
    return components


def definition(components):
    """The same for sdmx1, which does not read SDMX-JSON structures."""
    d = v30.DataStructureDefinition(id="DSD_CELLS")
    for c in components.dimensions:
        kind = common.TimeDimension if c.id == "TIME_PERIOD" else common.Dimension
        d.dimensions.append(kind(id=c.id))
    for c in components.measures:
        d.measures.append(v30.Measure(id=c.id))
    for c in components.attributes:
        d.attributes.append(common.DataAttribute(id=c.id))
    return d


def cells(components):
    message = sdmx.read_sdmx(here / "cells.sdmx.csv", structure=definition(components))
    lists = {c.id: {i.id for i in c.enumeration} for c in components.dimensions if c.enumeration}
    got = {}
    for o in message.data[0].obs:
        key = {k: str(v.value) for k, v in o.dimension.values.items()}
        for name, ids in lists.items():
            if key[name] not in ids:
                sys.exit(f"pysdmx: {name} {key[name]} is in no code list")
        value = o.value if isinstance(o.value, str) else getattr(o.value, "value", o.value)
        state = str(o.attached_attribute["STATE"].value)
        got[code(key["MEASURE"]), code(key["REF_AREA"]), key["TIME_PERIOD"], code(key["SLICE"])] = (state, Decimal(value) if value else None)
    return got


same("frictionless", frictionless())
same("sdmx", cells(structure()))
