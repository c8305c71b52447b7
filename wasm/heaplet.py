"""heaplet as an Emscripten port: built from source with the program's own flags, and malloc is it.

  emcc app.c --use-port=PATH/heaplet.py                   the profile `fast`
  emcc app.c --use-port=PATH/heaplet.py:profile=small     or lean, hardened, realtime
  emcc app.c --use-port=PATH/heaplet.py:usage=1           heaplet_usage() says what is in use

With -pthread, or with Wasm Workers, it is built for threads.

Emscripten 3.1.54 or later (the first with external ports). The program sees <heaplet.h>, the C interface, <heaplet_pool.h>, and
<heaplet/heap.hpp> and the other headers of src/.
"""

import hashlib
import json
import os

URL = 'https://www.npmjs.com/package/heaplet'
DESCRIPTION = 'heaplet: a constant-time malloc of a few hundred bytes'
LICENSE = 'MIT license'

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
with open(os.path.join(ROOT, 'profiles.json')) as file:
  FLAGS = json.load(file)

SOURCES = [os.path.join('wasm', name) for name in ('malloc.cpp', 'malloc_stats.cpp')] + [os.path.join('pool', 'pool.cpp')]

OPTIONS = {
  'profile': 'one of %s; the default is fast' % ', '.join(FLAGS['profiles']),
  'usage': '1 to count what is in use (heaplet_usage), in all profiles but small; the default is 0',
}
opts = {'profile': 'fast', 'usage': '0'}


def handle_options(options, error_handler):
  profile = options.get('profile', opts['profile'])
  if profile not in FLAGS['profiles']:
    error_handler("profile is '%s': it must be %s" % (profile, OPTIONS['profile']))
  usage = options.get('usage', opts['usage'])
  if usage not in ('0', '1') or (usage == '1' and profile == 'small'):
    error_handler("usage is '%s': it must be %s" % (usage, OPTIONS['usage']))
  opts['profile'] = profile
  opts['usage'] = usage


def digest():
  # Of all that the library is made of: a package of another version, or a checkout of another commit, is another library.
  sources = hashlib.sha256(json.dumps(FLAGS).encode())
  for folder in ('src', 'wasm', 'pool'):
    for place, folders, names in os.walk(os.path.join(ROOT, folder)):
      folders.sort()
      for name in sorted(names):
        if name.endswith(('.h', '.hpp', '.cpp')):
          with open(os.path.join(place, name), 'rb') as file:
            sources.update(file.read())
  return sources.hexdigest()[:12]


def get_lib_name(settings):
  # Emscripten keeps what it has built under this name.
  tracing = '-tracing' if settings.EMSCRIPTEN_TRACING else ''
  usage = '-usage' if opts['usage'] == '1' else ''
  threads = ('', '-threads', '-workers')[thread_model(settings)]
  return 'libheaplet-%s-%s%s%s%s.a' % (digest(), opts['profile'], tracing, threads, usage)


def thread_model(settings):
  # HEAPLET_THREADS, as wasm/threads.hpp has it.
  return 1 if settings.PTHREADS else 2 if settings.SHARED_MEMORY or settings.WASM_WORKERS else 0


def tracing_flags(shared):
  # What tells Emscripten's memory profiler that the program break has moved has had two names. (Where the library is not
  # built for one Emscripten, tracing.js chooses.)
  with open(os.path.join(shared.path_from_root('system'), 'include', 'emscripten', 'trace.h')) as file:
    known = 'emscripten_trace_sbrk_grow' in file.read()
  name = 'emscripten_trace_sbrk_grow' if known else 'emscripten_memprof_sbrk_grow'
  return [FLAGS['tracing'], '-Dheaplet_trace_break=' + name]


def get(ports, settings, shared):
  ports.install_header_dir(os.path.join(ROOT, 'src'), 'heaplet')
  ports.install_headers(os.path.join(ROOT, 'wasm'), pattern='heaplet.h')
  ports.install_headers(os.path.join(ROOT, 'wasm'), pattern='heaplet_new.hpp')
  ports.install_headers(os.path.join(ROOT, 'pool'), pattern='heaplet_pool.h')

  def create(final):
    flags = FLAGS['common'] + FLAGS['profiles'][opts['profile']]
    flags += ['-DHEAPLET_PROFILE=' + opts['profile'], FLAGS['coalesce']]
    if opts['usage'] == '1':
      flags += [FLAGS['usage']]
    if settings.EMSCRIPTEN_TRACING:
      flags += tracing_flags(shared)
    if thread_model(settings):
      flags += ['-DHEAPLET_THREADS=%d' % thread_model(settings), '-matomics', '-mbulk-memory']
    ports.build_port(ROOT, final, 'heaplet', flags=flags, srcs=SOURCES)

  return [shared.cache.get_lib(get_lib_name(settings), create, what='port')]


def clear(ports, settings, shared):
  shared.cache.erase_lib(get_lib_name(settings))


def linker_setup(ports, settings):
  settings.MALLOC = 'none'
