/* A program of C whose memory is an array of its own. */
#include <heaplet_pool.h>
#include <string.h>

static unsigned char buffer[16384];

int main(void) {
  heaplet_pool* const pool = heaplet_pool_create(buffer, sizeof buffer);
  char* const text = heaplet_pool_malloc(pool, 100);
  if (!text) return 1;
  strcpy(text, "mine");
  const int inside = (unsigned char*)text > buffer && (unsigned char*)text < buffer + sizeof buffer;
  heaplet_pool_free(pool, text);
  return inside && !heaplet_pool_check(pool) ? 0 : 1;
}
