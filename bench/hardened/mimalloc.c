/* mimalloc ignores a block that is freed twice, and says so only if it is asked to. */
void mi_option_enable(int option);
enum { mi_option_show_errors = 0 };

__attribute__((constructor)) static void show(void) { mi_option_enable(mi_option_show_errors); }
