// The characters that carry a wasm module as text, for the build and for profiles.js.
//
// Each stands for a byte: that of its place in ALPHABET, where a space is no character. Wasm's most frequent bytes are
// the characters that are most frequent in minified JavaScript, so that one Huffman table of gzip's suits both: that is
// a fifth shorter than hexadecimal, and a third than base64.
export const ALPHABET =
  "irt,(s:?d4])u&Omc!T5+EY@UC1pj<HMeo=68V'F`     I9B%LJNz#Z q^W*7 Ran   h[0 x/b S                       $GywPflQ_kX->g2{K;Av3    D.";

/** Adds 64 to the byte of the next character. */
export const SHIFT = '|';

/** A character, with what is added to it. */
export const SHIFTED = /\|*./g;

/** Stands for the address of the heap's state, as an `i32.const` has it in five bytes. */
export const ADDRESS = '}';

/** Stands for the limits of the memory that is imported. */
export const LIMITS = '~';
