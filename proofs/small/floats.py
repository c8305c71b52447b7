"""The sizes of `small`: its lists are the exponent and the first bit of a size as a float, rounded as wasm rounds.

What heap.py and malloc.py assume of `float_bits` is proved here of IEEE's floats, for all sizes.
"""

from bitwuzla import Kind, RoundingMode

from engine.execute import Machine, float_bits
from engine.memory import Unknown
from engine.terms import Bits, Truth, every, number, terms, unknown, unknown_function

from .heap import list_of, sizes_have_lists


def as_float(path, whole, name):
    """Bits of which it is assumed that they are the float nearest to a whole number of 64 bits: as the instructions say."""
    bits = unknown(name)
    single = terms.mk_fp_sort(8, 24)
    nearest = terms.mk_rm_value(RoundingMode.RNE)
    converted = terms.mk_term(Kind.FP_TO_FP_FROM_UBV, [nearest, whole.term], [8, 24])
    path.assume(Truth(terms.mk_term(Kind.EQUAL, [terms.mk_term(Kind.FP_TO_FP_FROM_BV, [bits.term], [8, 24]), converted])))
    path.assume(float_bits(whole) == bits)
    return bits


def first_list(bytes):
    """The head at which malloc begins to search: of the size of the request and its header, less one."""
    return (float_bits(bytes.extended(64) + 3) >> 22) << 2


def later_lists_serve(bytes, size):
    """Whoever is in a later list than the first is large enough; and the list of a size is never before its own."""
    own, first = list_of(size), first_list(bytes)
    possible = every(size >= 16, size & 15 == 0, size <= number(-1296))
    return every(
        (possible & (own > first)) >> (size - 4 >= bytes),
        first & 3 == 0,
        first <= 4 * 318,
        (bytes >= 13) >> (first >= 4 * 262),
    )


class Begun(Exception):
    """malloc has come to its loop."""


def mapping(module):
    def run(path):
        size, bytes = unknown("size"), unknown("bytes")

        def stop(frame, loop):
            raise Begun(frame.variables)

        m = Machine(module, path, Unknown(unknown_function("memory")), number(1), cuts={"malloc": stop})
        try:
            m.call("malloc", bytes)
            path.require(Truth(value=False), "malloc has a loop")
        except Begun as begun:
            first = begun.args[0][1]
        path.require(first == first_list(bytes), "malloc begins with the list of the bytes that it needs, less one")
        as_float(path, size.extended(64), "the size's float")
        as_float(path, bytes.extended(64) + 3, "the request's float")
        path.reach()
        path.require(sizes_have_lists(size), "every size has a list")
        path.require(later_lists_serve(bytes, size), "each block of a later list is large enough")

    return run
