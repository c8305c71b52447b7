#include "test/support/expect.hpp"

int main(int count, char** arguments) { return expect::run_all(count > 1 ? arguments[1] : ""); }
