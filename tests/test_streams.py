"""The random numbers: their bits, their addresses, their law, and that Python and Numba give the same ones.

Statistical checks use fixed seeds and n = 10**6: the tolerance is 5 standard errors, and a discrepancy of
(5 + 3.09) standard deviations / sqrt(n) is missed once in a thousand.
"""

import hashlib
import itertools
import math
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numba
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import special

from deference_sim import streams
from deference_sim.elementary import log
from deference_sim.engines import bits  # noqa: F401  which tells Numba of our log

SEED = 20_240_611
SAMPLE_SIZE = 1_000_000
TOLERANCE = 5.0  # standard errors
FALSE_ALARM = 5.7e-7  # two-sided tail of the normal law beyond 5 standard errors

Draws = NDArray[np.float64]
Addresses = tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]
Fill = Callable[..., None]

EXTREME_KEYS = [0, 1, 2**32 - 1, 2**32, 2**63, 2**64 - 1]
EXTREME_REPLICATES = [0, 1, 2**32 - 1, 2**32, 2**32 + 1, 2**63 - 1]
EXTREME_WORDS = [0, 1, 2**31 - 1, 2**31, 2**32 - 1]


# ---- one text, run as Python and compiled -----------------------------------------------------------------


def fill_draws(
    keys: NDArray[np.uint64],
    replicates: NDArray[np.int64],
    stream_ids: NDArray[np.int64],
    indexes: NDArray[np.int64],
    out: Draws,
) -> None:
    for i in range(len(out)):
        key, replicate, stream, index = keys[i], replicates[i], stream_ids[i], indexes[i]
        out[i, 0], out[i, 1] = streams.uniform_pair(key, replicate, stream, index)
        out[i, 2], out[i, 3] = streams.normal_pair(key, replicate, stream, index)
        out[i, 4] = streams.exponential(key, replicate, stream, index)
        out[i, 5] = streams.normal(key, replicate, stream, index)
        out[i, 6] = streams.uniform(key, replicate, stream, index)


def fill_views(
    keys: NDArray[np.uint64],
    replicates: NDArray[np.int64],
    stream_ids: NDArray[np.int64],
    indexes: NDArray[np.int64],
    out: Draws,
) -> None:
    """The first five columns of `fill_draws` from one block each: a third of the time as plain Python."""
    for i in range(len(out)):
        u0, u1 = streams.uniform_pair(keys[i], replicates[i], stream_ids[i], indexes[i])
        out[i, 0], out[i, 1] = u0, u1
        out[i, 2], out[i, 3] = streams.normal_quantile(u0), streams.normal_quantile(u1)
        out[i, 4] = -log(u0)


for equation in streams.EQUATIONS:
    numba.extending.register_jitable(error_model="numpy")(equation)


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    result: Callable[..., Any] = numba.njit(function)
    return result


@pytest.fixture(scope="module")
def compiled_draws() -> Fill:
    return compiled(fill_draws)


def run(fill: Fill, addresses: Addresses, columns: int) -> Draws:
    out = np.empty((len(addresses[0]), columns))
    # A NumPy scalar that overflows is a bug even where the bits come out right.
    with np.errstate(all="raise"):
        fill(*addresses, out)
    return out


def varied_addresses(count: int) -> Addresses:
    """All combinations of the extremes of each part, then random addresses, all distinct."""
    extremes = list(itertools.product(EXTREME_KEYS, EXTREME_REPLICATES, EXTREME_WORDS, EXTREME_WORDS))
    rest = count - len(extremes)
    random = np.random.default_rng(SEED)
    keys, replicates, stream_ids, indexes = zip(*extremes, strict=True)
    return (
        np.append(np.array(keys, np.uint64), random.integers(0, 2**64, rest, np.uint64)),
        np.append(np.array(replicates, np.int64), random.integers(0, 2**63, rest)),
        np.append(np.array(stream_ids, np.int64), random.integers(0, 2**32, rest)),
        np.append(np.array(indexes, np.int64), random.integers(0, 2**32, rest)),
    )


# Would catch: fused multiply-adds, a fast or vectorised logarithm, words that turn signed or float.
def test_python_and_compiled_give_the_same_bits() -> None:
    addresses = varied_addresses(100_000)
    python = run(fill_views, addresses, 5)
    numba_ = run(compiled(fill_views), addresses, 5)
    assert np.array_equal(python.view(np.uint64), numba_.view(np.uint64))


# Would catch: a view that reads another lane or address than the pair does, on either side.
def test_every_view_is_of_the_pair_at_its_address(compiled_draws: Fill) -> None:
    addresses = varied_addresses(1_500)
    views = run(fill_views, addresses, 5)
    for fill in (fill_draws, compiled_draws):
        draws = run(fill, addresses, 7)
        assert np.array_equal(draws[:, :5].view(np.uint64), views.view(np.uint64))
        assert np.array_equal(draws[:, 5], views[:, 2])
        assert np.array_equal(draws[:, 6], views[:, 0])


def test_compiled_code_takes_literal_addresses_and_refuses_a_signed_key() -> None:
    def draw(key: np.uint64, replicate: int) -> float:
        return streams.uniform(key, replicate, streams.THEFT, 2)

    compiled_draw = compiled(draw)
    key = streams.key_of_seed(SEED)
    assert compiled_draw(key, 3) == draw(key, 3)
    with pytest.raises(numba.TypingError):
        compiled_draw(np.int64(1), 3)


# Would catch: Numba's import time charged to a command that compiles nothing.
def test_importing_streams_does_not_import_numba() -> None:
    code = "import sys, deference_sim.streams; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# ---- the generator ----------------------------------------------------------------------------------------


# The third vector has six different words, so it also catches words taken in the wrong order. All three are
# among the known answers published with Philox (Random123).
@pytest.mark.parametrize(
    ("counter_and_key", "block"),
    [
        ("00000000 00000000 00000000 00000000 00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
        ("ffffffff ffffffff ffffffff ffffffff ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
        ("243f6a88 85a308d3 13198a2e 03707344 a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"),
    ],
)
def test_philox_known_answers(counter_and_key: str, block: str) -> None:
    words = [np.uint64(int(word, 16)) for word in counter_and_key.split()]
    answer = streams.philox(*words)
    assert " ".join(f"{word:08x}" for word in answer) == block
    assert compiled(lambda *words: streams.philox(*words))(*words) == answer


def reference_uniform_pair(seed: int, replicate: int, stream: int, index: int) -> tuple[float, float]:
    """`model.md` §12 in Python's own integers: shares no code with `streams`."""
    key = int.from_bytes(hashlib.blake2b(seed.to_bytes(16, "little"), digest_size=8).digest(), "little")
    mask = 2**32 - 1
    c = [index, replicate & mask, replicate >> 32, stream]
    for k in range(10):
        left, right = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        key_0 = ((key & mask) + k * 0x9E3779B9) & mask
        key_1 = ((key >> 32) + k * 0xBB67AE85) & mask
        c = [(right >> 32) ^ c[1] ^ key_0, right & mask, (left >> 32) ^ c[3] ^ key_1, left & mask]
    lanes = (c[0] | c[1] << 32, c[2] | c[3] << 32)
    return ((lanes[0] >> 12) + 0.5) * 2.0**-52, ((lanes[1] >> 12) + 0.5) * 2.0**-52


# Would catch: parts of the address dropped or in another order, swapped lanes or halves, another shift.
@pytest.mark.parametrize("seed", [0, 1, 2**64, 2**128 - 1])
def test_the_address_is_laid_out_as_the_model_says(seed: int) -> None:
    key = streams.key_of_seed(seed)
    for replicate, stream, index in itertools.product(EXTREME_REPLICATES, EXTREME_WORDS, EXTREME_WORDS):
        assert streams.uniform_pair(key, replicate, stream, index) == reference_uniform_pair(
            seed, replicate, stream, index
        )


# Would catch: a change that silently gives every published result another seed.
def test_keys_and_draws_stay_what_they_are() -> None:
    assert streams.key_of_seed(0) == 0x0E7494F907A55052
    assert streams.uniform_pair(streams.key_of_seed(0), 1, 2, 3) == (
        0.09234124804686827,
        0.87415809548606,
    )


@pytest.mark.parametrize("seed", [-1, 2**128, 1.5, 2.0, "7", None, True])
def test_a_seed_out_of_range_is_refused_with_what_is_allowed(seed: Any) -> None:
    with pytest.raises(ValueError, match=r"integer from 0 to 2\*\*128 - 1"):
        streams.key_of_seed(seed)


def test_a_seed_may_be_a_numpy_integer() -> None:
    assert streams.key_of_seed(np.int64(7)) == streams.key_of_seed(7)  # type: ignore[arg-type]


# Would catch: 0 or 1 among the uniforms, from which log and the quantile would make infinities.
def test_the_ends_of_the_unit_interval() -> None:
    lowest = float(streams.unit_interval(np.uint64(0), np.uint64(0)))
    highest = float(streams.unit_interval(np.uint64(2**32 - 1), np.uint64(2**32 - 1)))
    assert (lowest, highest) == (2.0**-53, 1.0 - 2.0**-53)
    assert streams.normal_quantile(highest) == -streams.normal_quantile(lowest)
    assert 8.20 < streams.normal_quantile(highest) < 8.21


# ---- the normal quantile ----------------------------------------------------------------------------------


def probabilities() -> Draws:
    """From 1e-300 to 1 - 2**-53: dense in both tails, around one half, and at the joins of AS 241."""
    tail = 2.0 ** -np.linspace(1.0, 53.0, 20_000)
    beyond_any_draw = 10.0 ** -np.linspace(16.0, 300.0, 2_000)
    near_half = 0.5 + 2.0 ** -np.linspace(2.0, 50.0, 2_000)
    joins = np.array([0.075, np.exp(-25.0)])
    joins = np.concatenate([np.nextafter(joins, 0.0), joins, np.nextafter(joins, 1.0)])
    return np.concatenate([tail, 1.0 - tail, beyond_any_draw, near_half, 1.0 - near_half, joins, 1.0 - joins])


# Holds at 1.2e-15, of which ndtri's own error is a part; one wrong digit in a coefficient is seen unless its
# effect is below that.
def test_normal_quantile_against_scipy() -> None:
    u = probabilities()
    np.testing.assert_allclose(streams.normal_quantile(u), special.ndtri(u), rtol=2e-15, atol=0.0)


# Would catch: a branch that arrays cannot take, a warning about what is not chosen.
def test_normal_quantile_of_an_array_is_that_of_each_number() -> None:
    u = np.append(probabilities(), [0.0, 1.0, -0.5, 1.5, math.inf, -math.inf, math.nan, 5e-324])
    one_by_one = np.array([streams.normal_quantile(p) for p in u.tolist()])
    with np.errstate(all="raise"):
        assert np.array_equal(streams.normal_quantile(u), one_by_one, equal_nan=True)


def test_normal_quantile_is_antisymmetric_to_the_last_bit() -> None:
    for u in (2.0**-53, 2.0**-30, 0.074, 0.25, 0.5 - 2.0**-53, 0.5):
        assert streams.normal_quantile(1.0 - u) == -streams.normal_quantile(u)


def test_normal_quantile_is_total() -> None:
    quantiles = [streams.normal_quantile(u) for u in (0.0, 1.0, -0.5, 1.5, math.inf, math.nan)]
    assert quantiles[:2] == [-math.inf, math.inf]
    assert all(math.isnan(quantile) for quantile in quantiles[2:])


# ---- addresses --------------------------------------------------------------------------------------------


# Would catch: a part of the address cut short or run into another. Under one key Philox is a bijection;
# the 104 bits kept of two lanes coincide by chance in 10**5 blocks with probability 2**-72.
def test_distinct_addresses_have_distinct_blocks(compiled_draws: Fill) -> None:
    addresses = varied_addresses(100_000)
    assert len(np.unique(np.stack([part.astype(np.uint64) for part in addresses], 1), axis=0)) == 100_000
    pairs = run(compiled_draws, addresses, 7)[:, :2]
    assert len(np.unique(pairs, axis=0)) == 100_000


@pytest.mark.parametrize("stream", [streams.ESTIMATES, 2**32 - 1])
def test_uniforms_have_the_bits_of_uniform(stream: int) -> None:
    replicates = np.append(np.arange(500), EXTREME_REPLICATES).reshape(2, -1)
    many = streams.uniforms(SEED, replicates, stream, 2**32 - 1)
    key = streams.key_of_seed(SEED)
    one_by_one = [streams.uniform(key, replicate, stream, 2**32 - 1) for replicate in replicates.flat]
    assert many.shape == replicates.shape
    assert many.ravel().tolist() == one_by_one


# Would catch: draws that depend on which other replicates are asked for.
def test_the_first_thousand_of_ten_thousand_replicates_are_the_thousand() -> None:
    ten_thousand = streams.uniforms(SEED, np.arange(10_000), streams.PARADIGM, 4)
    thousand = streams.uniforms(SEED, np.arange(1_000, dtype=np.uint32), streams.PARADIGM, 4)
    assert np.array_equal(ten_thousand[:1_000], thousand)
    backwards = streams.uniforms(SEED, np.arange(10_000)[::-1], streams.PARADIGM, 4)
    assert np.array_equal(ten_thousand[::-1], backwards)


@pytest.mark.parametrize(
    ("replicates", "stream", "index", "message"),
    [
        (np.array([-1]), 0, 0, "replicates are integers from 0"),
        (np.array([2**63], np.uint64), 0, 0, "replicates are integers from 0"),
        (np.array([0.5]), 0, 0, "replicates are integers from 0"),
        (np.array([0]), 2**32, 0, "the stream of a draw is an integer from 0"),
        (np.array([0]), 0, -1, "the index of a draw is an integer from 0"),
    ],
)
def test_uniforms_refuse_what_is_no_address(replicates: NDArray[Any], stream: int, index: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        streams.uniforms(SEED, replicates, stream, index)


# ---- the law of the draws ---------------------------------------------------------------------------------


def sample(
    fill: Fill,
    seed: int = SEED,
    replicate: NDArray[np.int64] | int = 0,
    stream: int = streams.HANDOFF_START,
    index: NDArray[np.int64] | int = 0,
) -> Draws:
    """SAMPLE_SIZE draws: columns as in `fill_draws`."""
    key = np.full(SAMPLE_SIZE, streams.key_of_seed(seed))
    parts = [np.broadcast_to(np.asarray(part, np.int64), SAMPLE_SIZE) for part in (replicate, stream, index)]
    return run(fill, (key, parts[0], parts[1], parts[2]), 7)


@pytest.fixture(scope="module")
def over_replicates(compiled_draws: Fill) -> Draws:
    return sample(compiled_draws, replicate=np.arange(SAMPLE_SIZE))


@pytest.fixture(scope="module")
def over_indexes(compiled_draws: Fill) -> Draws:
    return sample(compiled_draws, index=np.arange(SAMPLE_SIZE))


def correlation_z(one: Draws, other: Draws) -> float:
    """The correlation of two uniform samples of known mean and variance, in standard errors."""
    return float(12.0 * np.mean((one - 0.5) * (other - 0.5)) * math.sqrt(len(one)))


# Would catch: a stream, lane, seed or half of the replicate used twice; neighbours that resemble each other.
# Sees correlations beyond ±0.0081, and many small ones by their pooled squares.
def test_draws_at_neighbouring_addresses_are_uncorrelated(
    compiled_draws: Fill, over_replicates: Draws, over_indexes: Draws
) -> None:
    replicates = np.arange(SAMPLE_SIZE)
    u = over_replicates[:, 0]
    others = {
        "other lane": over_replicates[:, 1],
        "next seed": sample(compiled_draws, seed=SEED + 1, replicate=replicates)[:, 0],
        "next stream": sample(compiled_draws, replicate=replicates, stream=streams.HANDOFF_START + 1)[:, 0],
        "next index": sample(compiled_draws, replicate=replicates, index=1)[:, 0],
        "high word of the replicate": sample(compiled_draws, replicate=replicates + 2**32)[:, 0],
        "replicate and index exchanged": over_indexes[1:, 0],
    }
    scores = {name: correlation_z(u[-len(other) :], other) for name, other in others.items()}
    scores["next replicate"] = correlation_z(u[:-1], u[1:])
    scores["next index in one replicate"] = correlation_z(over_indexes[:-1, 0], over_indexes[1:, 0])
    assert {name: z for name, z in scores.items() if abs(z) > TOLERANCE} == {}
    assert special.chdtrc(len(scores), sum(z * z for z in scores.values())) > FALSE_ALARM


# Would catch: another shift, a lost half, a wrong sign or scale. The Dvoretzky-Kiefer-Wolfowitz bound; sees a
# distribution function that is off by 0.0047 anywhere.
@pytest.mark.parametrize(
    ("column", "distribution"),
    [
        (0, np.asarray),
        (1, np.asarray),
        (2, special.ndtr),
        (3, special.ndtr),
        (4, lambda x: -np.expm1(-x)),
    ],
    ids=["uniform, lane 0", "uniform, lane 1", "normal, lane 0", "normal, lane 1", "exponential"],
)
@pytest.mark.parametrize("along", ["over_replicates", "over_indexes"])
def test_distributions(
    column: int, distribution: Callable[[Draws], Draws], along: str, request: pytest.FixtureRequest
) -> None:
    expected = distribution(np.sort(request.getfixturevalue(along)[:, column]))
    steps = np.arange(SAMPLE_SIZE + 1) / SAMPLE_SIZE
    distance = max(np.max(steps[1:] - expected), np.max(expected - steps[:-1]))
    assert distance < math.sqrt(math.log(2.0 / FALSE_ALARM) / (2.0 * SAMPLE_SIZE))


# Would catch: tails cut or joined wrongly, with too few numbers in them for the test above. Sees means off by
# 0.0081 standard deviations of what is averaged: 0.0081 in the mean of the exponential, 0.011 in the variance
# of the normal.
@pytest.mark.parametrize(
    ("column", "power", "expected", "variance"),
    [(0, 1, 1 / 2, 1 / 12), (4, 1, 1, 1), (4, 2, 2, 20)]
    + [(column, power, *moment) for column in (2, 3) for power, moment in {1: (0, 1), 2: (1, 2), 4: (3, 96)}.items()],
)
def test_moments(over_replicates: Draws, column: int, power: int, expected: float, variance: float) -> None:
    mean = np.mean(over_replicates[:, column] ** power)
    assert abs(mean - expected) < TOLERANCE * math.sqrt(variance / SAMPLE_SIZE)


# ---- the stream table -------------------------------------------------------------------------------------


# Would catch: an id renumbered, used twice or lost, any of which changes published results.
def test_the_fixed_streams() -> None:
    expected = {
        "ESTIMATES": 1, "HANDOFF_START": 3, "HANDOFF_SCHEMING": 4, "GENERATION_SHOCK": 5, "REVIEW_NOISE": 7,
        "INFECTIOUS_SHOCK": 9, "DETECTION": 10, "OVERRIDE": 11, "PARADIGM": 12, "THEFT": 13, "DEAL": 14,
        "AI_CATASTROPHE": 15, "EARLY_TAKEOVER": 16, "PUNT": 17, "OVERTAKING": 18, "RECOVERY": 19, "RIVAL_EDGE": 20,
        "PERSISTENT_ERROR": 21, "BASIN_EXISTS": 22, "SCHEMING_ONSET": 23,
    }  # fmt: skip
    assert dict(streams.FIXED_STREAMS) == expected
    assert all(getattr(streams, name) == stream for name, stream in streams.FIXED_STREAMS.items())


def test_a_named_stream_is_the_hash_of_its_name() -> None:
    assert streams.named_stream("hazard:misuse") == 3187295321
    for kind in ("hazard", "severity", "parameter", "user"):
        digest = hashlib.blake2b(f"{kind}:é".encode(), digest_size=4).digest()
        assert streams.named_stream(f"{kind}:é") == int.from_bytes(digest, "little")


@pytest.mark.parametrize("name", ["misuse", "ESTIMATES", "Hazard:misuse", "hazards:misuse", "hazard:", "hazard", ""])
def test_a_name_of_no_kind_is_refused_with_the_kinds(name: str) -> None:
    with pytest.raises(ValueError, match="hazard:NAME, severity:NAME, parameter:NAME, user:NAME"):
        streams.named_stream(name)


def test_the_stream_table_has_the_fixed_and_the_given_names() -> None:
    names = ["hazard:misuse", "user:mine", "hazard:misuse"]
    table = streams.stream_table(names)
    assert table == dict(streams.FIXED_STREAMS) | {name: streams.named_stream(name) for name in names}


# The names were found by brute force over hazard:risk_0, hazard:risk_1, …
@pytest.mark.parametrize(
    ("names", "message"),
    [
        (
            ["hazard:risk_59386", "hazard:risk_80698"],
            r"'hazard:risk_59386' and 'hazard:risk_80698' share random stream 4032304310: rename one",
        ),
        (
            ["hazard:risk_55576248"],
            r"'hazard:risk_55576248' has random stream 13, kept for the fixed stream THEFT: rename",
        ),
        (
            ["hazard:risk_24344332"],
            r"'hazard:risk_24344332' has random stream 252, kept for fixed streams to come: rename",
        ),
    ],
)
def test_a_clash_of_streams_is_an_error_naming_both(names: list[str], message: str) -> None:
    with pytest.raises(streams.StreamClashError, match=message):
        streams.stream_table(names)
