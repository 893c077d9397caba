"""The kernel's code: made of vectors where a processor has them, and of nothing that joins a product and a sum."""

import re
from functools import cache

import pytest

from deference_sim.engines.lanes import build

HOT = ("attempt", "stage", "process_rate", "rounds")
PACKED = re.compile(r"\bv?(?:add|sub|mul|div|sqrt|cmp\w*|max|min)pd\b.*(?:[xyz]mm)")
SINGLE = re.compile(r"\bv?(?:add|sub|mul|div|sqrt)sd\b")
JOINED = re.compile(r"\bvfn?m(?:add|sub)|\bfmadd|\bfmsub|\bfmla\b")


@cache
def listing(cpu: str, features: str, lanes: int) -> str:
    """The kernel as assembly, made now and not read from any cache."""
    module, machine = build.optimised(build.Target(cpu, features, lanes))
    return machine.emit_assembly(module)  # type: ignore[no-any-return]


def functions(text: str) -> dict[str, str]:
    """The body of each function by its name."""
    parts = re.split(r"^\"?(?!\.L)([\w.]+)\"?:\s*(?:#.*)?$", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.mark.parametrize(("features", "register"), [(None, None), ("+avx2", "ymm"), ("", "xmm")])
def test_what_is_run_in_every_round_is_in_vectors(features: str | None, register: str | None) -> None:
    """Would catch a change after which LLVM takes the lanes apart, and anything that rounds once instead of twice."""
    made_for = build.target()
    if features is None:
        text = listing(*made_for)
        register = "zmm" if made_for.lanes == 8 else "ymm" if "+avx2" in made_for.features else "mm"
    else:
        text = listing("x86-64", features, 4)
    assert not JOINED.search(text)
    assert register is not None
    lines = text.splitlines()
    packed = [line for line in lines if PACKED.search(line) and register in line]
    single = [line for line in lines if SINGLE.search(line)]
    assert len(packed) > 3000, "an empty listing, or no vectors"
    assert len(single) < 0.01 * len(packed)
    parts = functions(text)
    for name in HOT:
        body = "\n".join(part for each, part in parts.items() if each.startswith(name))
        assert len([line for line in body.splitlines() if PACKED.search(line)]) > 20, name


def test_no_way_brings_what_may_be_anything() -> None:
    """Would catch a name that has a value on one of two ways only, and none at all on the other.

    Where all lanes that are left return on one of them, text after both is run without a lane and may branch on it.
    """
    phis = re.findall(r"= phi .*", build.text_of_kernel(8))
    assert len(phis) > 100
    assert not [phi for phi in phis if "poison" in phi or "undef" in phi]
