"""Bits and truths that a solver reasons about, written with Python's operators.

A `Bits` is `base + offset` of a width, so that what the code computes from one address, as `payload - 16 + 12`, is known
to be that address and another place without asking the solver. What is constant is computed here.
"""

from bitwuzla import Kind, TermManager

terms = TermManager()


class Truth:
    """Something that holds or does not. `value` is True or False where that is known."""

    __slots__ = ("term", "value")

    def __init__(self, term=None, value=None):
        self.value = value
        self.term = term if value is None else (terms.mk_true() if value else terms.mk_false())

    def __and__(self, other):
        return every(self, other)

    def __or__(self, other):
        return ~every(~self, ~other)

    def __invert__(self):
        if self.value is not None:
            return Truth(value=not self.value)
        return Truth(terms.mk_term(Kind.NOT, [self.term]))

    def __rshift__(self, other):
        """`a >> b`: if a holds, so does b."""
        return ~self | other

    def __bool__(self):
        raise TypeError("ask the path which way it goes, or the solver whether it holds")

    def same(self, other):
        """Both hold, or neither."""
        if self.value is not None:
            return other if self.value else ~other
        return Truth(terms.mk_term(Kind.EQUAL, [self.term, other.term]))

    def bits(self, width=32):
        """What wasm makes of it: 1 or 0."""
        return choose(self, number(1, width), number(0, width))


true, false = Truth(value=True), Truth(value=False)


def every(*truths):
    if any(truth.value is False for truth in truths):
        return false
    unknown = [truth.term for truth in truths if truth.value is None]
    if not unknown:
        return true
    return Truth(unknown[0] if len(unknown) == 1 else terms.mk_term(Kind.AND, unknown))


def some(*truths):
    return ~every(*[~truth for truth in truths])


class Bits:
    """A number of some bits."""

    __slots__ = ("width", "base", "offset", "_term")

    def __init__(self, width, base=None, offset=0):
        self.width, self.base, self.offset, self._term = width, base, offset % (1 << width), None

    @property
    def value(self):
        """The number where it is known."""
        return self.offset if self.base is None else None

    @property
    def term(self):
        if self._term is None:
            constant = terms.mk_bv_value(terms.mk_bv_sort(self.width), self.offset)
            if self.base is None:
                self._term = constant
            elif self.offset == 0:
                self._term = self.base
            else:
                self._term = terms.mk_term(Kind.BV_ADD, [self.base, constant])
        return self._term

    @property
    def key(self):
        return self.base.id() if self.base is not None else None, self.offset

    def _with(self, other):
        return other if isinstance(other, Bits) else number(other, self.width)

    def _made(self, kind, other, fold):
        other = self._with(other)
        assert self.width == other.width
        if self.value is not None and other.value is not None:
            return number(fold(self.value, other.value), self.width)
        return Bits(self.width, terms.mk_term(kind, [self.term, other.term]))

    def __add__(self, other):
        other = self._with(other)
        if other.base is None:
            return Bits(self.width, self.base, self.offset + other.offset)
        if self.base is None:
            return Bits(self.width, other.base, self.offset + other.offset)
        both = terms.mk_term(Kind.BV_ADD, [self.base, other.base])
        return Bits(self.width, both, self.offset + other.offset)

    def __neg__(self):
        if self.base is None:
            return number(-self.offset, self.width)
        return Bits(self.width, terms.mk_term(Kind.BV_NEG, [self.base]), -self.offset)

    def __sub__(self, other):
        other = self._with(other)
        if other.base is None:
            return Bits(self.width, self.base, self.offset - other.offset)
        if self.base is not None and self.base.id() == other.base.id():
            return number(self.offset - other.offset, self.width)
        return self + -other

    def __mul__(self, other):
        return self._made(Kind.BV_MUL, other, lambda a, b: a * b)

    def __and__(self, other):
        return self._made(Kind.BV_AND, other, lambda a, b: a & b)

    def __or__(self, other):
        return self._made(Kind.BV_OR, other, lambda a, b: a | b)

    def __xor__(self, other):
        return self._made(Kind.BV_XOR, other, lambda a, b: a ^ b)

    def __invert__(self):
        return self ^ ((1 << self.width) - 1)

    # As the solver has them: whoever shifts further than the width gets 0.
    def __lshift__(self, other):
        return self._made(Kind.BV_SHL, other, lambda a, b: a << b if b < self.width else 0)

    def __rshift__(self, other):
        return self._made(Kind.BV_SHR, other, lambda a, b: a >> b)

    def divided(self, other):
        return self._made(Kind.BV_UDIV, other, lambda a, b: a // b)

    def remainder(self, other):
        return self._made(Kind.BV_UREM, other, lambda a, b: a % b)

    def signed_shift(self, other):
        return self._made(Kind.BV_ASHR, other, lambda a, b: signed(a, self.width) >> min(b, self.width))

    def _compared(self, kind, other, fold):
        other = self._with(other)
        assert self.width == other.width
        if self.value is not None and other.value is not None:
            return Truth(value=fold(self.value, other.value))
        if self.key == other.key:
            return Truth(value=fold(0, 0))
        return Truth(terms.mk_term(kind, [self.term, other.term]))

    def __eq__(self, other):
        other = self._with(other)
        if self.base is not None and other.base is not None and self.base.id() == other.base.id():
            return Truth(value=self.offset == other.offset)
        return self._compared(Kind.EQUAL, other, lambda a, b: a == b)

    def __ne__(self, other):
        return ~(self == other)

    __hash__ = None

    # Without a sign, as addresses and sizes are.
    def __lt__(self, other):
        return self._compared(Kind.BV_ULT, other, lambda a, b: a < b)

    def __le__(self, other):
        return self._compared(Kind.BV_ULE, other, lambda a, b: a <= b)

    def __gt__(self, other):
        return self._compared(Kind.BV_UGT, other, lambda a, b: a > b)

    def __ge__(self, other):
        return self._compared(Kind.BV_UGE, other, lambda a, b: a >= b)

    def signed_less(self, other):
        other = self._with(other)
        return self._compared(Kind.BV_SLT, other, lambda a, b: signed(a, self.width) < signed(b, self.width))

    def extended(self, width):
        """With zeros in front."""
        if self.value is not None:
            return number(self.value, width)
        if width == self.width:
            return self
        return Bits(width, terms.mk_term(Kind.BV_ZERO_EXTEND, [self.term], [width - self.width]))

    def sign_extended(self, width):
        if self.value is not None:
            return number(signed(self.value, self.width), width)
        return Bits(width, terms.mk_term(Kind.BV_SIGN_EXTEND, [self.term], [width - self.width]))

    def lowest(self, width):
        """Its lowest bits."""
        return self.part(width - 1, 0)

    def part(self, high, low):
        if self.value is not None:
            return number(self.value >> low, high - low + 1)
        return Bits(high - low + 1, terms.mk_term(Kind.BV_EXTRACT, [self.term], [high, low]))

    def followed_by(self, other):
        if self.value is not None and other.value is not None:
            return number(self.value << other.width | other.value, self.width + other.width)
        return Bits(self.width + other.width, terms.mk_term(Kind.BV_CONCAT, [self.term, other.term]))


def signed(value, width):
    return value - (1 << width) if value >> (width - 1) else value


def number(value, width=32):
    return Bits(width, None, value)


def choose(condition, yes, no):
    """yes if the condition holds, else no."""
    if condition.value is not None:
        return yes if condition.value else no
    if yes.key == no.key:
        return yes
    return Bits(yes.width, terms.mk_term(Kind.ITE, [condition.term, yes.term, no.term]))


_names = {}


def unknown(name, width=32):
    """Any number; the same one for the same name."""
    if (name, width) not in _names:
        _names[name, width] = terms.mk_const(terms.mk_bv_sort(width), name)
    return Bits(width, _names[name, width])


def unknown_function(name, takes=32, gives=32):
    """Any function; the same one for the same name."""
    if (name, takes, gives) not in _names:
        sort = terms.mk_fun_sort([terms.mk_bv_sort(takes)], terms.mk_bv_sort(gives))
        _names[name, takes, gives] = terms.mk_const(sort, name)
    function = _names[name, takes, gives]
    return lambda at: Bits(gives, terms.mk_term(Kind.APPLY, [function, at.term]))


def unknown_array(name, takes=32, gives=32):
    if (name, takes, gives, "array") not in _names:
        sort = terms.mk_array_sort(terms.mk_bv_sort(takes), terms.mk_bv_sort(gives))
        _names[name, takes, gives, "array"] = terms.mk_const(sort, name)
    array = _names[name, takes, gives, "array"]
    return lambda at: Bits(gives, terms.mk_term(Kind.ARRAY_SELECT, [array, at.term]))


def leading_zeros(x):
    """As wasm's clz: the width for 0."""
    result, width = number(0, x.width), x.width
    rest = x
    half = width // 2
    while half:
        empty = rest >> (width - half) == 0
        result = choose(empty, result + half, result)
        rest = choose(empty, rest << half, rest)
        half //= 2
    return choose(x == 0, number(width, x.width), result)


def trailing_zeros(x):
    """As wasm's ctz: the width for 0."""
    lowest = x & -x
    return choose(x == 0, number(x.width, x.width), number(x.width - 1, x.width) - leading_zeros(lowest))
