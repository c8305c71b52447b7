"""Reads the bytes of a wasm module: no text in between, and no compiler."""

from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Instruction:
    name: str
    immediate: object = None
    body: tuple = ()
    other: tuple = ()  # of an `if`: its else
    results: int = 0  # of a block


@dataclass
class Function:
    parameters: list
    results: list
    locals: list = field(default_factory=list)
    body: tuple = ()


@dataclass
class Module:
    functions: list
    exports: dict
    globals: list
    start: int | None

    def function(self, name):
        return self.functions[self.exports[name]]

    def name_of(self, index):
        return next((name for name, exported in self.exports.items() if exported == index), None)

    def with_body(self, index, body):
        """A copy of which one function does something else."""
        functions = list(self.functions)
        functions[index] = replace(functions[index], body=body)
        return replace(self, functions=functions)


NAMES = {
    0x00: "unreachable", 0x01: "nop", 0x0F: "return", 0x1A: "drop", 0x1B: "select",
    0x45: "i32.eqz", 0x46: "i32.eq", 0x47: "i32.ne", 0x48: "i32.lt_s", 0x49: "i32.lt_u", 0x4A: "i32.gt_s",
    0x4B: "i32.gt_u", 0x4C: "i32.le_s", 0x4D: "i32.le_u", 0x4E: "i32.ge_s", 0x4F: "i32.ge_u",
    0x50: "i64.eqz", 0x51: "i64.eq", 0x52: "i64.ne", 0x53: "i64.lt_s", 0x54: "i64.lt_u", 0x55: "i64.gt_s",
    0x56: "i64.gt_u", 0x57: "i64.le_s", 0x58: "i64.le_u", 0x59: "i64.ge_s", 0x5A: "i64.ge_u",
    0x67: "i32.clz", 0x68: "i32.ctz", 0x69: "i32.popcnt", 0x6A: "i32.add", 0x6B: "i32.sub", 0x6C: "i32.mul",
    0x6E: "i32.div_u", 0x70: "i32.rem_u", 0x71: "i32.and", 0x72: "i32.or", 0x73: "i32.xor", 0x74: "i32.shl",
    0x75: "i32.shr_s", 0x76: "i32.shr_u", 0x77: "i32.rotl", 0x78: "i32.rotr",
    0x79: "i64.clz", 0x7A: "i64.ctz", 0x7C: "i64.add", 0x7D: "i64.sub", 0x7E: "i64.mul", 0x80: "i64.div_u",
    0x82: "i64.rem_u", 0x83: "i64.and", 0x84: "i64.or", 0x85: "i64.xor", 0x86: "i64.shl", 0x87: "i64.shr_s",
    0x88: "i64.shr_u", 0x89: "i64.rotl", 0x8A: "i64.rotr",
    0xA4: "f64.min", 0xA7: "i32.wrap_i64", 0xAB: "i32.trunc_f64_u", 0xAC: "i64.extend_i32_s",
    0xAD: "i64.extend_i32_u", 0xB3: "f32.convert_i32_u", 0xB5: "f32.convert_i64_u", 0xB8: "f64.convert_i32_u",
    0xBC: "i32.reinterpret_f32", 0xC0: "i32.extend8_s", 0xC1: "i32.extend16_s",
}
ACCESSES = {
    0x28: "i32.load", 0x29: "i64.load", 0x2C: "i32.load8_s", 0x2D: "i32.load8_u", 0x2E: "i32.load16_s",
    0x2F: "i32.load16_u", 0x36: "i32.store", 0x37: "i64.store", 0x3A: "i32.store8", 0x3B: "i32.store16",
}
INDEXED = {
    0x0C: "br", 0x0D: "br_if", 0x10: "call", 0x20: "local.get", 0x21: "local.set", 0x22: "local.tee",
    0x23: "global.get", 0x24: "global.set",
}
TYPES = {0x7F: 32, 0x7E: 64, 0x7D: "f32", 0x7C: "f64"}


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def byte(self):
        self.at += 1
        return self.data[self.at - 1]

    def take(self, count):
        self.at += count
        return self.data[self.at - count:self.at]

    def number(self):
        """A LEB128 number's value, the bits that it has, and its last byte."""
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value, shift, byte

    def unsigned(self):
        return self.number()[0]

    def signed(self):
        value, bits, last = self.number()
        return value - (1 << bits) if last & 64 else value

    def name(self):
        return self.take(self.unsigned()).decode()

    def many(self, read):
        return [read() for _ in range(self.unsigned())]


def decode(data):
    """@returns Module; whatever is not known here is refused."""
    if data[:8] != b"\0asm\1\0\0\0":
        raise ValueError("not a wasm module of version 1")
    reader = Reader(data)
    reader.at = 8
    types, imported, declared, exports, variables, bodies, start = [], 0, [], {}, [], [], None

    def function_type():
        if reader.byte() != 0x60:
            raise ValueError("a type that is no function's")
        return [TYPES[t] for t in reader.many(reader.byte)], [TYPES[t] for t in reader.many(reader.byte)]

    def limits():
        reader.unsigned() if not reader.byte() & 1 else (reader.unsigned(), reader.unsigned())

    def constant():
        kind = reader.byte()
        if kind == 0x41:
            value = reader.signed() % (1 << 32)
        elif kind == 0x42:
            value = reader.signed() % (1 << 64)
        else:
            raise ValueError("a value that is no constant")
        if reader.byte() != 0x0B:
            raise ValueError("a value that is no constant")
        return value

    def code(results_of):
        """Instructions up to an `end` or an `else`, which is told."""
        found = []
        while True:
            op = reader.byte()
            if op in (0x0B, 0x05):
                return tuple(found), op == 0x05
            if op in (0x02, 0x03, 0x04):
                kind = reader.byte()
                if kind != 0x40 and kind not in TYPES:
                    raise ValueError("a block with a type of several values")
                body, has_other = code(results_of)
                other = code(results_of)[0] if has_other else ()
                found.append(Instruction({2: "block", 3: "loop", 4: "if"}[op], None, body, other, int(kind != 0x40)))
            elif op in INDEXED:
                found.append(Instruction(INDEXED[op], reader.unsigned()))
            elif op in ACCESSES:
                reader.unsigned()
                found.append(Instruction(ACCESSES[op], reader.unsigned()))
            elif op == 0x41:
                found.append(Instruction("i32.const", reader.signed() % (1 << 32)))
            elif op == 0x42:
                found.append(Instruction("i64.const", reader.signed() % (1 << 64)))
            elif op in (0x3F, 0x40):
                reader.byte()
                found.append(Instruction({0x3F: "memory.size", 0x40: "memory.grow"}[op]))
            elif op == 0xFC:
                kind = reader.unsigned()
                if kind not in (10, 11):
                    raise ValueError(f"an instruction that is not known here: fc {kind}")
                reader.take(2 if kind == 10 else 1)
                found.append(Instruction({10: "memory.copy", 11: "memory.fill"}[kind]))
            elif op == 0x0E:
                targets = reader.many(reader.unsigned)
                found.append(Instruction("br_table", (*targets, reader.unsigned())))
            elif op in NAMES:
                found.append(Instruction(NAMES[op]))
            else:
                raise ValueError(f"an instruction that is not known here: {op:#x}")

    while reader.at < len(data):
        section, size = reader.byte(), reader.unsigned()
        end = reader.at + size
        if section == 1:
            types = reader.many(function_type)
        elif section == 2:
            for _ in range(reader.unsigned()):
                reader.name(), reader.name()
                if reader.byte() != 2:
                    raise ValueError("an import that is no memory")
                limits()
        elif section == 3:
            declared = reader.many(reader.unsigned)
        elif section == 6:
            for _ in range(reader.unsigned()):
                kind = TYPES[reader.byte()]
                reader.byte()
                variables.append((kind, constant()))
        elif section == 7:
            for _ in range(reader.unsigned()):
                name, kind, index = reader.name(), reader.byte(), reader.unsigned()
                if kind == 0:
                    exports[name] = index
        elif section == 8:
            start = reader.unsigned()
        elif section == 10:
            for _ in range(reader.unsigned()):
                reader.unsigned()
                declaration = []
                for _ in range(reader.unsigned()):
                    count, kind = reader.unsigned(), TYPES[reader.byte()]
                    declaration += [kind] * count
                bodies.append((declaration, code(None)[0]))
        reader.at = end
    functions = [
        Function(*types[index], declaration, body) for index, (declaration, body) in zip(declared, bodies, strict=True)
    ]
    return Module(functions, exports, variables, start)


def each_instruction(body, path=()):
    """Every instruction with where it stands: indices, and False or True for an `if`'s two bodies."""
    for index, instruction in enumerate(body):
        yield (*path, index), instruction
        yield from each_instruction(instruction.body, (*path, index, False))
        yield from each_instruction(instruction.other, (*path, index, True))


def changed(body, path, new):
    """A body with the instructions `new` in the place of one."""
    index, *inner = path
    if not inner:
        return (*body[:index], *new, *body[index + 1:])
    instruction = body[index]
    part = "other" if inner[0] else "body"
    inside = changed(getattr(instruction, part), inner[1:], new)
    return (*body[:index], replace(instruction, **{part: inside}), *body[index + 1:])
