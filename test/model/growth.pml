/* grow_among_others in src/heap.hpp: the heap asks where memory ends, then takes what lacks behind it, while two others take
 * memory in between. Nobody gets what another one has, and the heap goes on until it has four units on end. */
#define memory 16

byte end = 0;
byte owner[memory];  /* 0: nobody's; 1: the heap's; 2 and 3: the others' */

/* As the system does it: at once. */
inline take(self, count, start) {
  d_step {
    start = end;
    taken = 0;
    do
    :: taken < count -> assert(owner[end] == 0); owner[end] = self; end++; taken++
    :: else -> break
    od;
    skip
  }
}

proctype other(byte self) {
  byte start, taken, i = 0;
  do
  :: i < 2 -> take(self, 1, start); assert(owner[start] == self); i++
  :: else -> break
  od
}

proctype grower() {
  byte start, taken, expected, pool = 0, room = 0, least;
  do
  :: room < 4 ->
    expected = end;
    least = ((expected == pool + room) -> 4 - room : 4);
    take(1, least, start);
    if
    :: start == pool + room -> room = room + least
    :: else -> pool = start; room = least /* a pool of its own */
    fi
  :: else -> break
  od;
  skip;
  d_step {
    least = pool;
    do
    :: least < pool + 4 -> assert(owner[least] == 1); least++
    :: else -> break
    od;
    skip
  }
}

init {
  atomic { run grower(); run other(2); run other(3) }
}
