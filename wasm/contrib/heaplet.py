"""heaplet in the form of Emscripten's own contrib ports (tools/ports/contrib/): it fetches the package that is published.

  emcc app.c --use-port=contrib.heaplet                   the profile `fast`
  emcc app.c --use-port=contrib.heaplet:profile=small

The package has a port of its own, wasm/heaplet.py, for who has the package already: this one hands on to that.
"""

import importlib.util
import os

# `npm run release -- --address=FOLDER` writes these: what it has packed, and where that will be found. Nothing is published yet.
TAG = ''
HASH = ''
ARCHIVE = ''

# contrib port information (required)
URL = ARCHIVE
DESCRIPTION = 'heaplet: a constant-time malloc of a few hundred bytes'
LICENSE = 'MIT License'

PROFILES = ('small', 'lean', 'fast', 'hardened', 'realtime')
OPTIONS = {'profile': 'one of %s; the default is fast' % ', '.join(PROFILES)}
opts = {'profile': 'fast'}

name = 'contrib.heaplet'  # Emscripten writes what it is called


def handle_options(options, error_handler):
  profile = options.get('profile', opts['profile'])
  if profile not in PROFILES:
    error_handler("profile is '%s': it must be %s" % (profile, OPTIONS['profile']))
  opts['profile'] = profile


def place(ports):
  return os.path.join(ports.get_dir(), name, 'package', 'wasm', 'heaplet.py')


def own_port(ports):
  spec = importlib.util.spec_from_file_location('heaplet_own_port', place(ports))
  own = importlib.util.module_from_spec(spec)
  spec.loader.exec_module(own)
  own.opts.update(opts)
  return own


def get(ports, settings, shared):
  if not ARCHIVE:
    raise Exception('this port names no archive: `npm run release -- --address=FOLDER` writes one that does')
  ports.fetch_project(name, ARCHIVE, sha512hash=HASH)
  return own_port(ports).get(ports, settings, shared)


def clear(ports, settings, shared):
  if os.path.exists(place(ports)):
    own_port(ports).clear(ports, settings, shared)


def linker_setup(ports, settings):
  settings.MALLOC = 'none'
