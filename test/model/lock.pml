/* src/lock.hpp, in every order of steps of three threads: never two have it, and nobody sleeps for ever.
 *
 * A step is what the processor does at once: an exchange, a compare-exchange, the test with which a sleep begins. The last thread
 * may not sleep. Whoever sleeps may also be woken for nothing. */
#define threads 3
#define rounds 2

byte word = 0;
bool asleep[threads];
byte inside = 0;

inline wake_one() {
  if
  :: asleep[0] -> asleep[0] = false
  :: asleep[1] -> asleep[1] = false
  :: asleep[2] -> asleep[2] = false
  :: !asleep[0] && !asleep[1] && !asleep[2] -> skip
  fi
}

proctype user(byte self; bool may_wait) {
  byte round = 0, old;
  do
  :: round < rounds ->
    /* try_lock */
    d_step { old = word; if :: word == 0 -> word = 1 :: else fi }
    if
    :: old == 0 -> goto has_it
    :: else
    fi;
spinning:
    if
    :: d_step { word == 0 -> word = 1 } goto has_it
    :: may_wait -> skip /* it has looked often enough */
    fi;
sleeping:
    skip;
    d_step { old = word; word = 2 }
    if
    :: old == 0 -> goto has_it
    :: else
    fi;
    d_step { if :: word == 2 -> asleep[self] = true :: else fi }
    !asleep[self];
    goto sleeping;
has_it:
    inside++;
    assert(inside == 1);
    inside--;
    d_step { old = word; word = 0 }
    if
    :: old == 2 -> atomic { wake_one() }
    :: else
    fi;
    round++
  :: else -> break
  od
}

/* Once: a sleeper wakes although nobody has called it. */
proctype disturbance() {
  if
  :: atomic { asleep[0] -> asleep[0] = false }
  :: atomic { asleep[1] -> asleep[1] = false }
  :: true
  fi
}

init {
  atomic {
    run user(0, true);
    run user(1, true);
    run user(2, false);
    run disturbance()
  }
}
