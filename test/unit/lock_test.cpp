// The lock, one step at a time: who waits, who is woken, who may not wait.
#include "src/lock.hpp"

#include "test/support/expect.hpp"
#include "test/support/threads_by_hand.hpp"

using namespace heaplet;

namespace {

Lock<HandWait>* contended = nullptr;
unsigned asked = 0;

void begin() {
  HandWait::can_wait = true;
  HandWait::waits = HandWait::wakes = asked = 0;
  HandWait::meanwhile = nullptr;
}

}  // namespace

TEST("lock: nobody waits and nobody is woken while one thread alone takes it") {
  begin();
  Lock<HandWait> lock;
  for (int i = 0; i < 3; ++i) {
    const Holding held(lock);
    EXPECT(!lock.try_lock());
  }
  EXPECT(lock.try_lock());
  EXPECT_SAME(HandWait::waits, 0u);
  EXPECT_SAME(HandWait::wakes, 0u);
}

TEST("lock: who finds it taken sleeps, and is woken by who gives it back") {
  begin();
  Lock<HandWait> lock;
  lock.lock();
  contended = &lock;
  HandWait::meanwhile = [] { contended->unlock(); };
  lock.lock();  // by the second thread
  EXPECT_SAME(HandWait::waits, 1u);
  EXPECT_SAME(HandWait::wakes, 1u);
  EXPECT(!lock.try_lock());
  // A third one may sleep since: the second does not know, and wakes it too.
  HandWait::meanwhile = nullptr;
  lock.unlock();
  EXPECT_SAME(HandWait::wakes, 2u);
  EXPECT(lock.try_lock());
  lock.unlock();
  EXPECT_SAME(HandWait::wakes, 2u);
}

TEST("lock: who is woken for nothing sleeps again") {
  begin();
  Lock<HandWait> lock;
  lock.lock();
  contended = &lock;
  HandWait::meanwhile = [] {
    if (++asked == 3) contended->unlock();
  };
  lock.lock();
  EXPECT_SAME(HandWait::waits, 3u);
}

TEST("lock: a thread that may not sleep never does, however long it takes") {
  begin();
  HandWait::can_wait = false;
  Lock<HandWait> lock;
  lock.lock();
  contended = &lock;
  HandWait::meanwhile = [] {
    if (++asked == 100'000) contended->unlock();
  };
  lock.lock();
  EXPECT_SAME(HandWait::waits, 0u);
  EXPECT(asked >= 100'000);
  EXPECT(!lock.try_lock());
}
