// A program that replaces `new` and not `delete`: both reach one heap.
#include <cstdio>
#include <cstdlib>
#include <new>

static int made, moved;

void* operator new(size_t size) {
  ++made;
  return malloc(size);
}

struct Item {
  int values[12];
  Item() {
    for (int& value : values) value = 7;
  }
};

int main() {
  Item* volatile last = nullptr;
  for (int i = 0; i < 1000; ++i) {
    Item* volatile const item = new Item;
    if (!item || item->values[11] != 7) return 1;
#ifndef WAITS
    // What was just freed fits; but for one, where slab pages begin.
    if (last && item != last && ++moved > 1) return 2;
#endif
    last = item;
    delete item;
  }
  char* volatile const bytes = new char[100000];
  delete[] bytes;
  int* volatile const number = new int(5);
  delete number;
  return made == 1002 ? 0 : 3;
}
