// The characters that carry a wasm module as text, for the build and for profiles.js.
//
// Each stands for a byte: that of its place in ALPHABET, where a space is no character. Wasm's most frequent bytes are
// the characters that are most frequent in minified JavaScript, so that one Huffman table of gzip's suits both: that is
// a fifth shorter than hexadecimal, and a third than base64.
export const ALPHABET =
  "rie)(m_gpEd,lh[0f5C]SF^L<:w?8@'Dta.B` 7 sI   1  GKQ  -u6  qZX% 9=nM  ;b> N k A R J              !VUWjO *Y3oy/z2$+{xT& #4vH    Pc";

/** Adds 64 to the byte of the next character. */
export const SHIFT = '|';

/** Stands for the address of the heap's state, as an `i32.const` has it in five bytes. */
export const ADDRESS = '}';

/** Stands for the limits of the memory that is imported. */
export const LIMITS = '~';
