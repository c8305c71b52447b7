// A module of C on a heap of JavaScript's: a list of texts, whose memory others may take over.
#include <stddef.h>

#define EXPORT(name) __attribute__((export_name(#name)))

void* malloc(size_t size);
void free(void* block);

struct item {
  struct item* next;
  size_t length;
  char* text;
};

static unsigned made = 7;  // data of its own, which must not lie where another module's does

EXPORT(list_push)
struct item* list_push(struct item* head, const char* text, size_t length) {
  struct item* item = malloc(sizeof *item);
  char* copy = malloc(length + 1);
  if (!item || !copy) return 0;
  __builtin_memcpy(copy, text, length);
  copy[length] = 0;
  *item = (struct item){head, length, copy};
  ++made;
  return item;
}

EXPORT(list_free)
void list_free(struct item* head) {
  while (head) {
    struct item* const next = head->next;
    free(head->text);
    free(head);
    head = next;
  }
}

EXPORT(list_made)
unsigned list_made(void) { return made - 7; }

// Uses the stack that it was given.
EXPORT(list_longest)
size_t list_longest(struct item* head) {
  volatile size_t lengths[64] = {0};
  for (unsigned i = 0; head && i < 64; ++i, head = head->next) lengths[i] = head->length;
  size_t longest = 0;
  for (unsigned i = 0; i < 64; ++i)
    if (lengths[i] > longest) longest = lengths[i];
  return longest;
}
