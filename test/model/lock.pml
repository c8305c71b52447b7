/* src/lock.hpp, in every order of steps of three threads: never two have it.
 *
 * A step is what the processor does at once: a look, a compare-exchange, a store. The last thread may not sleep. Nobody is woken: who
 * sleeps wakes by itself, so that whoever has given the lock back has no more to do with it. */
#define threads 3
#define rounds 2

byte word = 0;
byte inside = 0;

proctype user(bool may_wait) {
  byte round = 0;
  do
  :: round < rounds ->
looking:
    if
    :: word != 0 -> goto looking
    :: word == 0 -> skip
    :: may_wait -> goto looking /* it has looked often enough, and sleeps */
    fi;
    if
    :: d_step { word == 0 -> word = 1 }
    :: word != 0 -> goto looking
    fi;
has_it:
    inside++;
    assert(inside == 1);
    inside--;
    word = 0;
    round++
  :: else -> break
  od
}

init {
  atomic {
    run user(true);
    run user(true);
    run user(false)
  }
}
