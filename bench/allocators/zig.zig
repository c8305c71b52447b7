//! Zig's `std.heap.wasm_allocator` as a module that the C harness imports: with the sizes that a Zig program has in hand
//! when it frees. What is exported stands in zig.mjs.
const std = @import("std");
const wasm = std.heap.wasm_allocator;

/// As of the Rust allocators.
const alignment: std.mem.Alignment = .@"8";

const heap = struct {
    fn alloc(size: usize) callconv(.c) ?[*]u8 {
        return wasm.rawAlloc(size, alignment, 0);
    }

    fn alloc_zeroed(size: usize) callconv(.c) ?[*]u8 {
        const block = alloc(size) orelse return null;
        @memset(block[0..size], 0);
        return block;
    }

    fn dealloc(block: [*]u8, size: usize) callconv(.c) void {
        wasm.rawFree(block[0..size], alignment, 0);
    }

    fn resize(block: [*]u8, old: usize, size: usize) callconv(.c) ?[*]u8 {
        if (wasm.rawRemap(block[0..old], alignment, size, 0)) |same| return same;
        const moved = alloc(size) orelse return null;
        const kept = @min(old, size);
        @memcpy(moved[0..kept], block[0..kept]);
        dealloc(block, old);
        return moved;
    }
};

/// What sizes are counted over: the same functions, doing nothing.
const nothing = struct {
    fn alloc(_: usize) callconv(.c) ?[*]u8 {
        return null;
    }

    fn dealloc(_: [*]u8, _: usize) callconv(.c) void {}

    fn resize(_: [*]u8, _: usize, _: usize) callconv(.c) ?[*]u8 {
        return null;
    }
};
