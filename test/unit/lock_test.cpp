// The lock, one step at a time: who waits, who is woken, who may not wait.
#include "src/lock.hpp"

#include "test/support/expect.hpp"
#include "test/support/threads_by_hand.hpp"

using namespace heaplet;

namespace {

Lock<HandWait>* taken = nullptr;
unsigned asked = 0;

void begin() {
  HandWait::can_wait = true;
  HandWait::pauses = asked = 0;
  HandWait::meanwhile = nullptr;
}

}  // namespace

TEST("lock: nobody sleeps while one thread alone takes it") {
  begin();
  Lock<HandWait> lock;
  for (int i = 0; i < 3; ++i) {
    const Holding held(lock);
    EXPECT(!lock.try_lock());
  }
  EXPECT(lock.try_lock());
  EXPECT_SAME(HandWait::pauses, 0u);
}

TEST("lock: who finds it taken sleeps a moment, and has it once it was given back") {
  begin();
  Lock<HandWait> lock;
  lock.lock();
  taken = &lock;
  HandWait::meanwhile = [] { taken->unlock(); };
  lock.lock();  // by the second thread
  EXPECT_SAME(HandWait::pauses, 1u);
  EXPECT(!lock.try_lock());
}

TEST("lock: who finds it taken again sleeps again") {
  begin();
  Lock<HandWait> lock;
  lock.lock();
  taken = &lock;
  HandWait::meanwhile = [] {
    if (++asked == 3) taken->unlock();
  };
  lock.lock();
  EXPECT_SAME(HandWait::pauses, 3u);
}

TEST("lock: a thread that may not sleep never does, however long it takes") {
  begin();
  HandWait::can_wait = false;
  Lock<HandWait> lock;
  lock.lock();
  taken = &lock;
  HandWait::meanwhile = [] {
    if (++asked == 100'000) taken->unlock();
  };
  lock.lock();
  EXPECT_SAME(HandWait::pauses, 0u);
  EXPECT(asked >= 100'000);
  EXPECT(!lock.try_lock());
}
