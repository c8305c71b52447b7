// The characters that carry a wasm module as text, for the build and for profiles.js.
//
// Each stands for a byte: that of its place in ALPHABET, where a space is no character. Wasm's most frequent bytes are
// the characters that are most frequent in minified JavaScript, so that one Huffman table of gzip's suits both: that is
// a fifth shorter than hexadecimal, and a third than base64.
export const ALPHABET =
  "rit,(sh1p+?)yd5m=BUIgXCjVE0uA@ZLeo.HP/% *^   6 q$WOGJM3w  Yz-xDFfn  ]>;! Q ` 4                      'b 9R8alK2N7<{[_&#:vTk    Sc";

/** Adds 64 to the byte of the next character. */
export const SHIFT = '|';

/** Stands for the address of the heap's state, as an `i32.const` has it in five bytes. */
export const ADDRESS = '}';

/** Stands for the limits of the memory that is imported. */
export const LIMITS = '~';
