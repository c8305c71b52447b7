// The product of two 64-bit numbers in 128 bits, by which a 64-bit clang finds out whether a product overflows. A
// program with a libc has it from compiler-rt; a module that stands alone must bring its own. Only for wasm64.
typedef unsigned long long u64;
struct Product {
  u64 low, high;
};

// What the compiler calls returns an __int128, which is two words through a pointer.
extern "C" void __multi3(Product* product, u64 a, u64 a_high, u64 b, u64 b_high) {
  const u64 mask = 0xffffffff;
  const u64 low = (a & mask) * (b & mask);
  const u64 left = (a >> 32) * (b & mask), right = (a & mask) * (b >> 32);
  const u64 middle = (low >> 32) + (left & mask) + (right & mask);
  product->low = (middle << 32) | (low & mask);
  product->high =
      (left >> 32) + (right >> 32) + (middle >> 32) + (a >> 32) * (b >> 32) + a * b_high + a_high * b;
}
