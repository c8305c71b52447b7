/* ASan without the stack of each block, which it asks JavaScript for. */
const char* __asan_default_options(void) { return "malloc_context_size=0"; }
