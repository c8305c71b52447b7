"""Runs wasm on unknown numbers: one path at a time, and what each access asks for becomes a goal.

Memory is words (memory.py): that an access is aligned and inside of memory is a goal of its own, so the words are no
assumption.
"""

from struct import pack, unpack

from .memory import cleared, copied
from .terms import (
    Bits,
    Truth,
    choose,
    every,
    leading_zeros,
    number,
    some,
    trailing_zeros,
    true,
    unknown,
    unknown_function,
)

# The bits of a whole number as the nearest float, whatever they are: lemmas say what a proof needs of them
# (small/floats.py proves those of the instruction itself).
_float_bits = unknown_function("float_bits", 64, 32)


def float_bits(whole):
    if whole.value is not None and whole.value < 1 << 53:
        return number(*unpack("<I", pack("<f", whole.value)))
    return _float_bits(whole)


class Branch(Exception):
    """Leaves so many blocks."""

    def __init__(self, depth):
        self.depth = depth


class Return(Exception):
    pass


class Float:
    """A whole number as a float: an f32 is only looked at by its bits, an f64 holds any of 32 bits exactly."""

    def __init__(self, kind, whole):
        self.kind, self.whole = kind, whole


BINARY = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "and": lambda a, b: a & b,
    "or": lambda a, b: a | b,
    "xor": lambda a, b: a ^ b,
    "shl": lambda a, b: a << (b & (a.width - 1)),
    "shr_u": lambda a, b: a >> (b & (a.width - 1)),
    "shr_s": lambda a, b: a.signed_shift(b & (a.width - 1)),
    "rotl": lambda a, b: (a << (b & (a.width - 1))) | (a >> (-b & (a.width - 1))),
    "rotr": lambda a, b: (a >> (b & (a.width - 1))) | (a << (-b & (a.width - 1))),
}
DIVISION = {"div_u": lambda a, b: a.divided(b), "rem_u": lambda a, b: a.remainder(b)}
COMPARISONS = {
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "lt_u": lambda a, b: a < b,
    "le_u": lambda a, b: a <= b,
    "gt_u": lambda a, b: a > b,
    "ge_u": lambda a, b: a >= b,
    "lt_s": lambda a, b: a.signed_less(b),
    "gt_s": lambda a, b: b.signed_less(a),
    "le_s": lambda a, b: ~b.signed_less(a),
    "ge_s": lambda a, b: ~a.signed_less(b),
}


def popcount(x):
    result = number(0, x.width)
    for bit in range(x.width):
        result = result + x.part(bit, bit).extended(x.width)
    return result


UNARY = {"clz": leading_zeros, "ctz": trailing_zeros, "popcnt": popcount}


class Machine:
    """An instance of a module on one path.

    path     decides branches and collects goals
    memory   what it finds there
    pages    the length of memory
    look     is told of each address before it is accessed: what is known of what begins there may be assumed
    converted   is told of each number of 32 bits that becomes a float
    cuts     what is known at the loop of a function, by its name
    stand_ins   what is proved of a function, by its name: does what the function may do
    """

    def __init__(
        self, module, path, memory, pages, look=lambda base: None, cuts=None, converted=lambda whole: None, stand_ins=None
    ):
        self.module, self.path, self.memory, self.pages = module, path, memory, pages
        self.look = look
        self.globals = [number(value, width) for width, value in module.globals]
        self.cuts, self.stand_ins = cuts or {}, stand_ins or {}
        self.growths = self.depth = self.steps = 0
        self.converted = converted

    @property
    def last(self):
        """The last byte of memory, of which there is at least a page."""
        return (self.pages << 16) - 1

    def call(self, name, *arguments):
        return self._call(self.module.exports[name], list(arguments))

    def _call(self, index, arguments):
        if stand_in := self.stand_ins.get(self.module.name_of(index)):
            return stand_in(self, *arguments)
        function = self.module.functions[index]
        assert len(arguments) == len(function.parameters)
        self.depth += 1
        if self.depth > 12:
            raise RecursionError("calls that do not end")
        frame = Frame(self, index, arguments + [number(0, width) for width in function.locals])
        try:
            frame.run(function.body)
        except Return:
            pass
        except Branch as branch:
            assert branch.depth == 0
        self.depth -= 1
        return frame.stack[-1] if function.results else None

    # Memory.

    def _word_of(self, base, offset, bytes):
        """The word that an access is in, and the bit in it that it begins at."""
        address = base + offset
        self.look(base)
        if offset:
            self.path.require(base <= number(-1 - offset), "an address does not wrap")
        # A memory ends with a page, so an aligned access whose first byte is inside is inside.
        self.path.require(address <= self.last, "an access is inside of memory")
        if bytes >= 4:
            self.path.require(address & 3 == 0, "an access is aligned")
            return address, number(0)
        if bytes == 2:
            self.path.require(address & 1 == 0, "an access is aligned")
        if self.path.certain(address & 3 == 0):
            return address, number(0)
        inside = address & 3
        return address - inside if address.value is None else number(address.value & ~3), inside << 3

    def load(self, base, offset, bytes):
        address, bit = self._word_of(base, offset, bytes)
        word = self.memory.read(address)
        return word if bytes == 4 else (word >> bit).lowest(8 * bytes)

    def store(self, base, offset, bytes, value):
        address, bit = self._word_of(base, offset, bytes)
        if bytes < 4:
            mask = number((1 << 8 * bytes) - 1)
            value = (self.memory.read(address) & ~(mask << bit)) | (value.lowest(8 * bytes).extended(32) << bit)
        self.memory = self.memory.written(address, value, self.path.apart)
        self.path.wrote(address)

    def grow(self, more):
        """Fails where there cannot be so many pages, and may fail anyway. No branch: a page count of two possibilities."""
        self.growths += 1
        before = self.pages
        possible = (more <= number(65536)) & (before + more <= 65536)
        granted = possible & (unknown(f"growth {self.growths} is granted", 1) == 1)
        self.pages = choose(granted, before + more, before)
        return choose(granted, before, number(-1))


class Frame:
    """A call."""

    def __init__(self, machine, index, variables):
        self.machine, self.index, self.variables, self.stack = machine, index, variables, []
        self.loops = 0
        self.loop_numbers = {}

    def run(self, body):
        for instruction in body:
            self.step(instruction)

    def block(self, body, results):
        height = len(self.stack)
        try:
            self.run(body)
        except Branch as branch:
            if branch.depth:
                raise Branch(branch.depth - 1) from None
            kept = self.stack[len(self.stack) - results:]
            del self.stack[height:]
            self.stack += kept

    def loop(self, instruction):
        cut = self.machine.cuts.get(self.machine.module.name_of(self.index))
        if cut:
            cut(self, instruction)
            return
        height = len(self.stack)
        while True:
            try:
                self.run(instruction.body)
                return
            except Branch as branch:
                if branch.depth:
                    raise Branch(branch.depth - 1) from None
                del self.stack[height:]

    def push(self, value):
        self.stack.append(value)

    def pop(self):
        return self.stack.pop()

    def branch(self):
        """Whether the condition on top holds."""
        condition = self.pop()
        return self.machine.path.branch(getattr(condition, "truth", None) or condition != 0)

    def step(self, instruction):
        machine, name, immediate = self.machine, instruction.name, instruction.immediate
        machine.steps += 1
        if machine.steps > 100_000:
            raise RecursionError("a loop that does not end")
        kind, _, operation = name.partition(".")
        width = {"i32": 32, "i64": 64}.get(kind)
        match name:
            case "local.get":
                self.push(self.variables[immediate])
            case "local.set":
                self.variables[immediate] = self.pop()
            case "local.tee":
                self.variables[immediate] = self.stack[-1]
            case "global.get":
                self.push(machine.globals[immediate])
            case "global.set":
                machine.globals[immediate] = self.pop()
            case "i32.const" | "i64.const":
                self.push(number(immediate, width))
            case "call":
                callee = machine.module.functions[immediate]
                count = len(callee.parameters)
                arguments = self.stack[len(self.stack) - count:]
                del self.stack[len(self.stack) - count:]
                result = machine._call(immediate, arguments)
                if callee.results:
                    self.push(result)
            case "block":
                self.block(instruction.body, instruction.results)
            case "loop":
                self.loop(instruction)
            case "if":
                self.block(instruction.body if self.branch() else instruction.other, instruction.results)
            case "br":
                raise Branch(immediate)
            case "br_if":
                if self.branch():
                    raise Branch(immediate)
            case "br_table":
                index, *rest = self.pop(), *immediate
                for depth, target in enumerate(rest[:-1]):
                    if machine.path.branch(index == depth):
                        raise Branch(target)
                raise Branch(rest[-1])
            case "return":
                raise Return
            case "unreachable":
                machine.path.require(~true, "what must not be reached is not")
                raise Return
            case "nop":
                pass
            case "drop":
                self.pop()
            case "select":
                condition, no, yes = self.pop(), self.pop(), self.pop()
                self.push(choose(condition != 0, yes, no))
            case "memory.size":
                self.push(machine.pages)
            case "memory.grow":
                self.push(machine.grow(self.pop()))
            case "memory.copy":
                length, origin, to = self.pop(), self.pop(), self.pop()
                for start in (origin, to):
                    within = start.extended(64) + length.extended(64) <= machine.last.extended(64) + 1
                    machine.path.require(within, "what is copied is inside of memory")
                    machine.path.require(start & 3 == 0, "what is copied is aligned")
                machine.memory = copied(machine.memory, to, origin, length)
                machine.path.wrote_range(to, length)
            case "memory.fill":
                length, value, start = self.pop(), self.pop(), self.pop()
                assert value.value == 0
                within = start.extended(64) + length.extended(64) <= machine.last.extended(64) + 1
                machine.path.require(within, "what is cleared is inside of memory")
                machine.path.require(start & 3 == 0, "what is cleared is aligned")
                machine.memory = cleared(machine.memory, start, length)
                machine.path.wrote_range(start, length)
            case "f32.convert_i32_u" | "f32.convert_i64_u":
                whole = self.pop()
                if whole.width == 32:
                    machine.converted(whole)
                self.push(Float(32, whole.extended(64) if whole.width == 32 else whole))
            case "f64.convert_i32_u":
                self.push(Float(64, self.pop()))
            case "i32.reinterpret_f32":
                self.push(float_bits(self.pop().whole))
            case "f64.min":
                one, other = self.pop().whole, self.pop().whole
                self.push(Float(64, choose(one < other, one, other)))
            case "i32.trunc_f64_u":
                self.push(self.pop().whole)
            case "i32.wrap_i64":
                self.push(self.pop().lowest(32))
            case "i64.extend_i32_u":
                self.push(self.pop().extended(64))
            case "i64.extend_i32_s":
                self.push(self.pop().sign_extended(64))
            case "i32.extend8_s" | "i32.extend16_s":
                self.push(self.pop().lowest(8 if name.endswith("8_s") else 16).sign_extended(32))
            case "i32.load":
                self.push(machine.load(self.pop(), immediate, 4))
            case "i64.load":
                base = self.pop()
                low = machine.load(base, immediate, 4)
                self.push(machine.load(base, immediate + 4, 4).followed_by(low))
            case "i32.load8_u" | "i32.load16_u":
                bytes = 1 if "8" in operation else 2
                self.push(machine.load(self.pop(), immediate, bytes).extended(32))
            case "i32.load8_s" | "i32.load16_s":
                bytes = 1 if "8" in operation else 2
                self.push(machine.load(self.pop(), immediate, bytes).sign_extended(32))
            case "i32.store" | "i32.store8" | "i32.store16":
                value, base = self.pop(), self.pop()
                machine.store(base, immediate, {"store": 4, "store8": 1, "store16": 2}[operation], value)
            case "i64.store":
                value, base = self.pop(), self.pop()
                machine.store(base, immediate, 4, value.part(31, 0))
                machine.store(base, immediate + 4, 4, value.part(63, 32))
            case _ if operation == "eqz":
                self.push((self.pop() == 0).bits())
            case _ if operation in COMPARISONS:
                other, one = self.pop(), self.pop()
                self.push(COMPARISONS[operation](one, other).bits())
            case _ if operation in BINARY:
                other, one = self.pop(), self.pop()
                self.push(BINARY[operation](one, other))
            case _ if operation in DIVISION:
                other, one = self.pop(), self.pop()
                machine.path.require(other != 0, "nothing is divided by 0")
                self.push(DIVISION[operation](one, other))
            case _ if operation in UNARY:
                self.push(UNARY[operation](self.pop()))
            case _:
                raise NotImplementedError(name)
