// A side module that finds a fault in a heap of its own.
#include "src/fault.hpp"

extern "C" void find() { heaplet::fail({.kind = heaplet_double_free, .block = 64, .size = 40, .more = {}}); }
