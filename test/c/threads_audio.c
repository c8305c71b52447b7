/* An AudioWorklet whose callback allocates while a worker has the lock, and while another one allocates all the time: it may not
 * sleep, and where it tries all the same the browser ends it. Wasm Workers. */
#include <emscripten.h>
#include <emscripten/wasm_worker.h>
#include <emscripten/webaudio.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOLDS_FOR 100 /* ms */
#include "slow_growth.h"

int emmalloc_validate_memory_regions(void);

enum { callbacks = 2000, frames = 128 * callbacks, slots = 64, tick = 20 };

static atomic_int is_playing, is_grown, ends, ended, others, played, waited, faults;

#ifdef SLEEPS
int __wrap__emscripten_thread_supports_atomics_wait(void) { return 1; }
#endif

static void grow(void) {
  while (!is_playing) continue;
  is_slow = 1;
  free(malloc(60 << 20));
  is_slow = 0;
  is_grown = 1;
}

/* Takes, frees and verifies a few blocks of any size. */
struct owned {
  unsigned char* block;
  size_t bytes;
  unsigned char fill;
};
static void exercise(struct owned* mine, unsigned* random, int times) {
  while (times--) {
    *random = *random * 1103515245 + 12345;
    struct owned* const one = &mine[(*random >> 16) % slots];
    for (size_t i = 0; one->block && i < one->bytes; ++i) faults += one->block[i] != one->fill;
    free(one->block);
    one->bytes = (*random >> 20) % (*random & 64 ? 200 : 4000);
    one->fill = (unsigned char)*random;
    one->block = malloc(one->bytes);
    if (one->block)
      memset(one->block, one->fill, one->bytes);
    else
      ++faults;
  }
}

static void use(void) {
  struct owned mine[slots] = {{0}};
  unsigned random = 17;
  while (!ends) {
    exercise(mine, &random, 100);
    ++others;
  }
  for (int i = 0; i < slots; ++i) free(mine[i].block);
  ended = 1;
}

static bool process(int inputs, const AudioSampleFrame* in, int outputs, AudioSampleFrame* out, int params,
                    const AudioParamFrame* param, void* unused) {
  (void)inputs, (void)in, (void)outputs, (void)out, (void)params, (void)param, (void)unused;
  static struct owned mine[slots];
  static unsigned random = 5;
  if (played == 0) {
    for (is_playing = 1; !has_lock;) continue;
    is_asked = 1;
    void* const block = malloc(100000);
    waited = block && gives_back;
    free(block);
  }
  exercise(mine, &random, 20);
  ++played;
  return true;
}

EM_JS_DEPS(audio, "$emscriptenRegisterAudioObject,$emscriptenGetAudioObject");

/* Of so many frames, rendered as fast as can be, on the thread that the worklet has. */
EM_JS(int, offline_context, (int length),
      { return emscriptenRegisterAudioObject(new OfflineAudioContext(1, length, 48000)); });
EM_JS(void, render, (int context, int node), {
  emscriptenGetAudioObject(node).onprocessorerror = function() { out('the processor has failed'); };
  emscriptenGetAudioObject(node).connect(emscriptenGetAudioObject(context).destination);
  emscriptenGetAudioObject(context).startRendering();
});

static void look(void* unused) {
  const int all = played >= callbacks && is_grown && others;
  if (all) ends = 1;
  if (!all || !ended) return emscripten_async_call(look, unused, tick);
  const int is_sound = emmalloc_validate_memory_regions() == 0;
  puts(waited && is_sound && !faults ? "played all, and waited for the lock once" : "something is wrong");
}

static void with_processor(EMSCRIPTEN_WEBAUDIO_T context, bool success, void* unused) {
  (void)unused;
  if (!success) puts("no processor");
  int channels[] = {1};
  const EmscriptenAudioWorkletNodeCreateOptions options = {
      .numberOfInputs = 0, .numberOfOutputs = 1, .outputChannelCounts = channels};
  render(context, emscripten_create_wasm_audio_worklet_node(context, "heap", &options, process, 0));
  look(0);
}

static void with_thread(EMSCRIPTEN_WEBAUDIO_T context, bool success, void* unused) {
  if (!success) puts("no thread");
  const WebAudioWorkletProcessorCreateOptions options = {.name = "heap"};
  emscripten_create_wasm_audio_worklet_processor_async(context, &options, with_processor, unused);
}

int main(void) {
  static _Alignas(16) unsigned char stack[16384];
  emscripten_wasm_worker_post_function_v(emscripten_malloc_wasm_worker(65536), grow);
  emscripten_wasm_worker_post_function_v(emscripten_malloc_wasm_worker(65536), use);
  emscripten_start_wasm_audio_worklet_thread_async(offline_context(frames), stack, sizeof stack, with_thread,
                                                   0);
}
