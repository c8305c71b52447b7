// Finds a C++ compiler for this machine.
import { devNull } from 'node:os';
import { has } from './commands.mjs';
import { path } from './paths.mjs';

/** @type {string | undefined} its command */
export const cxx = ['c++', 'g++', 'clang++'].find((name) => has(name));

/** What to say where there is none, or no cmake. */
export const missing = 'cmake and a C++20 compiler (Debian: cmake g++ g++-multilib)';

/** Whether it makes programs of so many bits with sanitizers. */
export const compilesFor = (bits) =>
  cxx !== undefined && has(cxx, `-m${bits}`, '-fsanitize=address', path('tools/nothing.cpp'), '-o', devNull);
