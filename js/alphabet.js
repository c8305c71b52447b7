// The characters that carry a wasm module as text, for the build and for profiles.js.
//
// Each stands for a byte: that of its place in ALPHABET, where a space is no character. Wasm's most frequent bytes are
// the characters that are most frequent in minified JavaScript, so that one Huffman table of gzip's suits both: that is
// a tenth shorter than hexadecimal, and a quarter than base64.
export const ALPHABET =
  "rie)({_w;#vslukEhLZ]?DK4Vb&x6G'Wtf,8> % oM   5  CFQ  -aS  ^9q@ /=n1  p:! j $ T * H              B7IJ3[ RNP.yXzOA+m2`g dY0<    Uc";

/** Adds 64 to the byte of the next character. */
export const SHIFT = '|';

/** Stands for the address of the heap's state, as an `i32.const` has it in five bytes. */
export const ADDRESS = '}';

/** Stands for the limits of the memory that is imported. */
export const LIMITS = '~';
