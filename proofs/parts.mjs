// What the proofs need of a machine.
import { python } from '../tools/pypi.mjs';
import { spin } from './threads.mjs';

/** Python fetches the solver; spin explores the models of threads. */
export const provable = python !== undefined && spin;

export const missing = 'python3 with pip, spin and a C compiler (Debian: python3-pip spin g++)';
