// The characters that carry a wasm module as text, for the build and for profiles.js.
//
// Each stands for a byte: that of its place in ALPHABET, where a space is no character. Wasm's most frequent bytes are
// the characters that are most frequent in minified JavaScript, so that one Huffman table of gzip's suits both: that is
// a tenth shorter than hexadecimal, and a quarter than base64.
export const ALPHABET =
  "rit)(m_gpEd,lh]0f5Cz`F^L<:w?8@'Dea.RS 7 sU   1  GHK  -u6  ZXQ% 9=nT  ;b> N ! O j J              kqY4*[ 2I3oy/M+$B{xA& #VvW    Pc";

/** Adds 64 to the byte of the next character. */
export const SHIFT = '|';

/** Stands for the address of the heap's state, as an `i32.const` has it in five bytes. */
export const ADDRESS = '}';

/** Stands for the limits of the memory that is imported. */
export const LIMITS = '~';
